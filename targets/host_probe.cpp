// SPDX-License-Identifier: Apache-2.0

// The one file that asks the hardware. LLVM's Host asks cpuid and XCR0 on x86-64, and reads
// /proc/cpuinfo elsewhere.

#include "host_probe.hpp"

#include "xaas/support/files.hpp"

#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

namespace xaas {
namespace {

class LiveHost final : public HostProbe {
 public:
  [[nodiscard]] std::string architecture() const override {
    const llvm::Triple triple(llvm::sys::getProcessTriple());
    if (triple.getArch() == llvm::Triple::x86_64) return "amd64";
    if (triple.isAArch64()) return "arm64";
    return triple.getArchName().str();
  }

  [[nodiscard]] std::string cpu_name() const override { return llvm::sys::getHostCPUName().str(); }

  [[nodiscard]] std::map<std::string, bool> cpu_features() const override {
    std::map<std::string, bool> features;
    for (const auto& entry : llvm::sys::getHostCPUFeatures())
      features.emplace(entry.getKey().str(), entry.getValue());
    return features;
  }

  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    return read_file(path);
  }
};

}  // namespace

Result<Target> detect_host() {
  return detect_target(LiveHost{});
}

}  // namespace xaas
