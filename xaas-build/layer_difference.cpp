// SPDX-License-Identifier: Apache-2.0
#include "layer_difference.hpp"

#include "xaas/support/digest.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// Both layers as one: the application lies over the base.
LayerContent files_of(const ImageContent& content) {
  LayerContent files = content.application;
  files.insert(content.base.begin(), content.base.end());
  return files;
}

Result<Digest> digest_of_content(const LayerFile& file) {
  if (const auto* bytes = std::get_if<std::string>(&file.content)) return digest_of(*bytes);
  return digest_of_file(std::get<fs::path>(file.content));
}

Result<bool> is_same_file(const LayerFile& a, const LayerFile& b) {
  if (a.mode != b.mode) return false;
  if (a.content == b.content) return true;
  XAAS_TRY(const Digest first, digest_of_content(a));
  XAAS_TRY(const Digest second, digest_of_content(b));
  return first == second;
}

Result<bool> is_same(const LayerEntry& a, const LayerEntry& b) {
  if (a.index() != b.index()) return false;
  if (const auto* link = std::get_if<LayerLink>(&a))
    return link->target == std::get<LayerLink>(b).target;
  if (const auto* folder = std::get_if<LayerFolder>(&a))
    return folder->mode == std::get<LayerFolder>(b).mode;
  return is_same_file(std::get<LayerFile>(a), std::get<LayerFile>(b));
}

std::string whiteout_of(const std::string& path) {
  const fs::path name(path);
  return (name.parent_path() / (".wh." + name.filename().string())).string();
}

bool has_below(const LayerContent& files, const std::string& path) {
  const auto below = files.lower_bound(path + "/");
  return below != files.end() && below->first.starts_with(path + "/");
}

enum class Kind : std::uint8_t { nothing, file, link, folder };

/// A folder is also what has something below it, without an entry of its own.
Kind kind_at(const LayerContent& files, const std::string& path) {
  const auto found = files.find(path);
  if (found == files.end()) return has_below(files, path) ? Kind::folder : Kind::nothing;
  if (std::holds_alternative<LayerFile>(found->second)) return Kind::file;
  return std::holds_alternative<LayerLink>(found->second) ? Kind::link : Kind::folder;
}

/// The topmost of the path and the folders above it that goes away, or turns into something of
/// another kind, as nothing does by itself; empty: none.
std::string topmost_gone(const LayerContent& before, const LayerContent& after,
                         const std::string& path) {
  std::string topmost;
  for (fs::path part = path; !part.empty(); part = part.parent_path()) {
    const Kind now = kind_at(after, part.string());
    if (now != kind_at(before, part.string())) topmost = part.string();
  }
  return topmost;
}

}  // namespace

Result<ImageDifference> difference_of(const ImageContent& from, const ImageContent& to) {
  const LayerContent before = files_of(from);
  const LayerContent after = files_of(to);
  ImageDifference difference;
  for (const auto& [path, entry] : before) {
    const std::string gone = topmost_gone(before, after, path);
    if (gone.empty()) continue;
    // Over the new base, a whiteout would hide what that has in its place.
    const bool is_applications =
        kind_at(from.application, gone) != Kind::nothing && kind_at(to.base, gone) == Kind::nothing;
    LayerContent& layer = is_applications ? difference.application : difference.base;
    layer[whiteout_of(gone)] = LayerFile{.content = std::string()};
  }
  for (const auto& [path, entry] : after) {
    const auto known = before.find(path);
    if (known != before.end()) {
      XAAS_TRY(const bool same, is_same(known->second, entry));
      if (same) continue;
    }
    (to.application.contains(path) ? difference.application : difference.base)[path] = entry;
  }
  return difference;
}

}  // namespace xaas
