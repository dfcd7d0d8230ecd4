// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <string>

namespace xaas {

enum class GuardPlace { program, library };

/// An object file to link into a program or a shared library: it runs before everything else and,
/// where the processor lacks a feature of the target that code may use unasked, ends the process
/// with exit code 126 and a sentence on stderr (of the first rank alone, under a launcher). Empty
/// when the target has nothing beyond its architecture's baseline.
Result<std::string> guard_object(GuardPlace place, const Target& target);

}  // namespace xaas
