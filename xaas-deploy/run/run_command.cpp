// SPDX-License-Identifier: Apache-2.0
#include "run/run_command.hpp"

#include "run/deployed.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/choose_target.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <string>

namespace xaas {
namespace {

/// Refused here, in words and with exit code 126, rather than by the guard of a program.
Status check_processor(const Deployed& deployed) {
  if (!deployed.part) return {};
  const Target& made_for = deployed.part->target;
  const Target& host = deployed.host;
  if (runs_on(made_for, host)) return {};
  const std::string why = host.architecture != made_for.architecture
                              ? fmt::format("this machine is `{}`", host.architecture)
                              : fmt::format("this processor lacks {}",
                                            fmt::join(missing_features(made_for, host), ", "));
  return fail(ErrorKind::incompatible, "`{}` was made for {}; {}", deployed.name, made_for.cpu.name,
              why)
      .with_code("run.processor")
      .with_exit_code(k_exit_wrong_processor)
      .with_help("specialize the image for this machine; it takes one command");
}

}  // namespace

Result<int> run_run_command(const RunOptions& options) {
  XAAS_TRY(auto deployed, open_deployed(options.deployed));
  XAAS_CHECK(check_processor(deployed));
  if (options.entrypoint) {
    deployed.entrypoint = *options.entrypoint;
    deployed.command.clear();
  }
  XAAS_TRY(auto command, command_for(deployed, options.arguments));
  // Whether it enters the image's root was tried by a process of its own: once is enough.
  const bool is_beside_root = deployed.form == Deployed::Form::image && !command.in_child;
  if (is_beside_root && !is_later_rank()) {
    print_errors(
        "xaas-deploy: note: this machine allows no namespaces: the program runs with the image's "
        "libraries, and finds this machine's files under the names that it has compiled in. "
        "`specialize --output tree:FOLDER` gives it its own\n");
  }
  command.output = Command::Output::inherit;
  command.errors = Command::Errors::inherit;
  command.inherit_input = true;
  return replace_process(command);
}

}  // namespace xaas
