// SPDX-License-Identifier: Apache-2.0
#include "xaas/lowering/guard.hpp"

#include "guard_requirements.h"

#include "xaas/targets/run_time_checks.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace xaas {
namespace {

// The build compiles guard.c for each architecture (CMakeLists.txt).
constexpr unsigned char k_x86_program[] = {
#embed "guard-x86_64-program.o"
};
constexpr unsigned char k_x86_library[] = {
#embed "guard-x86_64-library.o"
};
constexpr unsigned char k_aarch64_program[] = {
#embed "guard-aarch64-program.o"
};
constexpr unsigned char k_aarch64_library[] = {
#embed "guard-aarch64-library.o"
};

using Bytes = std::span<const unsigned char>;

Bytes compiled_guard(GuardPlace place, std::string_view architecture) {
  const bool program = place == GuardPlace::program;
  if (architecture == "arm64") return program ? Bytes(k_aarch64_program) : Bytes(k_aarch64_library);
  return program ? Bytes(k_x86_program) : Bytes(k_x86_library);
}

/// As much of the text as there is room for, and a zero.
template <std::size_t Size>
void put(char (&field)[Size], std::string_view text) {
  const std::size_t length = std::min(text.size(), Size - 1);
  std::ranges::copy(text.substr(0, length), field);
  field[length] = 0;
}

Result<XaasRequirements> requirements_of(const Target& target) {
  const RunTimeChecks needed = run_time_checks(target);
  XaasRequirements requirements{};
  put(requirements.magic, XAAS_GUARD_MAGIC);
  put(requirements.made_for, target.cpu.name);
  requirements.states = needed.states;
  if (needed.checks.size() > std::size(requirements.checks))
    return fail(ErrorKind::internal, "a guard has no room for {} checks", needed.checks.size());
  for (const RunTimeCheck& check : needed.checks) {
    XaasCheck& place = requirements.checks[requirements.count++];
    place = {.leaf = check.leaf,
             .subleaf = check.subleaf,
             .word = check.word,
             .bit = check.bit,
             .least = check.least,
             .name = {}};
    put(place.name, check.feature);
  }
  return requirements;
}

}  // namespace

Result<std::string> guard_object(GuardPlace place, const Target& target) {
  XAAS_TRY(const XaasRequirements requirements, requirements_of(target));
  if (requirements.count == 0) return std::string();
  const auto compiled = compiled_guard(place, target.architecture);
  std::string object(compiled.begin(), compiled.end());
  const std::string_view magic(requirements.magic, sizeof requirements.magic);
  const std::size_t at = object.find(magic);
  if (at == std::string::npos || object.find(magic, at + 1) != std::string::npos)
    return fail(ErrorKind::internal, "the compiled guard is not as expected");
  std::memcpy(object.data() + at, &requirements, sizeof requirements);
  return object;
}

}  // namespace xaas
