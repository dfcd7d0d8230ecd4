// SPDX-License-Identifier: Apache-2.0
#include <llvm/Config/llvm-config.h>
#include <llvm/Plugins/PassPlugin.h>

// LLVM's archives on Debian expect Polly to be linked in and ask it for its passes when a pipeline
// is set up. Nothing uses them unless `-polly` is given; without them the static program is smaller
// and needs no further archive. The signature is LLVM's (llvm/Support/Extension.def).

// NOLINTNEXTLINE(readability-identifier-naming)
llvm::PassPluginLibraryInfo getPollyPluginInfo();

llvm::PassPluginLibraryInfo getPollyPluginInfo() {
  return {.APIVersion = LLVM_PLUGIN_API_VERSION,
          .PluginName = "Polly",
          .PluginVersion = LLVM_VERSION_STRING,
          .RegisterPassBuilderCallbacks = [](llvm::PassBuilder&) {}};
}
