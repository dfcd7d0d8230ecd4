// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inspect_command.hpp"
#include "ir_command.hpp"
#include "plan_command.hpp"

#include "xaas/support/command_line.hpp"

#include <variant>

namespace xaas {

using BuildCommand = std::variant<Answered, IrOptions, InspectOptions, BuildPlanOptions>;

BuildCommand parse_options(int argc, const char* const* argv);

}  // namespace xaas
