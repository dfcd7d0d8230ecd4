// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <map>
#include <string>

namespace xaas {

/// The questions that detection asks the machine. Tests answer them from fixtures.
class HostProbe {
 public:
  virtual ~HostProbe() = default;

  /// OCI's name of the architecture that this process runs as.
  [[nodiscard]] virtual std::string architecture() const = 0;
  /// LLVM's name for the processor; "generic" or empty where it has none.
  [[nodiscard]] virtual std::string cpu_name() const = 0;
  /// What the processor itself says, in LLVM's names, as far as the operating system enabled it.
  /// Empty where programs cannot ask (AArch64).
  [[nodiscard]] virtual std::map<std::string, bool> cpu_features() const = 0;
  [[nodiscard]] virtual Result<std::string> read(const std::string& path) const = 0;

 protected:
  HostProbe() = default;
  HostProbe(const HostProbe&) = default;
  HostProbe& operator=(const HostProbe&) = default;
  HostProbe(HostProbe&&) = default;
  HostProbe& operator=(HostProbe&&) = default;
};

/// Description of the machine that `probe` answers for.
Target detect_target(const HostProbe& probe);

}  // namespace xaas
