// SPDX-License-Identifier: Apache-2.0
//
// What lies in a cache becomes part of programs, so only who may write to it may decide on what
// they do. A folder that nobody but this user or root may write to is the cache:
//
//   CACHE/CACHEDIR.TAG      "keep out of backups" (bford.info/cachedir), and that it is ours
//   CACHE/thinlto/KEY       machine code of units
//   CACHE/census/KEY        instruction counts of files
//   CACHE/pruned            its time: when unused entries were last removed by themselves
//   CACHE/.xaas-tmp-*       what is being written
//
// In a folder that others may write to, too (/scratch/xaas for a whole group), each user has a
// cache of its own, CACHE/xaas-cache-UID. Whatever else is in such a folder is left alone. Each
// entry's owner is looked at once more when it is read.
#include "cache/cache_folder.hpp"

#include "cache/cache_contents.hpp"

#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_tag_name = "CACHEDIR.TAG";
constexpr std::string_view k_tag =
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is a cache of xaas-deploy: `xaas-deploy cache` looks after it.\n";

fs::path variable(const char* name) {
  return environment_variable(name).value_or("");
}

Error system_error(std::string_view what, const fs::path& path, int error) {
  return fail(ErrorKind::io, "{} `{}`: {}", what, path.string(),
              std::generic_category().message(error))
      .with_code("file.io");
}

Error not_ours(const fs::path& folder, std::string_view why) {
  return fail(ErrorKind::invalid_input, "`{}` {}", folder.string(), why)
      .with_code("cache.not-ours")
      .with_help("name a folder of its own, e.g. with `--cache`; it is made if need be");
}

bool has_our_tag(const fs::path& folder) {
  const auto tag = read_file(folder / k_tag_name, k_tag.size());
  return tag && *tag == k_tag;
}

/// Empty and purged caches have no tag; nothing in them is anybody else's.
bool holds_nothing_else(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (!is_cache_part(name) && !name.starts_with(".xaas-tmp-")) return false;
  }
  return !error;
}

Status check_ours(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) || has_our_tag(folder) || holds_nothing_else(folder)) return {};
  return not_ours(folder, "holds other things and is no cache of ours");
}

bool is_trusted_owner(uid_t owner) {
  return owner == ::geteuid() || owner == 0;
}

/// The cache of this user in a folder where others may plant things under its name.
Result<fs::path> users_cache(const fs::path& shared) {
  fs::path folder = shared / fmt::format("xaas-cache-{}", ::geteuid());
  struct stat facts{};
  if (::lstat(folder.c_str(), &facts) != 0) return folder;
  if (!S_ISDIR(facts.st_mode)) return not_ours(folder, "is no folder");
  if (facts.st_uid != ::geteuid())
    return not_ours(folder, fmt::format("belongs to user {}", facts.st_uid));
  if ((facts.st_mode & 0022U) != 0) return not_ours(folder, "can be written by others");
  return folder;
}

