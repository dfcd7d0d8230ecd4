// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inspect_command.hpp"
#include "ir_command.hpp"

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

using BuildCommand = std::variant<Answered, IrOptions, InspectOptions>;

BuildCommand parse_options(int argc, const char* const* argv);

}  // namespace xaas
