// SPDX-License-Identifier: Apache-2.0
#include "isa_features.hpp"

#include "xaas/frontend/canonicalize.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>

// What a command line alone puts on every function is asked of the compiler itself, with a function
// that has nothing of its own. Reproducing clang's driver (implied features, order of -m flags, its
// configuration files) would be a second truth.

namespace xaas {
namespace {

struct Probe {
  std::string language;  // for -x
  std::string source;
};

Result<Probe> probe_for(const std::string& language) {
  if (language == "c") return Probe{.language = "c", .source = "void f(void) {}\n"};
  if (language == "c++")
    return Probe{.language = "c++", .source = "extern \"C\" void f(void) {}\n"};
  // flang writes the processor's name alone, which means the same features, and takes no flag of
  // an instruction set that clang does not.
  if (language == "fortran") return probe_for("c");
  return fail(ErrorKind::unsupported,
              "language `{}` has no processor features: c, c++ and fortran have", language)
      .with_code("frontend.language");
}

std::set<std::string> split_features(llvm::StringRef list) {
  llvm::SmallVector<llvm::StringRef> entries;
  list.split(entries, ',', -1, /*KeepEmpty=*/false);
  std::set<std::string> features;
  for (const llvm::StringRef entry : entries) features.insert(entry.str());
  return features;
}

Result<CommandLineFeatures> read_features(const std::string& assembly, const std::string& command) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  const auto module = llvm::parseAssemblyString(assembly, diagnostic, context);
  const llvm::Function* function = module ? module->getFunction("f") : nullptr;
  if (function == nullptr) {
    return fail(ErrorKind::tool_failed, "`{}` printed no LLVM assembly with the function `f`: {}",
                command, diagnostic.getMessage().str())
        .with_code("frontend.features")
        .with_help("the compiler must be Clang, of the same LLVM as this program or older");
  }
  const auto value = [&](const char* name) {
    return function->getFnAttribute(name).getValueAsString();
  };
  return CommandLineFeatures{.cpu = value("target-cpu").str(),
                             .tune = value("tune-cpu").str(),
                             .features = split_features(value("target-features"))};
}

}  // namespace

Result<CommandLineFeatures> command_line_features(const std::string& compiler,
                                                  const std::string& baseline,
                                                  const std::vector<std::string>& isa_flags,
                                                  const std::string& language) {
  std::vector<std::string> flags = {"-march=" + baseline};
  flags.insert(flags.end(), isa_flags.begin(), isa_flags.end());
  return command_line_features(compiler, flags, language);
}

Result<CommandLineFeatures> command_line_features(const std::string& compiler,
                                                  const std::vector<std::string>& flags,
                                                  const std::string& language) {
  XAAS_TRY(const Probe probe, probe_for(language));
  Command command;
  command.argv = {compiler, "-x", probe.language};
  command.argv.insert(command.argv.end(), flags.begin(), flags.end());
  command.argv.insert(command.argv.end(), {"-w", "-O1", "-S", "-emit-llvm", "-o", "-", "-"});
  command.input = probe.source;
  const std::string shown = shell_quoted(command.argv);
  XAAS_TRY(const Outcome outcome, run(command));
  if (!outcome.succeeded()) {
    return fail(ErrorKind::tool_failed, "`{}` ended with {}: {}", shown, outcome.exit_code,
                first_line(outcome.errors))
        .with_code("frontend.features");
  }
  return read_features(outcome.output, shown);
}

std::set<std::string> feature_floor(const CommandLineFeatures& given,
                                    const CommandLineFeatures& baseline) {
  std::set<std::string> floor;
  for (const std::string& entry : given.features) {
    const std::string name = entry.substr(1);
    if (entry.starts_with('+') && !baseline.features.contains(entry) && is_isa_feature(name) &&
        !is_implicit_feature(name))
      floor.insert(name);
  }
  return floor;
}

}  // namespace xaas
