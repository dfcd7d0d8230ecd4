// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.hpp"
#include "specialize_command.hpp"

#include <string>
#include <variant>

namespace xaas {

/// The command line is answered already (help, version, a usage error): what to print and how to
/// end.
struct Answered {
  std::string output;
  std::string errors;
  int exit_code = 0;
};

struct PlanOptions {
  SpecializeOptions options;
};

/// This process is the child that runs one link.
struct LowerOneLink {};

using DeployCommand = std::variant<Answered, LowerOneLink, DetectOptions, PlanOptions,
                                   SpecializeOptions, RunOptions, CompareOptions>;

DeployCommand parse_options(int argc, const char* const* argv);

}  // namespace xaas
