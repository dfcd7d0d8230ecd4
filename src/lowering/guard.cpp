// SPDX-License-Identifier: Apache-2.0
#include "xaas/lowering/guard.hpp"

#include "fill_in.hpp"
#include "processor_checks.h"

#include "xaas/targets/run_time_checks.hpp"

#include <span>
#include <string_view>

namespace xaas {
namespace {

// The build compiles guard.c for each architecture (src/freestanding).
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

Result<XaasRequirements> requirements_of(const Target& target) {
  const RunTimeChecks needed = run_time_checks(target);
  XaasRequirements requirements{};
  put_text(requirements.magic, XAAS_GUARD_MAGIC);
  put_text(requirements.made_for, target.cpu.name);
  requirements.states = needed.states;
  if (needed.checks.size() > std::size(requirements.checks))
    return fail(ErrorKind::internal, "a guard has no room for {} checks", needed.checks.size());
  for (const RunTimeCheck& check : needed.checks) {
    requirements.checks[requirements.count++] = to_check(check);
  }
  return requirements;
}

}  // namespace

Result<std::string> guard_object(GuardPlace place, const Target& target) {
  XAAS_TRY(const XaasRequirements requirements, requirements_of(target));
  if (requirements.count == 0) return std::string();
  const auto compiled = compiled_guard(place, target.architecture);
  std::string object(compiled.begin(), compiled.end());
  XAAS_CHECK(fill_in(object, std::string_view(requirements.magic, sizeof requirements.magic),
                     bytes_of(requirements)));
  return object;
}

}  // namespace xaas
