// SPDX-License-Identifier: Apache-2.0
#include "root_folder.hpp"

#include "xaas/support/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <ranges>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

constexpr int k_folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr unsigned k_owner_all = 0700;
// Set-id bits must not come from an archive; the sticky bit of /tmp must.
constexpr unsigned k_kept_bits = 01777;

std::string joined(RootFolder::Components components) {
  std::string path;
  for (const auto& component : components) {
    if (!path.empty()) path += '/';
    path += component;
  }
  return path;
}

const char* last_name(const std::string& path) {
  const auto slash = path.rfind('/');
  return path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
}

Error passes_through(const std::string& path, std::string_view what) {
  return fail(ErrorKind::corrupt, "a layer entry lies inside `{}`, which is {}", path, what)
      .with_code("layer.unsafe-path");
}

}  // namespace

Result<RootFolder> RootFolder::open(const std::filesystem::path& root) {
  XAAS_CHECK(make_folders(root));
  OpenFile folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return layout_io_error("open", root, errno);
  return RootFolder(root, std::move(folder));
}

/// Somebody unpacking without being root needs to write into 0555 folders too, until the end.
Status RootFolder::make_writable(const OpenFile& folder, const std::string& path) {
  struct ::stat status = {};
  if (::fstat(folder.number(), &status) != 0) return layout_io_error("read", shown(path), errno);
  const unsigned mode = status.st_mode & 07777;
  if ((mode & k_owner_all) == k_owner_all) return {};
  if (::fchmod(folder.number(), mode | k_owner_all) != 0)
    return layout_io_error("set the mode of", shown(path), errno);
  folder_modes_.try_emplace(path, mode);
  return {};
}

