// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/isa_levels.hpp"

#include "xaas/targets/target.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace xaas {
namespace {

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    words.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

/// On AArch64 `-march` takes architectures and `-mcpu` processors; on x86 `-march` takes both.
std::string flag_for(std::string_view architecture, const std::string& name) {
  const bool is_processor = architecture == "arm64" && !name.starts_with("armv");
  return (is_processor ? "-mcpu=" : "-march=") + name;
}

/// "sse4.1" and "__SSE4_1__" both as "sse4_1".
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char letter : name) {
    plain += std::isalnum(static_cast<unsigned char>(letter)) != 0
                 ? static_cast<char>(std::tolower(static_cast<unsigned char>(letter)))
                 : '_';
  }
  return plain;
}

/// Where the macro is not called as the feature is.
std::string renamed_feature(std::string_view name) {
  using Pair = std::pair<std::string_view, std::string_view>;
  for (const auto& [macro, feature] :
       {Pair{"lahf_sahf", "sahf"}, Pair{"gcc_have_sync_compare_and_swap_16", "cx16"},
        Pair{"atomics", "lse"}, Pair{"matmul_int8", "i8mm"}, Pair{"bf16_vector_arithmetic", "bf16"},
        Pair{"bf16_scalar_arithmetic", "bf16"}, Pair{"fp16_vector_arithmetic", "fullfp16"},
        Pair{"fp16_scalar_arithmetic", "fullfp16"}, Pair{"fp16_fml", "fp16fml"},
        Pair{"complex", "complxnum"}, Pair{"qrdmx", "rdm"}, Pair{"sve_matmul_int8", "i8mm"},
        Pair{"sve_matmul_fp32", "f32mm"}, Pair{"sve_matmul_fp64", "f64mm"},
        Pair{"sve_bf16", "bf16"}, Pair{"rng", "rand"}})
    if (name == macro) return std::string(feature);
  return std::string(name);
}

}  // namespace

std::string default_isa_list(std::string_view architecture) {
  return architecture == "amd64" ? "x86-64-v2,x86-64-v3,x86-64-v4" : "none";
}

Result<std::vector<IsaLevel>> parse_isa_levels(std::string_view list, std::string_view architecture,
                                               const std::string& baseline) {
  std::vector<IsaLevel> levels;
  if (list == "none") return levels;
  XAAS_TRY(const Target least, target_of_cpu(baseline, architecture));
  for (std::string& name : words_of(list)) {
    XAAS_TRY(Target target, target_of_cpu(name, architecture));
    const bool is_known = std::ranges::find(levels, name, &IsaLevel::name) != levels.end();
    const bool is_more = !std::ranges::includes(least.cpu.features, target.cpu.features);
    if (is_known || !is_more) continue;
    std::string flag = flag_for(architecture, name);
    levels.push_back({.name = std::move(name),
                      .flag = std::move(flag),
                      .features = std::move(target.cpu.features)});
  }
  // A processor that has all of another's features has more of them.
  std::ranges::sort(levels, {}, [](const IsaLevel& level) {
    return std::tuple(level.features.size(), level.name);
  });
  return levels;
}

std::string feature_of_macro(std::string_view macro, std::string_view architecture) {
  std::string name = plain_name(macro);
  const auto begin = name.find_first_not_of('_');
  const auto end = name.find_last_not_of('_');
  if (begin == name.npos) return {};
  name = name.substr(begin, end + 1 - begin);
  if (name.starts_with("arm_feature_")) name = name.substr(12);
  name = renamed_feature(name);
  for (const std::string& feature : known_features(architecture))
    if (plain_name(feature) == name) return feature;
  return {};
}

}  // namespace xaas
