// SPDX-License-Identifier: Apache-2.0
#include "install_prefix.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/files.hpp"

#include <system_error>
#include <variant>

namespace xaas {
namespace {

namespace fs = std::filesystem;

Error not_moved(const fs::path& from, const fs::path& to, const std::error_code& reason) {
  return fail(ErrorKind::io, "cannot move `{}` to `{}`: {}", from.string(), to.string(),
              reason.message())
      .with_code("file.io");
}

/// Folders that both have become one; of two files the moved one stays.
Status merge(const fs::path& from, const fs::path& to) {
  std::error_code error;
  const bool both_folders = fs::is_directory(fs::symlink_status(from, error)) &&
                            fs::is_directory(fs::symlink_status(to, error));
  if (!both_folders) {
    fs::rename(from, to, error);
    if (error) return not_moved(from, to, error);
    return {};
  }
  for (const auto& entry : fs::directory_iterator(from, error))
    XAAS_CHECK(merge(entry.path(), to / entry.path().filename()));
  if (error) return not_moved(from, to, error);
  fs::remove(from, error);
  return {};
}

Status turn_links(const fs::path& stage, const Install& install) {
  XAAS_TRY(const auto paths, list_tree(stage));
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::path target = fs::read_symlink(stage / path, error);
    if (error || !target.string().contains(install.placeholder)) continue;
    fs::remove(stage / path, error);
    XAAS_CHECK(
        make_link(replaced(target.string(), install.placeholder, install.prefix), stage / path));
  }
  return {};
}

}  // namespace

Status move_to_prefix(const fs::path& stage, const Install& install) {
  if (install.placeholder.empty()) return {};
  const fs::path from = stage / install.placeholder.substr(1);
  const fs::path to = stage / install.prefix.substr(1);
  std::error_code error;
  if (fs::exists(fs::symlink_status(from, error))) {
    XAAS_CHECK(make_folders(to.parent_path()));
    XAAS_CHECK(merge(from, to));
    // The folders above it, which nothing else can lie in.
    for (fs::path folder = from.parent_path(); folder != stage && fs::is_empty(folder, error);
         folder = folder.parent_path())
      fs::remove(folder, error);
  }
  return turn_links(stage, install);
}

Status move_behind_root_links(const fs::path& stage,
                              const std::map<std::string, std::string>& root_links) {
  for (const auto& [name, target] : root_links) {
    std::error_code error;
    const fs::path to = fs::path(target).relative_path();  // from the root, absolute or not
    if (!fs::is_directory(fs::symlink_status(stage / name, error))) continue;
    XAAS_CHECK(make_folders((stage / to).parent_path()));
    XAAS_CHECK(merge(stage / name, stage / to));
  }
  return {};
}

PrefixedContent put_prefix(std::string_view bytes, const std::string& path,
                           const Install& install) {
  PrefixedContent content{.bytes = std::string(bytes),
                          .facts = {.path = path, .is_text = is_text(bytes)}};
  if (install.placeholder.empty()) return content;
  const std::size_t length = install.placeholder.size();
  const std::string prefix = prefix_in(content.facts, install.prefix, length);
  const auto places = places_of(install.placeholder, bytes);
  content.bytes = replaced_at(bytes, places, length, prefix);
  content.facts.places = moved_places(places, length, prefix.size());
  return content;
}

void put_prefix(Link& link, const Install& install) {
  if (install.placeholder.empty()) return;
  for (LinkItem& item : link.items) {
    if (auto* option = std::get_if<LinkOption>(&item))
      option->text = replaced(option->text, install.placeholder, install.prefix);
  }
}

}  // namespace xaas
