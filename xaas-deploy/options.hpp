// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache_command.hpp"
#include "commands.hpp"
#include "doctor.hpp"
#include "explain.hpp"
#include "export.hpp"
#include "identity.hpp"
#include "interface_command.hpp"
#include "report.hpp"
#include "specialize_command.hpp"
#include "target_command.hpp"
#include "tree_commands.hpp"
#include "upkeep/upkeep.hpp"
#include "why_not.hpp"

#include "xaas/support/command_line.hpp"

#include <variant>

namespace xaas {

/// What `plan` is given is what `specialize` would be given.
struct PlanCommand {
  SpecializeOptions options;
};

/// This process is the child that runs one link.
struct LowerOneLink {};

using DeployCommand =
    std::variant<Answered, LowerOneLink, DetectOptions, PlanCommand, SpecializeOptions, RunOptions,
                 CompareOptions, IdentifyOptions, RelocateOptions, CheckOptions, CacheOptions,
                 TargetOptions, InterfaceOptions, DoctorOptions, WhyNotOptions, ExplainOptions,
                 ReportOptions, ExportOptions, ListOptions, RefreshOptions, RollbackOptions>;

DeployCommand parse_options(int argc, const char* const* argv);

}  // namespace xaas
