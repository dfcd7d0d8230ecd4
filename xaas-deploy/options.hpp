// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/cache_command.hpp"
#include "check/check_command.hpp"
#include "compare/compare_command.hpp"
#include "detect/detect_command.hpp"
#include "doctor/doctor.hpp"
#include "doctor/report.hpp"
#include "explain/explain.hpp"
#include "explain/why_not.hpp"
#include "export/export.hpp"
#include "interface/interface_command.hpp"
#include "relocate_command.hpp"
#include "run/run_command.hpp"
#include "specialize/identity.hpp"
#include "specialize/specialize_command.hpp"
#include "target/target_command.hpp"
#include "upkeep/upkeep.hpp"

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
