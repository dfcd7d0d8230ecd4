// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"
#include "processor_family.hpp"

#include <map>
#include <string>

namespace xaas::testing {

/// A machine made of values.
class FakeHost final : public HostProbe {
 public:
  [[nodiscard]] std::string architecture() const override { return its_architecture; }
  [[nodiscard]] std::string cpu_name() const override { return its_cpu_name; }
  [[nodiscard]] std::map<std::string, bool> cpu_features() const override { return its_features; }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    const auto found = files.find(path);
    if (found == files.end()) return fail(ErrorKind::not_found, "no file `{}`", path);
    return found->second;
  }

  /// cpuid of that processor, but for `hidden`.
  void be_x86(const std::string& cpu_name, const FeatureSet& hidden) {
    its_architecture = "amd64";
    its_cpu_name = cpu_name;
    for (const auto& feature : x86_family().features_of(cpu_name).value_or(FeatureSet{}))
      its_features[feature] = !hidden.contains(feature);
  }

  std::string its_architecture = "amd64";
  std::string its_cpu_name;
  std::map<std::string, bool> its_features;
  std::map<std::string, std::string> files;
};

}  // namespace xaas::testing