Result<OpenFile> RootFolder::step_into(const OpenFile& folder, Components path_so_far,
                                       Missing missing, bool& is_absent) {
  const auto& name = path_so_far.back();
  const auto path = joined(path_so_far);
  if (missing == Missing::make && ::mkdirat(folder.number(), name.c_str(), 0755) == 0)
    made_.insert(path);
  struct ::stat status = {};
  if (::fstatat(folder.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    is_absent = errno == ENOENT;
    if (is_absent && missing == Missing::stop) return OpenFile();
    return layout_io_error("open", shown(path), errno);
  }
  if (S_ISLNK(status.st_mode)) return passes_through(path, "a link");
  if (!S_ISDIR(status.st_mode)) return passes_through(path, "not a folder");
  if ((status.st_mode & 0400) == 0) {
    folder_modes_.try_emplace(path, status.st_mode & 07777);
    if (::fchmodat(folder.number(), name.c_str(), (status.st_mode & 07777) | k_owner_all, 0) != 0)
      return layout_io_error("set the mode of", shown(path), errno);
  }
  // O_NOFOLLOW again: what counts is what this opens, not what was there a moment ago.
  OpenFile next(::openat(folder.number(), name.c_str(), k_folder_flags));
  if (!next.is_open()) return layout_io_error("open", shown(path), errno);
  XAAS_CHECK(make_writable(next, path));
  return next;
}

Result<std::optional<OpenFile>> RootFolder::open_folder(Components path, Missing missing) {
  OpenFile folder(::fcntl(root_.number(), F_DUPFD_CLOEXEC, 0));
  if (!folder.is_open()) return layout_io_error("open", name_, errno);
  for (std::size_t depth = 1; depth <= path.size(); ++depth) {
    bool is_absent = false;
    XAAS_TRY(auto next, step_into(folder, path.first(depth), missing, is_absent));
    if (is_absent) return std::nullopt;
    folder = std::move(next);
  }
  return std::optional<OpenFile>(std::move(folder));
}

Result<OpenFile> RootFolder::make_parent(Components path) {
  XAAS_TRY(auto parent, open_folder(path.first(path.size() - 1), Missing::make));
  if (!parent) return fail(ErrorKind::internal, "a folder vanished while it was made");
  return std::move(*parent);
}

/// The folder that `path` lies in, with nothing at `path` any more.
Result<OpenFile> RootFolder::prepare_place(Components path) {
  XAAS_TRY(auto parent, make_parent(path));
  const auto name = joined(path);
  XAAS_CHECK(remove_entry(parent, name, Keep::nothing));
  // Folders that are gone have no mode to be set: a link may take their place.
  folder_modes_.erase(name);
  folder_modes_.erase(folder_modes_.lower_bound(name + "/"), folder_modes_.lower_bound(name + "0"));
  made_.insert(name);
  return parent;
}

Status RootFolder::make_folder(Components path, unsigned mode) {
  if (path.empty()) return {};  // the root's own attributes are the caller's
  const auto name = joined(path);
  XAAS_TRY(const auto parent, make_parent(path));
  struct ::stat status = {};
  const bool is_there =
      ::fstatat(parent.number(), path.back().c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (is_there && !S_ISDIR(status.st_mode)) XAAS_CHECK(remove_entry(parent, name, Keep::nothing));
  if (!is_there || !S_ISDIR(status.st_mode)) {
    if (::mkdirat(parent.number(), path.back().c_str(), k_owner_all) != 0)
      return layout_io_error("create", shown(name), errno);
  }
  made_.insert(name);
  folder_modes_[name] = mode & k_kept_bits;
  return {};
}

Status RootFolder::make_link(Components path, const std::string& target) {
  XAAS_TRY(const auto parent, prepare_place(path));
  if (::symlinkat(target.c_str(), parent.number(), path.back().c_str()) != 0)
    return layout_io_error("create", shown(joined(path)), errno);
  return {};
}

Status RootFolder::make_hard_link(Components path, Components target) {
  const auto missing = [&] {
    return fail(ErrorKind::corrupt, "layer entry `{}` is a hard link to `{}`, which is no file",
                joined(path), joined(target))
        .with_code("layer.hard-link");
  };
  if (target.empty() || std::ranges::equal(path, target)) return missing();
  XAAS_TRY(const auto source, open_folder(target.first(target.size() - 1), Missing::stop));
  struct ::stat status = {};
  if (!source ||
      ::fstatat(source->number(), target.back().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)))
    return missing();
  XAAS_TRY(const auto parent, prepare_place(path));
  // Without AT_SYMLINK_FOLLOW a link is linked, not what it points at.
  if (::linkat(source->number(), target.back().c_str(), parent.number(), path.back().c_str(), 0) !=
      0)
    return layout_io_error("create", shown(joined(path)), errno);
  return {};
}

Result<OpenFile> RootFolder::make_file(Components path) {
  XAAS_TRY(const auto parent, prepare_place(path));
  OpenFile file(::openat(parent.number(), path.back().c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return layout_io_error("create", shown(joined(path)), errno);
  return file;
}

Status RootFolder::remove_entry(const OpenFile& folder, const std::string& path, Keep keep) {
  const char* name = last_name(path);
  struct ::stat status = {};
  if (::fstatat(folder.number(), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? Status{} : Status{layout_io_error("remove", shown(path), errno)};
  const bool is_own = keep == Keep::own && made_.contains(path);
  if (!S_ISDIR(status.st_mode)) {
    if (is_own || ::unlinkat(folder.number(), name, 0) == 0) return {};
    return layout_io_error("remove", shown(path), errno);
  }
  if ((status.st_mode & 0400) == 0 && ::fchmodat(folder.number(), name, k_owner_all, 0) != 0)
    return layout_io_error("set the mode of", shown(path), errno);
  const OpenFile inner(::openat(folder.number(), name, k_folder_flags));
  if (!inner.is_open()) return layout_io_error("open", shown(path), errno);
  XAAS_CHECK(make_writable(inner, path));
  XAAS_CHECK(remove_children(inner, path, keep));
  if (is_own || ::unlinkat(folder.number(), name, AT_REMOVEDIR) == 0) return {};
  // Something of this layer lies in it, so the folder stays too.
  if (errno == ENOTEMPTY && keep == Keep::own) return {};
  return layout_io_error("remove", shown(path), errno);
}

Status RootFolder::remove_children(const OpenFile& folder, const std::string& path, Keep keep) {
  OpenFile second(::openat(folder.number(), ".", k_folder_flags));
  if (!second.is_open()) return layout_io_error("open", shown(path), errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(second.number()), &::closedir);
  if (!stream) return layout_io_error("list", shown(path), errno);
  second.release();
  // Names first: what readdir gives after a removal is not defined everywhere.
  std::vector<std::string> names;
  while (const auto* entry = ::readdir(stream.get()))  // NOLINT(concurrency-mt-unsafe): own stream
    names.emplace_back(entry->d_name);
  for (const auto& name : names) {
    if (name == "." || name == "..") continue;
    XAAS_CHECK(remove_entry(folder, path.empty() ? name : path + "/" + name, keep));
  }
  return {};
}

Status RootFolder::remove_lower(Components path) {
  XAAS_TRY(const auto parent, open_folder(path.first(path.size() - 1), Missing::stop));
  if (!parent) return {};
  return remove_entry(*parent, joined(path), Keep::own);
}

Status RootFolder::remove_lower_children(Components path) {
  XAAS_TRY(const auto folder, open_folder(path, Missing::stop));
  if (!folder) return {};
  return remove_children(*folder, joined(path), Keep::own);
}

Status RootFolder::apply_folder_modes() {
  const auto modes = std::exchange(folder_modes_, {});
  for (const auto& [path, mode] : modes | std::views::reverse) {  // inner ones first
    std::vector<std::string> components;
    for (const auto part : std::views::split(path, '/'))
      components.emplace_back(part.begin(), part.end());
    XAAS_TRY(const auto folder, open_folder(components, Missing::stop));
    if (folder && ::fchmod(folder->number(), mode) != 0)
      return layout_io_error("set the mode of", shown(path), errno);
  }
  return {};
}

}  // namespace xaas
