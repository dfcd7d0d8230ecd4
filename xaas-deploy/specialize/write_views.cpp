// SPDX-License-Identifier: Apache-2.0
#include "specialize/write_views.hpp"

#include "run/image_root.hpp"
#include "specialize/identity.hpp"

#include "xaas/lowering/chooser.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/choose_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// A view (libexec/xaas/NAME) is the install prefix as the programs of one target see it: the same
// names at the same places, its own products among them, and links to the tree for all the rest. So
// whatever counts from where a program lies (run paths, /proc/self/exe) finds what it would find
// in a tree for this target alone, and data is there once.

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_hwcaps = "glibc-hwcaps";

/// A relative link at `from` (both are places in the tree) that leads to `to`.
fs::path link_between(const std::string& from, const std::string& to) {
  return fs::path(to).lexically_relative(fs::path(from).parent_path());
}

class ViewWriter {
 public:
  ViewWriter(const TreeContent& content, fs::path tree)
      : content_(content), ir_(content.image.ir), tree_(std::move(tree)) {
    std::set<std::size_t> products;
    for (const ProductSet& part : content.parts) {
      for (const VerifiedProduct& verified : part.products) products.insert(verified.product);
    }
    for (const std::size_t product : products) {
      const Product& installed = ir_.products[product];
      if (kind_of(product) != LinkKind::archive)
        shared_.emplace_back(product, content.layout.place_of(installed.path));
    }
  }

  Status write() {
    for (const auto& [product, place] : shared_) {
      XAAS_CHECK(kind_of(product) == LinkKind::executable ? put_chooser(product, place)
                                                          : link_library(place));
    }
    // Before libraries are found by level, too: a view's programs are to find its own.
    for (std::size_t part = 0; part < content_.parts.size(); ++part) XAAS_CHECK(complete(part));
    return link_levels();
  }

 private:
  [[nodiscard]] LinkKind kind_of(std::size_t product) const {
    return ir_.links[ir_.products[product].link].kind;
  }
  [[nodiscard]] const DeployedTarget& target(std::size_t part) const {
    return content_.record.targets[part];
  }
  [[nodiscard]] bool has(std::size_t part, std::size_t product) const {
    const auto& products = content_.parts[part].products;
    return std::ranges::find(products, product, &VerifiedProduct::product) != products.end();
  }
  [[nodiscard]] const std::string& generic_view() const {
    return content_.record.targets.back().view;
  }

  Status put_chooser(std::size_t product, const std::string& place) {
    std::vector<Candidate> candidates;
    std::string names;
    for (std::size_t part = 0; part + 1 < content_.parts.size(); ++part) {
      if (!has(part, product)) continue;
      candidates.push_back({.view = target(part).view, .target = target(part).target});
      names += target(part).target.cpu.name + ", ";
    }
    const Candidate generic{.view = generic_view(),
                            .target = content_.record.targets.back().target};
    ProductIdentity identity = identity_of(content_.record, content_.record.targets.front());
    identity.target = names + generic.target.cpu.name;
    XAAS_TRY(const auto program,
             chooser_program(place, candidates, generic, identity_note(identity)));
    XAAS_TRY(const auto at, safe_place(tree_, place));
    return write_file(at, program, ir_.products[product].mode);
  }

  Status link_library(const std::string& place) {
    return put_link(place, link_between(place, place_in_view(generic_view(), place)));
  }

  Status put_link(const std::string& place, const fs::path& target) {
    XAAS_TRY(const auto at, safe_place(tree_, place));
    XAAS_CHECK(make_folders(at.parent_path()));
    return make_link(target, at);
  }

  /// What a view has of its own, and the folders that lead there.
  Status complete(std::size_t part) {
    std::set<std::string> folders{""};
    for (const VerifiedProduct& verified : content_.parts[part].products)
      add_folders(content_.layout.place_of(ir_.products[verified.product].path), folders);
    if (part + 1 == content_.parts.size()) {
      for (const auto& [product, place] : shared_) add_folders(place, folders);
    }
    // It holds the views themselves, which must not lead into each other.
    folders.insert("libexec");
    return mirror("", target(part).view, folders);
  }

  static void add_folders(const std::string& place, std::set<std::string>& folders) {
    for (fs::path folder = fs::path(place).parent_path(); !folder.empty();
         folder = folder.parent_path())
      folders.insert(folder.string());
  }

