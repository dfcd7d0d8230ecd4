// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/specializations/specialization.hpp"
#include "xaas/targets/target.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace xaas {

/// Something that a value needs and a target does not have, or is not known to have.
struct UnmetRequirement {
  enum class Kind { processor, gpu, mpi, library, program } kind = Kind::processor;
  std::string setting;    // the value that needs it, "simd=avx512"; empty: all programs do
  std::string text;       // "simd=avx512 needs avx512f, which `haswell` lacks"
  std::size_t lacks = 1;  // how many things are missing

  friend bool operator==(const UnmetRequirement&, const UnmetRequirement&) = default;
};

/// What of the requirements of one value does not hold on every target. `name` is the value's:
/// "simd=avx512". Empty: all of it holds.
std::vector<UnmetRequirement> unmet_requirements(const std::string& name,
                                                 const Requirements& requirements,
                                                 std::span<const Target> targets);

/// "`a`", "`a` and `b`", "`a`, `b` and `c`".
std::string names_of(std::span<const Target> targets);
/// "a", "a and b", "a, b and c".
std::string enumerated(const std::vector<std::string>& words);

}  // namespace xaas
