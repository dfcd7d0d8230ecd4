// SPDX-License-Identifier: Apache-2.0
#include "upkeep/place.hpp"

#include "xaas/support/place_file.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_previous = ".xaas-previous";
constexpr std::string_view k_aside = ".xaas-aside";
constexpr std::string_view k_lock = ".xaas-lock";
constexpr std::string_view k_temporary = ".xaas-tmp-";

fs::path beside(const fs::path& place, std::string_view ending) {
  return place.parent_path() / fmt::format(".{}{}", place.filename().string(), ending);
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

Status move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  const int reason = errno;
  return fail(ErrorKind::io, "cannot move `{}` to `{}`: {}", from.string(), to.string(),
              std::generic_category().message(reason))
      .with_code("upkeep.exchange")
      .with_help("a mount point cannot be replaced, nor what another user owns in a sticky folder");
}

/// The process that holds a lock on a file, as far as this machine knows (proc(5), /proc/locks).
std::optional<std::string> holder_of(const fs::path& path) {
  struct stat facts{};
  const auto locks = read_file("/proc/locks", k_longest_document);
  if (!locks || ::stat(path.c_str(), &facts) != 0) return std::nullopt;
  const std::string file =
      fmt::format("{:02x}:{:02x}:{}", major(facts.st_dev), minor(facts.st_dev), facts.st_ino);
  std::string_view rest = *locks;
  while (!rest.empty()) {
    // "1: FLOCK  ADVISORY  WRITE 4711 fd:01:262155 0 EOF"
    const std::string_view line = take_line(rest);
    const auto at = line.find(" " + file + " ");
    if (at == std::string_view::npos || !line.contains("FLOCK")) continue;
    const std::string_view before = line.substr(0, at);
    const std::string_view holder = before.substr(before.rfind(' ') + 1);
    if (!holder.empty() && is_digit(holder.front()) && holder != "0") return std::string(holder);
  }
  return std::nullopt;
}

Error locked(const fs::path& place, const fs::path& lock) {
  const auto holder = holder_of(lock);
  return fail(ErrorKind::io, "{} is at work on `{}`",
              holder ? fmt::format("process {}", *holder) : "another process", place.string())
      .with_code("upkeep.locked")
      .with_help(fmt::format("wait until it has ended; it holds `{}`", lock.string()));
}

/// For file systems that cannot exchange (NFS, Lustre): for a moment nothing is at the place.
Status exchange_in_steps(const fs::path& place) {
  const fs::path aside = beside(place, k_aside);
  XAAS_CHECK(move(place, aside));
  if (auto moved = move(previous_of(place), place); !moved) {
    XAAS_CHECK(move(aside, place));
    return moved;
  }
  return move(aside, previous_of(place));
}

}  // namespace

fs::path place_of(const fs::path& folder) {
  std::error_code error;
  const fs::path place = fs::weakly_canonical(fs::absolute(folder, error), error);
  return place.has_filename() ? place : place.parent_path();
}

fs::path previous_of(const fs::path& place) {
  return beside(place, k_previous);
}

bool is_kept_beside(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with(k_temporary) || (name.starts_with('.') && name.ends_with(k_previous));
}

std::optional<fs::path> place_set_aside(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with('.') || !name.ends_with(k_aside)) return std::nullopt;
  return folder.parent_path() / name.substr(1, name.size() - 1 - k_aside.size());
}

Result<PlaceLock> PlaceLock::take(const fs::path& place) {
  constexpr int k_attempts = 100;
  const fs::path path = beside(place, k_lock);
  XAAS_CHECK(check_can_make_beside(place));
  for (int attempt = 0; attempt < k_attempts; ++attempt) {
    XAAS_TRY(auto lock, FileLock::try_lock(path));
    if (!lock) break;
    // Who held it before has removed the file, and others lock a new one.
    if (lock->is_on(path)) return PlaceLock(path, *std::move(lock));
  }
  return locked(place, path);
}

PlaceLock::PlaceLock(PlaceLock&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

PlaceLock::~PlaceLock() {
  std::error_code error;
  if (!path_.empty()) fs::remove(path_, error);
}

bool is_set_aside(const fs::path& place) {
  return is_there(beside(place, k_aside));
}

Status bring_back_previous(const fs::path& place) {
  return move(previous_of(place), place);
}

Status mend_place(const fs::path& place) {
  const fs::path aside = beside(place, k_aside);
  if (!is_there(aside)) return {};
  if (!is_there(place)) return move(aside, place);
  if (!is_there(previous_of(place))) return move(aside, previous_of(place));
  return {};
}

Status exchange_with_previous(const fs::path& place) {
  const fs::path previous = previous_of(place);
  if (::renameat2(AT_FDCWD, previous.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0)
    return {};
  const int reason = errno;
  if (is_flag_unknown(reason)) return exchange_in_steps(place);
  return fail(ErrorKind::io, "cannot exchange `{}` and `{}`: {}", place.string(), previous.string(),
              std::generic_category().message(reason))
      .with_code("upkeep.exchange")
      .with_help("a mount point cannot be replaced, nor what another user owns in a sticky folder");
}

Status put_in_place(const Replacement& replacement) {
  const fs::path previous = previous_of(replacement.place);
  if (is_there(previous)) XAAS_CHECK(move(previous, replacement.attic));
  auto done = move(replacement.made, previous);
  if (done) {
    done = exchange_with_previous(replacement.place);
    if (done) return {};
    XAAS_CHECK(move(previous, replacement.made));
  }
  if (is_there(replacement.attic)) XAAS_CHECK(move(replacement.attic, previous));
  return done;
}

Status take_back(const Replacement& replacement) {
  const fs::path previous = previous_of(replacement.place);
  XAAS_CHECK(exchange_with_previous(replacement.place));
  XAAS_CHECK(move(previous, replacement.made));
  if (is_there(replacement.attic)) return move(replacement.attic, previous);
  return {};
}

}  // namespace xaas
