// SPDX-License-Identifier: Apache-2.0
#include "extract_layer.hpp"

#include "layer_path.hpp"
#include "layout_files.hpp"
#include "root_folder.hpp"

#include "xaas/oci/layer.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <utility>

namespace xaas {
namespace {

Error bad_whiteout(const LayerItem& item) {
  return fail(ErrorKind::corrupt, "layer entry `{}` is not a whiteout that can be applied",
              item.path)
      .with_code("layer.whiteout");
}

bool is_whiteout_name(const std::string& name) {
  return name.starts_with(k_whiteout_prefix);
}

/// `.wh.` names are markers everywhere: as a folder they cannot be (layer.md, "Whiteouts").
Status check_whiteout(const LayerItem& item) {
  const auto& components = item.components;
  if (components.empty()) return {};
  if (std::any_of(components.begin(), components.end() - 1, is_whiteout_name))
    return bad_whiteout(item);
  const auto& name = components.back();
  if (!is_whiteout_name(name)) return {};
  // `.wh...` would stand for the folder above.
  const auto hidden = name.substr(k_whiteout_prefix.size());
  if (item.kind != LayerItem::Kind::file || hidden.empty() || hidden == "." || hidden == "..")
    return bad_whiteout(item);
  return {};
}

Status apply_whiteout(RootFolder& root, const LayerItem& item) {
  auto path = item.components;
  const auto name = path.back();
  path.pop_back();
  if (name == k_opaque_name) return root.remove_lower_children(path);
  // Other `.wh..wh.` names are book-keeping of AUFS and hide nothing.
  if (name.starts_with(".wh..wh.")) return {};
  path.push_back(name.substr(k_whiteout_prefix.size()));
  return root.remove_lower(path);
}

Status extract_file(LayerReader& reader, RootFolder& root, const LayerItem& item) {
  XAAS_TRY(auto file, root.make_file(item.components));
  XAAS_CHECK(reader.read_content(
      [&](std::string_view part) { return write_all(file.number(), part, item.path); }));
  if (::fchmod(file.number(), item.mode & 0777) != 0)
    return layout_io_error("set the mode of", item.path, errno);
  return file.close(item.path);
}

Status extract_item(LayerReader& reader, RootFolder& root, const LayerItem& item) {
  XAAS_CHECK(check_whiteout(item));
  if (item.components.empty() && item.kind != LayerItem::Kind::folder) {
    return fail(ErrorKind::corrupt, "a layer entry replaces the image's root by something else")
        .with_code("layer.unsafe-path");
  }
  if (!item.components.empty() && is_whiteout_name(item.components.back()))
    return apply_whiteout(root, item);
  switch (item.kind) {
    case LayerItem::Kind::folder:
      return root.make_folder(item.components, item.mode);
    case LayerItem::Kind::link:
      return root.make_link(item.components, item.target);
    case LayerItem::Kind::file:
      return extract_file(reader, root, item);
    case LayerItem::Kind::hard_link:
      break;
  }
  XAAS_TRY(const auto target, split_layer_path(item.target));
  return root.make_hard_link(item.components, target);
}

/// What a walk through the layer knows of links, for readers that unpack nothing.
class LinkWatch {
 public:
  Status check(const LayerItem& item) {
    XAAS_CHECK(check_whiteout(item));
    for (auto slash = item.path.find('/'); slash != std::string::npos;
         slash = item.path.find('/', slash + 1)) {
      if (!links_.contains(item.path.substr(0, slash))) continue;
      return fail(ErrorKind::corrupt, "layer entry `{}` passes through the link `{}`", item.path,
                  item.path.substr(0, slash))
          .with_code("layer.unsafe-path");
    }
    if (item.kind == LayerItem::Kind::hard_link) return check_hard_link(item);
    // What comes later at the same path takes its place.
    links_.erase(item.path);
    if (item.kind == LayerItem::Kind::link) links_.insert(item.path);
    return {};
  }

 private:
  /// A second name of a link is a link.
  Status check_hard_link(const LayerItem& item) {
    XAAS_TRY(const auto target, split_layer_path(item.target));
    const bool is_link = links_.contains(join_layer_path(target));
    links_.erase(item.path);
    if (is_link) links_.insert(item.path);
    return {};
  }

  std::set<std::string> links_;
};

}  // namespace

Status unpack_entries(LayerReader& reader, const std::filesystem::path& root,
                      const ExtractionLimits& limits) {
  XAAS_TRY(auto folder, RootFolder::open(root));
  for (;;) {
    XAAS_TRY(const auto item, reader.next());
    if (!item) return folder.apply_folder_modes();
    XAAS_CHECK(extract_item(reader, folder, *item));
    if (folder.made_count() > limits.entries) return too_many_entries(limits);
  }
}

Status visit_entries(
    LayerReader& reader,
    const std::function<Status(const std::string& path, std::string bytes)>& visit) {
  LinkWatch links;
  for (;;) {
    XAAS_TRY(const auto item, reader.next());
    if (!item) return {};
    XAAS_CHECK(links.check(*item));
    if (item->kind != LayerItem::Kind::file) continue;
    std::string bytes;
    XAAS_CHECK(reader.read_content([&](std::string_view part) -> Status {
      bytes += part;
      return {};
    }));
    XAAS_CHECK(visit(item->path, std::move(bytes)));
  }
}

Status extract_layer(const Layout& layout, const Descriptor& layer,
                     const std::filesystem::path& root, const ExtractionLimits& limits) {
  const auto unpack = [&]() -> Status {
    XAAS_TRY(auto reader, LayerReader::open(layout, layer, limits));
    return unpack_entries(reader, root, limits);
  };
  return while_doing(unpack(), "unpacking layer `" + layer.digest.str() + "`");
}

Status visit_layer_files(
    const Layout& layout, const Descriptor& layer,
    const std::function<Status(const std::string& path, std::string bytes)>& visit,
    const ExtractionLimits& limits) {
  const auto walk = [&]() -> Status {
    XAAS_TRY(auto reader, LayerReader::open(layout, layer, limits));
    return visit_entries(reader, visit);
  };
  return while_doing(walk(), "reading layer `" + layer.digest.str() + "`");
}

}  // namespace xaas
