// SPDX-License-Identifier: Apache-2.0
#include "work_folder.hpp"

#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// The file by which a folder with several configurations is known as ours.
constexpr const char* k_marker = "configurations.json";
constexpr std::string_view k_marker_text = "{\"schema\": \"xaas.configurations/1\"}\n";

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

void remove_all_but(const fs::path& folder, std::string_view kept) {
  std::error_code error;
  std::vector<fs::path> gone;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().filename() != kept) gone.push_back(entry->path());
  for (const fs::path& path : gone) fs::remove_all(path, error);
}

/// The file by which the folder is known as ours goes last: whoever is killed here can try again.
void remove_old_build(const fs::path& work) {
  std::error_code error;
  if (is_there(work / k_marker)) {
    remove_all_but(work, k_marker);
    fs::remove(work / k_marker, error);
    return;
  }
  remove_all_but(work, "capture");
  remove_all_but(work / "capture", "settings.json");
  fs::remove_all(work / "capture", error);
}

/// What a run before this one left besides finished builds and what they compiled.
void remove_leftovers(const fs::path& work) {
  std::error_code error;
  for (const char* part : {"current", "install", "blobs"}) fs::remove_all(work / part, error);
  remove_stale_temporaries(work);
}

Error unusable(const IrOptions& options, std::string_view what, std::string_view help) {
  return fail(ErrorKind::invalid_input, "`--keep {}` names {}", options.keep.string(), what)
      .with_code("build.keep-place")
      .with_help(std::string(help));
}

/// Found out here, for the build itself would only fail on its way.
Status check_place(const IrOptions& options, const fs::path& path) {
  std::error_code error;
  if (is_there(path) && !fs::is_directory(path, error))
    return unusable(options, "something that is not a folder", "name a new folder");
  const auto source = fs::weakly_canonical(options.source, error);
  const auto place = fs::weakly_canonical(path, error);
  if (!is_at_or_below(place, source)) return {};
  return unusable(options, "a folder in the source tree, which is copied to it",
                  "name a folder elsewhere");
}

/// A second run would remove what the first one works on.
Result<FileLock> lock_on(const IrOptions& options, const fs::path& path) {
  XAAS_TRY(auto lock, FileLock::try_lock(path / k_marker));
  if (lock) return *std::move(lock);
  return fail(ErrorKind::invalid_input, "another run works in the folder of `--keep {}`",
              options.keep.string())
      .with_code("build.work-in-use")
      .with_help("wait for it, or name another folder");
}

Error folder_is_used(const IrOptions& options, std::string_view help) {
  return fail(ErrorKind::invalid_input, "`--keep {}` names a folder that is not empty",
              options.keep.string())
      .with_code("build.keep-exists")
      .with_help(std::string(help));
}

Status check_resume(const IrOptions& options, bool has_configurations) {
  if (!options.resume || (has_configurations && !options.keep.empty())) return {};
  return fail(ErrorKind::invalid_input,
              "`--resume` goes on with the configurations of a "
              "specialization file in the folder that `--keep` names")
      .with_code("build.resume")
      .with_help(options.keep.empty() ? "name the folder with --keep"
                                      : "there is no specialization file: build anew");
}

}  // namespace

Result<WorkFolder> WorkFolder::make(const IrOptions& options, bool has_configurations) {
  XAAS_CHECK(check_resume(options, has_configurations));
  WorkFolder work;
  if (options.keep.empty()) {
    // Whole builds, of runs that were killed.
    remove_stale_temporaries();
    XAAS_TRY(auto folder, TemporaryFolder::make());
    work.place_ = {.path = folder.path()};
    work.temporary_ = std::move(folder);
    return work;
  }
  std::error_code error;
  const fs::path path = fs::absolute(options.keep, error);
  XAAS_CHECK(check_place(options, path));
  work.place_ = {.path = path, .stays = true};
  const bool is_used = is_there(path) && !fs::is_empty(path, error);
  const bool has_builds = is_there(path / k_marker);
  if (has_builds) {
    XAAS_TRY(work.lock_, lock_on(options, path));
  }
  // --force empties what a run of ours left there, and nothing else: not a home folder.
  const bool is_ours = has_builds || is_there(path / "capture/settings.json");
  if (is_used && !is_ours) {
    return folder_is_used(options,
                          "name a new folder: it holds other things than a build of xaas-build");
  }
  if (is_used && has_builds && options.resume) {
    remove_leftovers(path);
    return work;
  }
  if (is_used && !options.force) {
    return folder_is_used(
        options, has_builds ? "name a new folder, give --resume to go on with it, or "
                              "--force to remove what is in it"
                            : "name a new folder, or give --force to remove what is in it");
  }
  if (is_used) remove_old_build(path);
  XAAS_CHECK(make_folders(path));
  if (!has_configurations) return work;
  XAAS_CHECK(write_file(path / k_marker, k_marker_text));
  XAAS_TRY(work.lock_, lock_on(options, path));
  return work;
}

}  // namespace xaas
