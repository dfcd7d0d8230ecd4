// SPDX-License-Identifier: Apache-2.0
//
// Whole folders: copying and listing them.
#include "file_descriptor.hpp"

#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// Names in a folder, sorted by bytes.
Result<std::vector<fs::path>> names_in(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entry{folder, error};
  std::vector<fs::path> names;
  for (const fs::directory_iterator end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename());
  if (error) return io_error("reading folder", folder, error.value());
  std::ranges::sort(names, {}, &fs::path::native);
  return names;
}

Status copy_link(const fs::path& from, const fs::path& to) {
  std::error_code error;
  const auto target = fs::read_symlink(from, error);
  if (error) return io_error("reading link", from, error.value());
  if (::symlink(target.c_str(), to.c_str()) == 0) return {};
  if (errno != EEXIST) return io_error("making link", to, errno);
  if (::unlink(to.c_str()) != 0) return io_error("replacing", to, errno);
  if (::symlink(target.c_str(), to.c_str()) != 0) return io_error("making link", to, errno);
  return {};
}

Status copy_entry(const fs::path& from, const fs::path& to);

Status copy_folder(const fs::path& from, const fs::path& to, const struct stat& facts) {
  XAAS_TRY(const auto names, names_in(from));
  XAAS_CHECK(make_folders(to));
  for (const auto& name : names) XAAS_CHECK(copy_entry(from / name, to / name));
  // Last: a folder that its owner may not write must still be filled, and filling it changes its
  // time.
  if (::chmod(to.c_str(), facts.st_mode & 07777U) != 0) return io_error("writing", to, errno);
  const std::array times{facts.st_atim, facts.st_mtim};
  if (::utimensat(AT_FDCWD, to.c_str(), times.data(), 0) != 0)
    return io_error("writing", to, errno);
  return {};
}

Status copy_entry(const fs::path& from, const fs::path& to) {
  struct stat facts{};
  if (::lstat(from.c_str(), &facts) != 0) return io_error("reading", from, errno);
  if (S_ISREG(facts.st_mode)) return xaas::copy_file(from, to);
  if (S_ISLNK(facts.st_mode)) return copy_link(from, to);
  if (S_ISDIR(facts.st_mode)) return copy_folder(from, to, facts);
  return fail(ErrorKind::unsupported, "`{}` is a socket, a device or a pipe", from.string())
      .with_code("support.special-file")
      .with_help("only files, links and folders can be copied: remove it and try again");
}

Status list_below(const fs::path& root, const fs::path& folder, std::vector<fs::path>& found) {
  XAAS_TRY(const auto names, names_in(root / folder));
  if (names.empty() && !folder.empty()) found.push_back(folder);
  for (const auto& name : names) {
    const auto path = folder / name;
    struct stat facts{};
    if (::lstat((root / path).c_str(), &facts) != 0) return io_error("reading", root / path, errno);
    if (S_ISDIR(facts.st_mode)) XAAS_CHECK(list_below(root, path, found));
    if (S_ISREG(facts.st_mode) || S_ISLNK(facts.st_mode)) found.push_back(path);
  }
  return {};
}

}  // namespace

Status copy_tree(const fs::path& from, const fs::path& to) {
  struct stat facts{};
  if (::stat(from.c_str(), &facts) != 0) return io_error("reading", from, errno);
  if (!S_ISDIR(facts.st_mode)) return io_error("reading folder", from, ENOTDIR);
  std::error_code error;
  const auto source = fs::weakly_canonical(from, error);
  const auto target = fs::weakly_canonical(to, error);
  if (is_at_or_below(target, source)) {
    return fail(ErrorKind::invalid_input, "cannot copy `{}` into itself, to `{}`", from.string(),
                to.string())
        .with_code("support.copy-into-itself");
  }
  return copy_folder(from, to, facts);
}

Result<std::vector<fs::path>> list_tree(const fs::path& root) {
  std::vector<fs::path> found;
  XAAS_CHECK(list_below(root, {}, found));
  std::ranges::sort(found, {}, &fs::path::native);
  return found;
}

bool is_at_or_below(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(path, folder).in2 == folder.end();
}

std::vector<fs::path> files_like(const fs::path& folder, const fs::path& pattern) {
  std::vector<fs::path> found{folder};
  for (const fs::path& part : pattern) {
    std::vector<fs::path> next;
    for (const fs::path& place : found) {
      if (part.native().find_first_of("*?") == std::string::npos) {
        next.push_back(place / part);
        continue;
      }
      for (const fs::path& name : names_in(place).value_or(std::vector<fs::path>())) {
        if (::fnmatch(part.c_str(), name.c_str(), FNM_NOESCAPE | FNM_PERIOD) == 0)
          next.push_back(place / name);
      }
    }
    found = std::move(next);
  }
  std::error_code error;
  std::erase_if(found, [&](const fs::path& file) { return !fs::is_regular_file(file, error); });
  for (fs::path& file : found) file = file.lexically_normal();
  std::ranges::sort(found);
  return found;
}

}  // namespace xaas
