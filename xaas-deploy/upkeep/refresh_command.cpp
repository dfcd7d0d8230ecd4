// SPDX-License-Identifier: Apache-2.0
#include "record/deployment_record.hpp"
#include "upkeep/find_deployments.hpp"
#include "upkeep/place.hpp"
#include "upkeep/refresh.hpp"
#include "upkeep/state.hpp"
#include "upkeep/upkeep.hpp"

#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Places = std::vector<fs::path>;

/// A folder that is a deployment, or was one until a run was killed.
Result<fs::path> deployment_at(const fs::path& folder) {
  std::error_code error;
  fs::path place = place_of(folder);
  if (fs::exists(place / k_record_path, error) || is_set_aside(place)) return place;
  auto none = fail(ErrorKind::not_found, "`{}` is not a deployment: it has no `{}`",
                   folder.string(), k_record_path)
                  .with_code("deployed.no-record");
  if (fs::exists(previous_of(place), error)) {
    return std::move(none).with_help(
        fmt::format("`xaas-deploy rollback {}` brings back the previous one", folder.string()));
  }
  return std::move(none).with_help("`--all` takes the deployments below a folder");
}

Result<Places> places_for(const RefreshOptions& options) {
  Places places;
  if (options.all) {
    XAAS_TRY(auto found, find_deployments(options.folders));
    for (const std::string& sentence : found.passed_over)
      print_errors(fmt::format("xaas-deploy: {}\n", sentence));
    places = std::move(found.places);
    std::ranges::move(found.interrupted, std::back_inserter(places));
  } else {
    for (const fs::path& folder : options.folders) {
      XAAS_TRY(places.emplace_back(), deployment_at(folder));
    }
  }
  std::ranges::sort(places);
  places.erase(std::ranges::unique(places).begin(), places.end());
  return places;
}

}  // namespace

Result<int> run_refresh_command(const RefreshOptions& options) {
  XAAS_TRY(const auto places, places_for(options));
  XAAS_TRY(auto host, detect_host());
  MachineNow machine(std::move(host));
  Progress progress("xaas-deploy", Progress::Style::automatic);
  std::vector<RefreshOutcome> outcomes;
  for (const fs::path& place : places)
    outcomes.push_back(refresh(place, options, machine, progress));
  progress.finish();
  XAAS_CHECK(print_output(options.json ? print_outcomes_json(outcomes) : print_outcomes(outcomes)));
  const bool is_done = std::ranges::find(outcomes, RefreshOutcome::Action::refused,
                                         &RefreshOutcome::action) == outcomes.end();
  return is_done ? 0 : k_exit_mismatch;
}

}  // namespace xaas
