// SPDX-License-Identifier: Apache-2.0
#include "run/image_loader.hpp"
#include "run/image_root.hpp"
#include "specialize/c_library_pair.hpp"
#include "specialize/deployment.hpp"
#include "specialize/placement.hpp"
#include "specialize/write_views.hpp"

#include "xaas/elf/c_library.hpp"
#include "xaas/elf/elf_file.hpp"
#include "xaas/ir/prefix.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/place_file.hpp"
#include "xaas/targets/loading.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// A tree is the install prefix as a folder: its own libraries are found relative to the programs
// ($ORIGIN). Loader and C library are one thing in many files, and taking some from the image and
// some from the host crashes at start; so it is all or nothing.

namespace xaas {
namespace {

/// What a link of the image says in the tree. Where it leads to something that is not in the tree
/// (`/usr/bin/awk`), it leads to this machine's.
std::filesystem::path link_in_tree(const TreeLayout& layout, const std::string& path,
                                   const std::filesystem::path& target) {
  std::string absolute =
      (std::filesystem::path(path).parent_path() / target).lexically_normal().string();
  const bool inside = std::ranges::any_of(layout.installed(), [&](const std::string& installed) {
    return installed.starts_with(absolute) &&
           (installed.size() == absolute.size() || installed[absolute.size()] == '/');
  });
  if (!inside) return absolute;
  const std::filesystem::path place = layout.place_of(absolute);
  return place.lexically_relative(std::filesystem::path(layout.place_of(path)).parent_path());
}

Status copy_installed(const TreeContent& content, const std::string& path,
                      const std::filesystem::path& to) {
  const std::filesystem::path from = content.root / path.substr(1);
  XAAS_CHECK(make_folders(to.parent_path()));
  std::error_code error;
  const auto status = std::filesystem::symlink_status(from, error);
  if (std::filesystem::is_symlink(status)) {
    return make_link(link_in_tree(content.layout, path, std::filesystem::read_symlink(from, error)),
                     to);
  }
  if (std::filesystem::is_directory(status)) return make_folders(to);
  return xaas::copy_file(from, to);
}

/// What stays of an installed file: in its own place, as the generic view's product where another
/// one is in its place, or nothing, where that is lowered, too.
std::optional<std::string> kept_place(const TreeContent& content, const std::string& path) {
  std::string place = content.layout.place_of(path);
  const auto has = [&](const ProductSet& part) {
    return has_product(part, content.image.ir, path);
  };
  if (content.parts.size() == 1)
    return has(content.parts.front()) ? std::nullopt : std::optional(place);
  if (!has_views(content, path)) return place;
  if (has(content.parts.back())) return std::nullopt;
  return place_in_view(content.record.targets.back().view, place);
}

/// The prefix of the tree, in installed files that name the image's.
Status place_installed(TreeContent& content, const std::filesystem::path& tree) {
  const Install& install = content.image.ir.install;
  for (PrefixedFile file : install.files) {
    const auto place = kept_place(content, file.path);
    if (!place) continue;
    XAAS_TRY(const auto to, safe_place(tree, *place));
    XAAS_TRY(const auto bytes, read_file(to));
    XAAS_TRY(const auto placed, with_prefix(bytes, file, install, content.placement));
    std::error_code error;
    const auto mode = std::filesystem::status(to, error).permissions();
    XAAS_CHECK(write_file(to, placed, static_cast<unsigned>(mode) & 07777));
    file.path = *place;
    content.record.prefixed.push_back(std::move(file));
  }
  for (const std::string& path : install.unreached) {
    if (auto place = kept_place(content, path)) content.record.unreached.push_back(*place);
  }
  return {};
}

Status install_product(TreeContent& content, std::size_t part, const VerifiedProduct& verified,
                       const std::filesystem::path& tree) {
  DeployedTarget& target = content.record.targets[part];
  const std::string& path = content.image.ir.products[verified.product].path;
  const std::string place = place_in_view(target.view, content.layout.place_of(path));
  XAAS_TRY(const auto to, safe_place(tree, place));
  XAAS_CHECK(xaas::copy_file(verified.file, to));
  XAAS_TRY(const auto bytes, read_file(verified.file));
  PrefixedFile file{.path = place, .places = places_of(content.placement.padded, bytes)};
  if (!file.places.empty()) content.record.prefixed.push_back(std::move(file));
  if (verified.has_pieces_of_placeholder) content.record.unreached.push_back(place);
  std::ranges::find(target.products, path, &DeployedProduct::path)->place = place;
  return {};
}

Status copy_files(const TreeContent& content, const std::filesystem::path& tree) {
  for (const std::string& path : content.layout.installed()) {
    const auto place = kept_place(content, path);
    if (!place) continue;
    XAAS_TRY(const auto to, safe_place(tree, *place));
    XAAS_CHECK(copy_installed(content, path, to));
  }
  for (const std::string& path : content.layout.bundled()) {
    XAAS_TRY(const auto from, path_in_root(content.root, path));
    XAAS_TRY(const auto to, safe_place(tree, content.layout.place_of(path)));
    XAAS_CHECK(xaas::copy_file(from, to));
  }
  for (const auto& [place, path] : content.layout.site_links()) {
    XAAS_TRY(const auto to, safe_place(tree, place));
    XAAS_CHECK(make_folders(to.parent_path()));
    XAAS_CHECK(make_link(path, to));
  }
  return {};
}

/// The libraries that it was linked with, and no others that are called so and come first.
Status check_it_loads_these(const std::filesystem::path& tree, const std::string& place,
                            const std::vector<LinkedLibrary>& libraries) {
  if (libraries.empty()) return {};
  const auto loaded = loaded_with({(tree / place).string()});
  for (const LinkedLibrary& library : libraries) {
    const auto taken = std::ranges::find_if(loaded, [&](const std::string& path) {
      return std::filesystem::path(path).filename() == library.soname;
    });
    std::error_code error;
    if (taken == loaded.end() || std::filesystem::equivalent(*taken, library.path, error)) continue;
    // A path in the tree is one of a temporary folder still.
    return fail(ErrorKind::mismatch,
                "`{}` is linked with `{}`, and its loader would take another {}: `{}`", place,
                library.path, library.soname,
                taken->starts_with(tree.string()) ? std::filesystem::path(*taken)
                                                        .lexically_normal()
                                                        .lexically_relative(tree)
                                                        .string()
                                                  : *taken)
        .with_code("verify.other-library")
        .with_help(fmt::format("`--library {}=image` links the image's own", library.interface));
  }
  return {};
}

/// A program's run path counts from where it lies, so it is tried there, before anybody sees the
/// tree.
Status check_programs_load(const TreeContent& content, std::size_t part,
                           const std::filesystem::path& tree) {
  const IrManifest& ir = content.image.ir;
  const std::string loader = content.layout.loader();
  const std::vector<std::string> loaded_by =
      loader.empty() ? std::vector<std::string>{} : std::vector{(tree / loader).string()};
  if (!content.parts[part].runs_here) return {};
  for (const VerifiedProduct& verified : content.parts[part].products) {
    const Product& product = ir.products[verified.product];
    if (ir.links[product.link].kind != LinkKind::executable) continue;
    const std::string place =
        place_in_view(content.record.targets[part].view, content.layout.place_of(product.path));
    XAAS_CHECK(check_it_loads(product.path, tree / place, loaded_by));
    XAAS_CHECK(check_it_loads_these(tree, place, content.record.targets[part].libraries));
  }
  return {};
}

Error not_moved(const std::filesystem::path& folder, int reason) {
  return fail(ErrorKind::io, "cannot move the finished tree to `{}`: {}", folder.string(),
              std::generic_category().message(reason))
      .with_code("tree.write")
      .with_help("a mount point cannot be replaced: name a folder inside it");
}

/// Where the two cannot change places in one step (NFS, Linux before 3.15): the old tree goes into
/// our temporary folder, which is removed afterwards.
Status move_in_two_steps(const std::filesystem::path& tree, const std::filesystem::path& folder) {
  if (::rename(folder.c_str(), (tree.parent_path() / "replaced").c_str()) != 0)
    return not_moved(folder, errno);
  if (::rename(tree.c_str(), folder.c_str()) != 0) return not_moved(folder, errno);
  return {};
}

/// At every moment there is the old tree or the new one, also when we are killed, and also when
/// another process writes the same tree: who comes second sees what is there now.
Status move_into_place(const std::filesystem::path& tree, const TreeOutput& output, bool force) {
  const std::filesystem::path& folder = output.folder;
  // Replaces an empty folder, and no other one.
  if (::rename(tree.c_str(), folder.c_str()) == 0) return {};
  const int reason = errno;
  if (reason != ENOTEMPTY && reason != EEXIST && reason != ENOTDIR)
    return not_moved(folder, reason);
  XAAS_CHECK(while_doing(check_output_is_free(output, force), "writing the deployment"));
  if (::renameat2(AT_FDCWD, tree.c_str(), AT_FDCWD, folder.c_str(), RENAME_EXCHANGE) == 0)
    return {};
  if (is_flag_unknown(errno)) return move_in_two_steps(tree, folder);
  return not_moved(folder, errno);
}

}  // namespace

Result<DeploymentRecord> write_tree(TreeContent content, const TreeOutput& output) {
  const std::filesystem::path parent = output.folder.parent_path();
  XAAS_CHECK(make_folders(parent));
  remove_stale_temporaries(parent);
  XAAS_TRY(auto temporary, TemporaryFolder::make(parent));
  const std::filesystem::path tree = temporary.path() / "tree";
  XAAS_CHECK(copy_files(content, tree));
  XAAS_CHECK(place_installed(content, tree));
  for (std::size_t part = 0; part < content.parts.size(); ++part) {
    for (const VerifiedProduct& verified : content.parts[part].products)
      XAAS_CHECK(install_product(content, part, verified, tree));
  }
  if (content.parts.size() > 1) XAAS_CHECK(write_views(content, tree));
  if (!content.record.prefixed.empty()) {
    content.record.prefix = content.placement.prefix;
    content.record.room = content.placement.padded.size();
  }
  std::ranges::sort(content.record.prefixed, {}, &PrefixedFile::path);
  if (!content.record.unreached.empty()) {
    content.record.notes.push_back(
        fmt::format("the prefix of their build is in pieces, and stays, in {}",
                    fmt::join(content.record.unreached, ", ")));
  }
  for (std::size_t part = 0; part < content.parts.size(); ++part)
    XAAS_CHECK(check_programs_load(content, part, tree));
  XAAS_TRY(const auto record, safe_place(tree, std::string(k_record_path)));
  XAAS_CHECK(write_file(record, print_record(content.record)));
  XAAS_CHECK(move_into_place(tree, output, content.force));
  return std::move(content.record);
}

}  // namespace xaas
