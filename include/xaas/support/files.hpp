// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// More than any program or library has: a sparse file may claim any size.
constexpr std::uint64_t k_longest_file = std::uint64_t{16} << 30;
/// Of documents (JSON): far more than any, and bearable.
constexpr std::uint64_t k_longest_document = std::uint64_t{256} << 20;

/// The whole file, or what comes out of a pipe. `not_found` when it does not exist, `io` otherwise,
/// with the path and errno's text; devices and more than `limit` bytes are refused.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::uint64_t limit = k_longest_file);

/// Writes beside `path` and renames: readers see the old file or the new one, never a part.
/// Parent folders are made. `mode` are the permission bits.
Status write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

/// Copies one regular file's bytes, permission bits and times, replacing what is there. Links are
/// followed. Call it as `xaas::copy_file`: std::filesystem has one of the same name.
Status copy_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Copies a folder into `to`, which is made or added to, with links kept as links and with times: a
/// Makefile would rebuild what looks out of date. Sockets, devices and pipes are refused by name.
Status copy_tree(const std::filesystem::path& from, const std::filesystem::path& to);

Status make_folders(const std::filesystem::path& path);

/// A symbolic link `at` that says `target`; `io` when something is there already.
Status make_link(const std::filesystem::path& target, const std::filesystem::path& at);

/// Where `path` leads for a process whose root folder is `root`: links are followed, absolute ones
/// from `root`, and `..` stays inside. What does not exist is taken by its name; `invalid_input`
/// when links go in a circle.
Result<std::filesystem::path> path_in_root(const std::filesystem::path& root,
                                           const std::filesystem::path& path);

/// Whether a file or folder could be made at `path`, as far as the nearest folder that is there can
/// tell: asked before long work, not after it.
Status check_can_make(const std::filesystem::path& path);

/// What helps against an errno whose text does not say it; mostly empty.
std::string help_on(int error);

/// Regular files, links and empty folders below `root`, relative, sorted by name. Links are not
/// followed.
Result<std::vector<std::filesystem::path>> list_tree(const std::filesystem::path& root);

/// Whether a path is a folder's or of something below it; both as text, without `.`, `..` and a `/`
/// at their end.
bool is_at_or_below(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Files whose path from this folder is like the pattern, in which `*` and `?` stand for what is no
/// `/`; sorted.
std::vector<std::filesystem::path> files_like(const std::filesystem::path& folder,
                                              const std::filesystem::path& pattern);

/// A folder that is removed with everything in it when this goes out of scope. Its name starts with
/// `.xaas-tmp-` and names the process, so that `remove_stale_temporaries` knows what a killed run
/// left.
class TemporaryFolder {
 public:
  /// Made inside `parent` (which is made too), or in TMPDIR when `parent` is empty.
  static Result<TemporaryFolder> make(const std::filesystem::path& parent = {});

  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Keeps the folder: it is now the caller's.
  std::filesystem::path release();

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Removes `.xaas-tmp-*` folders and files in `parent`, or in TMPDIR when it is empty, whose
/// process is gone. Never an error: what cannot be removed is left.
void remove_stale_temporaries(const std::filesystem::path& parent = {});

/// An exclusive advisory lock (flock) on `path`, which is created. Held until destroyed. Where file
/// systems have no locks everybody gets it: it may keep runs from undoing each other's work, but
/// nothing may be wrong without it.
class FileLock {
 public:
  /// Empty when another process holds it.
  static Result<std::optional<FileLock>> try_lock(const std::filesystem::path& path);
  /// Whether the file is still the one at `path`: another holder may have removed it.
  [[nodiscard]] bool is_on(const std::filesystem::path& path) const;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace xaas
