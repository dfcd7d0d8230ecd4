// SPDX-License-Identifier: Apache-2.0

// A deployment is made again beside its place, and takes it when it is whole. It is looked at once
// more there, where its programs find what they will find: if that is not what this machine wants,
// the old one is put back.

#include "upkeep/refresh.hpp"

#include "run/deployed.hpp"
#include "specialize/deployment.hpp"
#include "upkeep/place.hpp"
#include "upkeep/remake.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/place_file.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Action = RefreshOutcome::Action;

Result<Deployed> open_at(const fs::path& place) {
  return open_deployment("tree:" + place.string());
}

/// To see that programs load, their loader is run, which may be the image's: nobody, and root least
/// of all, does that for what another user has put there. The new tree would change hands, too.
Status check_owner(const fs::path& place) {
  struct stat facts{};
  if (::lstat(place.c_str(), &facts) != 0 || facts.st_uid == ::geteuid()) return {};
  return fail(ErrorKind::invalid_input, "it belongs to another user, of number {}", facts.st_uid)
      .with_code("refresh.owner")
      .with_help("let its owner refresh it");
}

/// The first change that another build of the same would have, too.
Status check_mendable(const DeploymentState& state) {
  const auto change = std::ranges::find(state.changes, false, &Change::is_mendable);
  if (change == state.changes.end()) return {};
  return fail(ErrorKind::incompatible, "to make it again does not help: {}", change->text)
      .with_code("refresh.no-help")
      .with_help(change->help);
}

Status check_result(const Replacement& replacement, MachineNow& machine) {
  const auto deployed = open_at(replacement.place);
  const auto state = deployed ? judge(look_at(*deployed, machine)) : unreadable(deployed.error());
  if (state.is_ok()) return {};
  XAAS_CHECK(take_back(replacement));
  return fail(ErrorKind::mismatch, "made again it is not ok, either: {}", describe(state))
      .with_code("refresh.not-mended")
      .with_help("the old one is back in its place");
}

/// Makes the deployment again and puts it in its place; with `--plan` only what can be refused
/// beforehand is.
Result<CarriedOver> remake(const Deployed& deployed, const RefreshOptions& options,
                           MachineNow& machine, Progress& progress) {
  const fs::path& place = deployed.path;
  XAAS_CHECK(check_can_make_beside(place));
  XAAS_TRY(const auto temporary,
           TemporaryFolder::make(options.plan ? fs::path() : place.parent_path()));
  XAAS_TRY(auto again, prepare_remake(deployed, options, machine, temporary.path()));
  const TreeOutput output{.folder = temporary.path() / "made"};
  if (again.options.prefix.empty()) again.options.prefix = place;
  XAAS_CHECK(check_request(again.preparation, output, again.options));
  if (options.plan) return CarriedOver();
  XAAS_TRY(const auto record, make_deployment(again.preparation, output, again.options, progress));
  XAAS_TRY(auto carried,
           carry_over({.old_tree = place, .new_tree = output.folder, .record = record}));
  const Replacement replacement{
      .place = place, .made = output.folder, .attic = temporary.path() / "previous"};
  XAAS_CHECK(put_in_place(replacement));
  XAAS_CHECK(check_result(replacement, machine));
  return carried;
}

Status look_and_remake(RefreshOutcome& outcome, const RefreshOptions& options, MachineNow& machine,
                       Progress& progress) {
  auto deployed = open_at(outcome.place);
  if (!deployed) {
    outcome.before = unreadable(deployed.error());
    return std::move(deployed.error());
  }
  outcome.application = deployed->record->application;
  outcome.before = judge(look_at(*deployed, machine));
  if (outcome.before.is_ok()) return {};
  XAAS_CHECK(check_owner(outcome.place));
  XAAS_CHECK(check_mendable(outcome.before));
  if (!options.plan) progress.stage(fmt::format("making `{}` again", outcome.place.string()));
  XAAS_TRY(outcome.carried, remake(*deployed, options, machine, progress));
  outcome.action = options.plan ? Action::would_remake : Action::remade;
  return {};
}

/// One process at a time; what a killed one left is put right first.
Status work_at(RefreshOutcome& outcome, const RefreshOptions& options, MachineNow& machine,
               Progress& progress) {
  if (options.plan) return look_and_remake(outcome, options, machine, progress);
  XAAS_TRY(const auto lock, PlaceLock::take(outcome.place));
  XAAS_CHECK(mend_place(outcome.place));
  remove_stale_temporaries(outcome.place.parent_path());
  return look_and_remake(outcome, options, machine, progress);
}

}  // namespace

RefreshOutcome refresh(const fs::path& place, const RefreshOptions& options, MachineNow& machine,
                       Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  RefreshOutcome outcome{.place = place};
  auto done = work_at(outcome, options, machine, progress);
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (done) return outcome;
  outcome.action = Action::refused;
  outcome.refusal = std::move(done.error());
  return outcome;
}

}  // namespace xaas
