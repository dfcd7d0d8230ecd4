// SPDX-License-Identifier: Apache-2.0
#include "run/deployed.hpp"
#include "upkeep/place.hpp"
#include "upkeep/upkeep.hpp"

#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

Error no_previous(const fs::path& place) {
  return fail(ErrorKind::not_found, "there is no deployment before this one: `{}` is not there",
              previous_of(place).string())
      .with_code("rollback.none")
      .with_help("`refresh` keeps one when it makes a deployment again");
}

/// Somebody may have deployed another application there since.
Status check_same_application(const fs::path& place) {
  XAAS_TRY(const auto now, open_deployment("tree:" + place.string()));
  XAAS_TRY(const auto before, open_deployment("tree:" + previous_of(place).string()));
  if (now.record->application == before.record->application) return {};
  return fail(ErrorKind::mismatch, "`{}` is a deployment of {}, and the previous one of {}",
              place.string(), now.record->application, before.record->application)
      .with_code("rollback.other-application")
      .with_help(fmt::format("move `{}` to a place of its own", previous_of(place).string()));
}

}  // namespace

Result<int> run_rollback_command(const RollbackOptions& options) {
  std::error_code error;
  const fs::path place = place_of(options.folder);
  if (!fs::exists(previous_of(place), error) && !is_set_aside(place)) return no_previous(place);
  XAAS_TRY(const auto lock, PlaceLock::take(place));
  const bool was_there = fs::exists(place, error);
  XAAS_CHECK(mend_place(place));
  const bool is_back = !was_there && fs::exists(place, error);
  if (!is_back) {
    if (!fs::exists(previous_of(place), error)) return no_previous(place);
    if (was_there) XAAS_CHECK(check_same_application(place));
    XAAS_CHECK(was_there ? exchange_with_previous(place) : bring_back_previous(place));
  }
  XAAS_CHECK(print_output(
      was_there ? fmt::format("`{}` is the one before; the other one is `{}`, and the same command "
                              "brings it back\n",
                              place.string(), previous_of(place).string())
                : fmt::format("`{}` is there again\n", place.string())));
  return 0;
}

}  // namespace xaas