  Status mirror(const std::string& folder, const std::string& view,
                const std::set<std::string>& folders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(tree_ / folder, error)) {
      const std::string place = (fs::path(folder) / entry.path().filename()).string();
      if (place == ".xaas" || place == k_views_folder) continue;
      if (folders.contains(place) && entry.is_directory(error) && !entry.is_symlink(error)) {
        XAAS_CHECK(mirror(place, view, folders));
      } else {
        XAAS_CHECK(link_into_view(place, view));
      }
    }
    return {};
  }

  /// Links of the application lead to the same names in the view.
  Status link_into_view(const std::string& place, const std::string& view) {
    const std::string at = place_in_view(view, place);
    std::error_code error;
    if (fs::exists(fs::symlink_status(tree_ / at, error))) return {};
    const bool own_link =
        fs::is_symlink(fs::symlink_status(tree_ / place, error)) &&
        std::ranges::find(shared_, place, &SharedProduct::second) == shared_.end();
    return put_link(at,
                    own_link ? fs::read_symlink(tree_ / place, error) : link_between(at, place));
  }

  /// Where a target needs no more than a level of the psABI, the loader itself chooses its
  /// libraries for whoever looks for them in the tree (ld.so(8), "glibc-hwcaps").
  Status link_levels() {
    std::set<std::string> taken;
    for (std::size_t part = 0; part + 1 < content_.parts.size(); ++part) {
      const Target& made_for = target(part).target;
      if (level_number(made_for) < 2) continue;
      XAAS_TRY(const auto level, target_of_cpu(made_for.cpu.level, made_for.architecture));
      if (!runs_on(made_for, level) || !taken.insert(made_for.cpu.level).second) continue;
      for (const auto& [product, place] : shared_) {
        if (kind_of(product) == LinkKind::shared_library && has(part, product))
          XAAS_CHECK(link_level(place, made_for.cpu.level, target(part).view));
      }
    }
    return {};
  }

  /// Under each name that the library has in its folder.
  Status link_level(const std::string& place, const std::string& level, const std::string& view) {
    const fs::path folder = fs::path(place).parent_path();
    const fs::path levels = folder / k_hwcaps / level;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(tree_ / folder, error)) {
      if (!names_library(entry.path().filename(), place)) continue;
      const std::string at = (levels / entry.path().filename()).string();
      XAAS_CHECK(put_link(at, link_between(at, place_in_view(view, place))));
    }
    return {};
  }

  /// Whether the name in the library's folder is its own, or a link that leads to it there.
  [[nodiscard]] bool names_library(fs::path name, const std::string& place) const {
    const fs::path folder = fs::path(place).parent_path();
    std::error_code error;
    for (int links = 0; links < 40 && !name.has_parent_path(); ++links) {
      if (folder / name == place) return true;
      name = fs::read_symlink(tree_ / folder / name, error);
      if (error) break;
    }
    return false;
  }

  using SharedProduct = std::pair<std::size_t, std::string>;

  const TreeContent& content_;
  const IrManifest& ir_;
  fs::path tree_;
  std::vector<SharedProduct> shared_;  // programs and libraries that lie in views: index, place
};

}  // namespace

Result<fs::path> safe_place(const fs::path& tree, const std::string& place) {
  const auto link = link_on_the_way(tree, place);
  if (!link) return tree / place;
  return fail(ErrorKind::corrupt, "`{}` would be written through the link `{}` of the image", place,
              link->string())
      .with_code("layer.unsafe-path");
}

std::string place_in_view(const std::string& view, const std::string& place) {
  return view.empty() ? place : fmt::format("{}/{}/{}", k_views_folder, view, place);
}

bool has_product(const ProductSet& part, const IrManifest& manifest, const std::string& path) {
  return std::ranges::any_of(part.products, [&](const VerifiedProduct& verified) {
    return manifest.products[verified.product].path == path;
  });
}

bool has_views(const TreeContent& content, const std::string& path) {
  const IrManifest& ir = content.image.ir;
  const auto product = std::ranges::find(ir.products, path, &Product::path);
  return product != ir.products.end() && ir.links[product->link].kind != LinkKind::archive &&
         std::ranges::any_of(content.parts,
                             [&](const ProductSet& part) { return has_product(part, ir, path); });
}

Status write_views(const TreeContent& content, const fs::path& tree) {
  return ViewWriter(content, tree).write();
}

}  // namespace xaas
