// SPDX-License-Identifier: Apache-2.0
//
// Where images lie unpacked, for as many processes as ask for them:
//
//   $TMPDIR/xaas-UID/roots/DIGEST.lock     who unpacks, or looks whether all is there
//   $TMPDIR/xaas-UID/roots/DIGEST/root     the image's files; DIGEST is its manifest's
//                         DIGEST/files     their names, each followed by a zero byte
//                         DIGEST/used      its time: when the last run that had to look began
//                         DIGEST/programs  see programs_beside_root
//
// DIGEST appears whole, by rename. Of the processes that find none the one with the lock unpacks;
// the others wait for it. Where locks do not work each unpacks for itself, and the first one's is
// kept. Whatever tidies TMPDIR removes files one by one when they were not used for days, so after
// a day without a run it is seen whether they are all there.
#include "run/image_root.hpp"

#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace xaas {
namespace {

using std::chrono::file_clock;

constexpr auto k_trusted = std::chrono::days{1};
/// Longer than any job runs: a root may be in use without anybody starting it again.
constexpr auto k_forgotten = std::chrono::days{30};

/// Only ours: another user must not be able to plant programs there.
Result<std::filesystem::path> private_folder() {
  std::error_code error;
  auto base = std::filesystem::temp_directory_path(error);
  if (error) base = "/tmp";
  std::filesystem::path folder = base / fmt::format("xaas-{}", ::getuid());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    const int reason = errno;
    return fail(ErrorKind::io, "cannot make `{}`: {}", folder.string(),
                std::generic_category().message(reason))
        .with_code("run.unpack")
        .with_help("set TMPDIR to a folder that can be written");
  }
  struct stat status{};
  if (::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
      status.st_uid == ::getuid() && (status.st_mode & 0022) == 0) {
    return folder;
  }
  return fail(ErrorKind::io, "`{}` is not a private folder of this user", folder.string())
      .with_code("run.unpack")
      .with_help("remove it, or set TMPDIR to a folder of your own");
}

/// Empty where locks do not work.
std::optional<FileLock> wait_for_lock(const std::filesystem::path& path) {
  while (true) {
    auto lock = FileLock::try_lock(path);
    if (!lock) return std::nullopt;
    if (*lock) return *std::move(lock);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

/// Time since the stamp was set; none when there is none.
std::optional<file_clock::duration> age_of(const std::filesystem::path& stamp) {
  std::error_code error;
  const auto written = std::filesystem::last_write_time(stamp, error);
  if (error) return std::nullopt;
  return file_clock::now() - written;
}

bool is_trusted(const std::filesystem::path& folder) {
  const auto age = age_of(folder / "used");
  return age && *age < k_trusted;
}

/// Whether nothing that was unpacked is missing.
bool is_whole(const std::filesystem::path& folder) {
  const auto names = read_file(folder / "files", k_longest_document);
  if (!names || !names->ends_with('\0')) return false;
  std::error_code error;
  for (std::string_view rest = *names; !rest.empty();) {
    const auto end = rest.find('\0');
    const auto file = folder / "root" / rest.substr(0, end);
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, error))) return false;
    rest.remove_prefix(end + 1);
  }
  return true;
}

/// Roots that nobody has started from for long, their locks included. Each goes out of the way in
/// one step, into `bin`, whose owner removes it.
void remove_forgotten_roots(const std::filesystem::path& roots, const std::filesystem::path& bin) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(roots, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::filesystem::path lock_file = entry->path();
    std::filesystem::path folder = lock_file;
    if (lock_file.extension() != ".lock") continue;
    folder.replace_extension();
    const auto age = age_of(folder / "used");
    if (!age || *age < k_forgotten) continue;
    const auto lock = FileLock::try_lock(lock_file);
    // Whoever held it may have begun to use it.
    if (!lock || !*lock || is_trusted(folder)) continue;
    std::error_code ignored;
    std::filesystem::rename(folder, bin / folder.filename(), ignored);
    std::filesystem::remove(lock_file, ignored);
  }
}

Status unpack_root(const Layout& layout, const RunnableImage& image,
                   const std::filesystem::path& folder) {
  remove_stale_temporaries(folder.parent_path());
  XAAS_TRY(const auto temporary, TemporaryFolder::make(folder.parent_path()));
  remove_forgotten_roots(folder.parent_path(), temporary.path());
  const auto made = temporary.path() / "made";
  XAAS_CHECK(unpack_image(layout, image, made / "root"));
  XAAS_TRY(const auto files, list_tree(made / "root"));
  std::string names;
  for (const auto& file : files) names += file.string() + '\0';
  XAAS_CHECK(write_file(made / "files", names));
  XAAS_CHECK(write_file(made / "used", ""));
  std::error_code error;
  // What has lost files goes when its successor is there.
  if (std::filesystem::exists(folder, error) && !is_whole(folder))
    std::filesystem::rename(folder, temporary.path() / "old", error);
  std::filesystem::rename(made, folder, error);
  // Without locks another process may have been faster, with the same.
  std::error_code absent;
  if (!error || std::filesystem::exists(folder / "used", absent)) return {};
  return fail(ErrorKind::io, "cannot move the unpacked image to `{}`: {}", folder.string(),
              error.message())
      .with_code("run.unpack");
}

}  // namespace

Result<std::filesystem::path> unpacked_root(const Layout& layout, const RunnableImage& image) {
  XAAS_TRY(const auto own, private_folder());
  const std::filesystem::path roots = own / "roots";
  const std::string& digest = image.descriptor.digest.hex();
  const std::filesystem::path folder = roots / digest;
  if (is_trusted(folder)) return folder / "root";
  XAAS_CHECK(make_folders(roots));
  const auto lock = wait_for_lock(roots / (digest + ".lock"));
  if (is_trusted(folder)) return folder / "root";
  if (is_whole(folder)) {
    XAAS_CHECK(write_file(folder / "used", ""));
    return folder / "root";
  }
  XAAS_CHECK(unpack_root(layout, image, folder));
  return folder / "root";
}

}  // namespace xaas
