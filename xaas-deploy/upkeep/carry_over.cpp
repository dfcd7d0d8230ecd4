// SPDX-License-Identifier: Apache-2.0

// Both trees are made from one image, with one configuration and one prefix. So a file that only
// the old one has, below no folder of ours, was put there by somebody; and one that differs was
// written by somebody, or damaged. Which of the two cannot be told: programs are taken for damaged,
// texts and data for written, unless their prefix is no longer where it was.

#include "upkeep/carry_over.hpp"

#include "run/image_root.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/lowering/chooser.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/mapped_file.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// Folders whose content depends on machine and targets.
bool is_ours(const fs::path& path) {
  constexpr auto k_folders =
      std::to_array<std::string_view>({".xaas/", "lib/xaas/", "libexec/xaas/"});
  static_assert(k_views_folder == "libexec/xaas");
  const std::string text = path.string();
  return text.contains("/glibc-hwcaps/") ||
         std::ranges::any_of(k_folders,
                             [&](std::string_view folder) { return text.starts_with(folder); });
}

bool is_product(const DeploymentRecord& record, const std::string& path) {
  return std::ranges::any_of(record.targets, [&](const DeployedTarget& part) {
    return std::ranges::find(part.products, path, &DeployedProduct::place) != part.products.end();
  });
}

/// Copies keep times, so most files need not be read.
Result<bool> are_equal(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::file_size(a, error) != fs::file_size(b, error)) return false;
  if (fs::last_write_time(a, error) == fs::last_write_time(b, error)) return true;
  XAAS_TRY(const auto content_of_a, digest_of_file(a));
  XAAS_TRY(const auto content_of_b, digest_of_file(b));
  return content_of_a == content_of_b;
}

Result<bool> is_elf(const fs::path& path) {
  XAAS_TRY(const auto file, MappedFile::open(path));
  return file.bytes().starts_with("\177ELF");
}

/// Whether the prefix still stands in a file where the record says.
Result<bool> has_prefix(const DeploymentRecord& record, const fs::path& tree,
                        const std::string& path) {
  const auto file = std::ranges::find(record.prefixed, path, &PrefixedFile::path);
  if (file == record.prefixed.end()) return true;
  XAAS_TRY(const auto bytes, read_file(tree / path));
  return stands_at(prefix_in(*file, record.prefix, record.room), file->places, bytes);
}

enum class Fate { same, keep, leave };

Result<Fate> fate_of_file(const TreeChange& change, const fs::path& path) {
  std::error_code error;
  const fs::path was = change.old_tree / path;
  const fs::path is = change.new_tree / path;
  if (!fs::is_regular_file(fs::symlink_status(was, error)) ||
      !fs::is_regular_file(fs::symlink_status(is, error)))
    return Fate::same;
  XAAS_TRY(const auto equal, are_equal(was, is));
  if (equal) return Fate::same;
  XAAS_TRY(const auto was_program, is_elf(was));
  XAAS_TRY(const auto is_program, is_elf(is));
  if (is_program) return was_program ? Fate::same : Fate::leave;
  XAAS_TRY(const auto stands, has_prefix(change.record, change.old_tree, path.string()));
  return stands ? Fate::keep : Fate::leave;
}

Result<Fate> fate_of(const TreeChange& change, const fs::path& path) {
  if (is_ours(path) || is_product(change.record, path.string())) return Fate::same;
  // What would be written through a link of the new tree lands elsewhere.
  if (link_on_the_way(change.new_tree, path)) return Fate::leave;
  std::error_code error;
  if (!fs::exists(fs::symlink_status(change.new_tree / path, error))) return Fate::keep;
  return fate_of_file(change, path);
}

Status copy_entry(const fs::path& from, const fs::path& to) {
  std::error_code error;
  const auto status = fs::symlink_status(from, error);
  if (fs::is_directory(status)) return make_folders(to);
  XAAS_CHECK(make_folders(to.parent_path()));
  if (!fs::is_symlink(status)) return xaas::copy_file(from, to);
  return make_link(fs::read_symlink(from, error), to);
}

}  // namespace

Result<CarriedOver> carry_over(const TreeChange& change) {
  CarriedOver carried;
  XAAS_TRY(const auto paths, list_tree(change.old_tree));
  for (const fs::path& path : paths) {
    XAAS_TRY(const auto fate, fate_of(change, path));
    if (fate == Fate::same) continue;
    if (fate == Fate::keep) XAAS_CHECK(copy_entry(change.old_tree / path, change.new_tree / path));
    (fate == Fate::keep ? carried.kept : carried.left).push_back(path.string());
  }
  return carried;
}

}  // namespace xaas
