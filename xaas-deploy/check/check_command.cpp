// SPDX-License-Identifier: Apache-2.0
#include "check/check_command.hpp"

#include "check/check.hpp"
#include "check/mpi_world.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/site_profile.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

bool is_of_mpi(const Finding& finding) {
  return finding.about == "mpi" && finding.kind == Finding::Kind::ok;
}

std::string print_check(const Deployed& deployed, std::vector<Finding> findings) {
  std::erase_if(findings, [](const Finding& finding) {
    return finding.kind == Finding::Kind::ok && !is_of_mpi(finding);
  });
  std::string text = print_findings(findings);
  if (!has_problems(findings)) {
    text += fmt::format("`{}` is whole{}, and this machine has what its programs need to start\n",
                        deployed.name,
                        deployed.form == Deployed::Form::tree ? " and in its place" : "");
  }
  return text;
}

std::string print_check_json(const std::vector<Finding>& findings) {
  Json complaints = Json::array();
  for (const Finding& finding : findings) {
    if (finding.kind == Finding::Kind::problem) complaints.push_back(finding.text);
  }
  return print_json({{"schema", "xaas.check/1"},
                     {"complaints", std::move(complaints)},
                     {"findings", to_json(findings)}});
}

}  // namespace

std::vector<Finding> check_deployment(const Deployed& deployed, const Target& host) {
  std::vector<Finding> findings;
  // An image's files are verified when it is unpacked.
  if (deployed.form == Deployed::Form::tree) findings = file_findings(deployed);
  findings.push_back(processor_finding(deployed, host));
  if (is_in_its_place(deployed) && deployed.part->target.architecture == host.architecture)
    std::ranges::move(library_findings(deployed, host), std::back_inserter(findings));
  std::ranges::move(gone_library_findings(deployed), std::back_inserter(findings));
  std::ranges::move(requirement_findings(deployed, host), std::back_inserter(findings));
  return findings;
}

namespace {

/// A rank may not be able to start others: there only what is asked for is tried.
Result<MpiLaunch> launch_for(const CheckOptions& options, const Target& host) {
  MpiLaunch launch{.command = options.launcher, .limit = options.wait, .is_demanded = options.mpi};
  if (!launch.command.empty() || (own_rank() && !options.mpi)) return launch;
  XAAS_TRY(const auto profile, load_site_profile());
  launch.command = site_launch(profile, host, options.mpi ? Asked::yes : Asked::no);
  return launch;
}

/// That no program loads MPI, which may be for what it does not find.
Result<Finding> no_world(const CheckOptions& options, const std::vector<Finding>& findings) {
  if (!options.mpi || has_problems(findings)) {
    const std::string untried = options.launcher.empty()
                                    ? "no ranks were started"
                                    : fmt::format("`{}` was not tried", options.launcher);
    return Finding{
        .kind = Finding::Kind::note,
        .about = "mpi",
        .text = untried + ": no program here loads an MPI library with all that it needs"};
  }
  return fail(ErrorKind::invalid_input, "no program of `{}` loads an MPI library", options.deployed)
      .with_code("check.no-mpi")
      .with_help(
          "deploy a configuration with MPI, `--set POINT=VALUE`; `xaas-deploy explain` says "
          "which one this is");
}

/// `findings` are what else was found.
Result<std::vector<Finding>> check_world(const Deployed& deployed, const Target& host,
                                         const CheckOptions& options,
                                         const std::vector<Finding>& findings) {
  if (!is_in_its_place(deployed) || deployed.part->target.architecture != host.architecture)
    return std::vector<Finding>();
  XAAS_TRY(const auto launch, launch_for(options, host));
  auto world = world_findings(deployed, host, launch);
  if (world.empty() && (options.mpi || !options.launcher.empty())) {
    XAAS_TRY(auto none, no_world(options, findings));
    world.push_back(std::move(none));
  }
  return world;
}

}  // namespace

Result<int> run_check_command(const CheckOptions& options) {
  XAAS_TRY(const auto deployed, open_deployment(options.deployed));
  XAAS_TRY(const auto host, detect_host());
  auto findings = check_deployment(deployed, host);
  XAAS_TRY(auto world, check_world(deployed, host, options, findings));
  std::ranges::move(world, std::back_inserter(findings));
  const bool holds = !has_problems(findings);
  XAAS_CHECK(print_output(options.json ? print_check_json(findings)
                                       : print_check(deployed, std::move(findings))));
  return holds ? 0 : k_exit_mismatch;
}

}  // namespace xaas
