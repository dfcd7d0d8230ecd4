// SPDX-License-Identifier: Apache-2.0
#include "file_rules.hpp"

#include "xaas/specializations/processor_features.hpp"
#include "xaas/specializations/specialization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace xaas {

std::string architecture_of(const Requirements& requirements) {
  const auto knows_all = [&](std::span<const std::string_view> words) {
    return std::ranges::all_of(requirements.cpu, [&](const std::string& feature) {
      return std::ranges::find(words, feature) != words.end();
    });
  };
  const bool x86 = knows_all(x86_features());
  return x86 == knows_all(aarch64_features()) ? "" : x86 ? "x86-64" : "AArch64";
}

Result<Specialization> keep_architecture(Specialization specialization,
                                         std::string_view architecture) {
  const std::string_view ours = architecture == "arm64" ? "AArch64" : "x86-64";
  const auto is_foreign = [&](const PointValue& value) {
    const std::string needed = architecture_of(value.requirements);
    return !needed.empty() && needed != ours;
  };
  for (SpecializationPoint& point : specialization.points) {
    if (std::ranges::all_of(point.values, is_foreign)) {
      return fail(ErrorKind::invalid_input,
                  "every value of `{}` in `{}` needs a processor of another architecture than {}",
                  point.name, specialization.file, ours)
          .with_code("spec.architecture")
          .with_help("add a value that needs none");
    }
    for (const PointValue& value : point.values) {
      if (is_foreign(value)) {
        specialization.left_out.push_back(fmt::format("{} needs a processor of {}",
                                                      quoted_values(point.name, {value.name}),
                                                      architecture_of(value.requirements)));
      }
    }
    std::erase_if(point.values, is_foreign);
  }
  return specialization;
}

}  // namespace xaas
