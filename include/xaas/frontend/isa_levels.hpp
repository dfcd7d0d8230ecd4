// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A processor that variants of units are compiled for.
struct IsaLevel {
  std::string name;                // "x86-64-v3", "znver4"
  std::string flag;                // that makes it the compiler's: "-march=x86-64-v3"
  std::set<std::string> features;  // complete: implied ones included

  friend bool operator==(const IsaLevel&, const IsaLevel&) = default;
};

/// What is looked for when nobody says anything: the levels of the psABI above the baseline on
/// amd64, nothing on arm64, where programs ask the processor at run time.
std::string default_isa_list(std::string_view architecture);

/// A list such as "x86-64-v3,znver4": levels and processors of the architecture, each once, from
/// the least to the most demanding; those with nothing beyond the baseline are left out. "none" is
/// an empty list. `invalid_input` with near names for what is no processor of the architecture.
Result<std::vector<IsaLevel>> parse_isa_levels(std::string_view list, std::string_view architecture,
                                               const std::string& baseline);

/// The processor's feature that a predefined macro tells of ("__AVX512VNNI__": "avx512vnni");
/// empty when it tells of none that we know.
std::string feature_of_macro(std::string_view macro, std::string_view architecture);

}  // namespace xaas
