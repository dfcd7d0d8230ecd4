// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.hpp"
#include "ir_command.hpp"
#include "options.hpp"
#include "plan_command.hpp"

#include "xaas/support/diagnostics.hpp"

#include <cstdio>

namespace {

struct Run {
  xaas::Result<int> operator()(const xaas::Answered& answered) const {
    XAAS_CHECK(xaas::print_output(answered.output));
    xaas::print_errors(answered.errors);
    return answered.exit_code;
  }
  xaas::Result<int> operator()(const xaas::IrOptions& options) const {
    return run_ir_command(options);
  }
  xaas::Result<int> operator()(const xaas::InspectOptions& options) const {
    return run_inspect_command(options);
  }
  xaas::Result<int> operator()(const xaas::BuildPlanOptions& options) const {
    return run_plan_command(options);
  }
};

}  // namespace

int main(int argc, char** argv) {
  return xaas::run_program("xaas-build",
                           [&] { return std::visit(Run{}, xaas::parse_options(argc, argv)); });
}