Status make_cache(const fs::path& folder) {
  if (folder.has_parent_path()) XAAS_CHECK(make_folders(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return system_error("making folder", folder, errno);
  // Not left to the umask, which lets whole groups write on many machines.
  for (const char* part : {k_objects, k_verdicts}) {
    if (::mkdir((folder / part).c_str(), 0755) != 0 && errno != EEXIST)
      return system_error("making folder", folder / part, errno);
  }
  return {};
}

/// What can go wrong shows before the work: no space, no permission, another owner or mode than
/// was asked for (some file systems have one for all).
Status try_cache(const fs::path& folder) {
  XAAS_CHECK(make_cache(folder));
  XAAS_TRY(const auto probe, TemporaryFolder::make(folder));
  struct stat facts{};
  if (::lstat(probe.path().c_str(), &facts) != 0)
    return system_error("looking at", probe.path(), errno);
  if ((facts.st_mode & 0022U) != 0)
    return not_ours(folder, "lets others write to whatever is made there");
  if (is_trusted_owner(facts.st_uid)) return {};
  return not_ours(folder, fmt::format("gives whatever is made there to user {}", facts.st_uid));
}

void tidy(const fs::path& folder) {
  // What killed runs were writing.
  for (const fs::path& part : {folder, folder / k_objects, folder / k_verdicts})
    remove_stale_temporaries(part);
  if (!has_our_tag(folder))
    static_cast<void>(write_file(folder / k_tag_name, k_tag).has_value());  // it may be full
  prune_once_a_day(folder);
}

}  // namespace

Result<fs::path> wanted_cache(const fs::path& chosen, const SiteProfile& site) {
  std::error_code error;
  if (!chosen.empty()) return fs::absolute(chosen, error);
  if (const auto path = variable("XAAS_CACHE"); !path.empty()) return fs::absolute(path, error);
  XAAS_TRY(auto path, site_cache(site, environment_variables()));
  if (!path.empty()) return path;
  // Relative ones are not to be used (XDG base directory specification).
  path = variable("XDG_CACHE_HOME");
  if (path.is_absolute()) return path / "xaas";
  path = variable("HOME");
  if (path.is_absolute()) return path / ".cache" / "xaas";
  return fs::path();
}

Result<fs::path> own_cache(const fs::path& wanted) {
  struct stat facts{};
  if (::stat(wanted.c_str(), &facts) != 0) {
    const int reason = errno;
    std::error_code error;
    if (fs::is_symlink(fs::symlink_status(wanted, error)))
      return not_ours(wanted, "is a link that leads to nothing");
    if (reason == ENOENT) return wanted;
    return system_error("looking at", wanted, reason);
  }
  if (!S_ISDIR(facts.st_mode)) return not_ours(wanted, "is no folder");
  fs::path folder = wanted;
  if (!is_trusted_owner(facts.st_uid) || (facts.st_mode & 0022U) != 0) {
    XAAS_TRY(folder, users_cache(wanted));
    std::error_code error;
    if (!is_trusted_owner(facts.st_uid) && !fs::exists(folder, error) &&
        ::access(wanted.c_str(), W_OK) != 0) {
      return not_ours(
          wanted, fmt::format("belongs to user {}, who could change what is in it", facts.st_uid));
    }
  }
  XAAS_CHECK(check_ours(folder));
  return folder;
}

Result<Cache> open_cache(const CacheChoice& choice, const SiteProfile& site, Progress& progress) {
  if (!choice.use) return Cache();
  XAAS_TRY(const auto wanted, wanted_cache(choice.folder, site));
  if (wanted.empty()) return Cache();
  const auto folder = own_cache(wanted);
  const auto works = folder ? try_cache(*folder) : Status();
  std::error_code error;
  if (works && folder) {
    tidy(*folder);
    return Cache{.folder = *folder, .problem = {}};
  }
  const Error& problem = folder ? works.error() : folder.error();
  if (folder && problem.code() != "cache.not-ours" && fs::is_directory(*folder, error) &&
      !fs::is_empty(*folder, error)) {
    // Whoever chose a folder that can only be read knows; a disk that is full is news.
    const bool is_chosen = ::access(folder->c_str(), W_OK) != 0;
    progress.say(is_chosen ? Progress::Level::note : Progress::Level::warning,
                 fmt::format("nothing is added to the cache: {}", problem.message()));
    return Cache{.folder = *folder, .problem = problem.message()};
  }
  progress.say(Progress::Level::warning,
               fmt::format("going on without a cache: {}", problem.message()));
  return Cache();
}

void report_cache(const Cache& cache, const std::vector<CacheNotes>& notes, Progress& progress) {
  CacheNotes all;
  for (const CacheNotes& some : notes) all.add(some);
  std::ranges::sort(all.damaged);
  if (!all.damaged.empty()) {
    progress.say(Progress::Level::warning,
                 fmt::format("{} of the cache's entries could not be trusted and {} made anew: {}",
                             all.damaged.size(), all.damaged.size() == 1 ? "was" : "were",
                             all.damaged.front()));
  }
  if (!all.problem.empty() && cache.problem.empty()) {
    progress.say(Progress::Level::warning,
                 fmt::format("not all was kept in the cache: {}", all.problem));
  }
}

}  // namespace xaas
