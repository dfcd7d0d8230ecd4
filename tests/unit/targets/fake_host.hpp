// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"
#include "processor_family.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace xaas::testing {

/// A machine made of values.
class FakeHost : public HostProbe {
 public:
  [[nodiscard]] std::string architecture() const override { return its_architecture; }
  [[nodiscard]] std::string cpu_name() const override { return its_cpu_name; }
  [[nodiscard]] std::map<std::string, bool> cpu_features() const override { return its_features; }
  [[nodiscard]] unsigned sve_bytes() const override { return its_sve_bytes; }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    const auto found = files.find(path);
    if (found == files.end()) return fail(ErrorKind::not_found, "no file `{}`", path);
    return found->second;
  }
  [[nodiscard]] Result<std::string> read_up_to(const std::string& path,
                                               std::uint64_t most) const override {
    auto text = read(path);
    if (text && text->size() > most) return fail(ErrorKind::io, "`{}` is too large", path);
    return text;
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    std::set<std::string> names;
    for (const auto* paths : {&files, &links}) {
      for (const auto& [file, content] : *paths) {
        if (file.starts_with(path + "/"))
          names.insert(
              file.substr(path.size() + 1, file.find('/', path.size() + 1) - path.size() - 1));
      }
    }
    if (names.empty()) return fail(ErrorKind::not_found, "no folder `{}`", path);
    return std::vector(names.begin(), names.end());
  }
  [[nodiscard]] std::string link(const std::string& path) const override {
    const auto found = links.find(path);
    return found == links.end() ? std::string() : found->second;
  }
  [[nodiscard]] std::string variable(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  }
  [[nodiscard]] Result<std::string> ask(const std::vector<std::string>& argv) const override {
    const auto failing = failures.find(argv.front());
    if (failing != failures.end()) return fail(ErrorKind::tool_failed, "{}", failing->second);
    const auto found = answers.find(argv.front());
    if (found == answers.end()) return fail(ErrorKind::not_found, "no program");
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
  unsigned its_sve_bytes = 0;
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> answers;   // by the program's name
  std::map<std::string, std::string> failures;  // why it gives none
};

}  // namespace xaas::testing
