// SPDX-License-Identifier: Apache-2.0
#include "cpu_checks.hpp"

#include "xaas/support/diagnostics.hpp"

#include <utility>

namespace xaas {
namespace {

std::string near_name_help(std::string_view name, const std::vector<std::string>& candidates,
                           std::string otherwise) {
  const auto near = near_names(name, candidates);
  return near.empty() ? std::move(otherwise) : "did you mean `" + near.front() + "`?";
}

Error unknown_cpu(const ProcessorFamily& family, const std::string& name) {
  return fail(ErrorKind::invalid_input, "`cpu.name` is `{}`, which LLVM does not know for `{}`",
              name, family.architecture)
      .with_code("target.unknown-cpu")
      .with_help(near_name_help(name, family.cpu_names(),
                                "with an unlisted processor, name its level, e.g. `" +
                                    family.levels().front().name + "`"));
}

Error unknown_feature(const ProcessorFamily& family, const std::string& feature) {
  const auto& known = family.known_features();
  return fail(ErrorKind::invalid_input,
              "`cpu.features` has `{}`, which is no feature of `{}` that LLVM knows", feature,
              family.architecture)
      .with_code("target.unknown-feature")
      .with_help(near_name_help(feature, {known.begin(), known.end()}, "leave it out"));
}

Error missing_feature(const std::string& feature, const std::string& implied) {
  return fail(ErrorKind::invalid_input, "`cpu.features` has `{}` but not `{}`, which it implies",
              feature, implied)
      .with_code("target.incomplete-features")
      .with_help(fmt::format("add `{}`, or remove `{}` too", implied, feature));
}

}  // namespace

std::vector<CpuProblem> problems_of(const ProcessorFamily& family, const Cpu& cpu) {
  std::vector<CpuProblem> problems;
  if (!family.features_of(cpu.name))
    problems.push_back({.feature = {}, .error = unknown_cpu(family, cpu.name)});
  FeatureSet seen = cpu.features;
  for (const auto& feature : cpu.features) {
    if (!family.known_features().contains(feature))
      problems.push_back({.feature = feature, .error = unknown_feature(family, feature)});
  }
  for (const auto& feature : cpu.features) {
    for (const auto& implied : family.with_implied({feature})) {
      if (seen.insert(implied).second)
        problems.push_back({.feature = feature, .error = missing_feature(feature, implied)});
    }
  }
  return problems;
}

}  // namespace xaas
