// SPDX-License-Identifier: Apache-2.0
#include "layer_difference.hpp"

#include "xaas/support/digest.hpp"

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

/// Whether there is something at the path or below it.
bool has(const LayerContent& files, const std::string& path) {
  if (files.contains(path)) return true;
  const auto below = files.lower_bound(path + "/");
  return below != files.end() && below->first.starts_with(path + "/");
}

/// Whether a folder above the path goes away as a whole, and the path with it.
bool goes_with_parent(const LayerContent& to, const std::string& path) {
  for (fs::path folder = fs::path(path).parent_path(); !folder.empty();
       folder = folder.parent_path())
    if (!has(to, folder.string())) return true;
  return false;
}

/// The topmost folder that goes away with the path, or the path.
std::string topmost_gone(const LayerContent& to, const std::string& path) {
  std::string topmost = path;
  for (fs::path folder = fs::path(path).parent_path(); !folder.empty();
       folder = folder.parent_path())
    if (!has(to, folder.string())) topmost = folder.string();
  return topmost;
}

}  // namespace

Result<LayerContent> difference_of(const ImageContent& from, const ImageContent& to) {
  const LayerContent before = files_of(from);
  const LayerContent after = files_of(to);
  LayerContent difference;
  for (const auto& [path, entry] : before) {
    if (has(after, path)) continue;
    const std::string gone = goes_with_parent(after, path) ? topmost_gone(after, path) : path;
    difference[whiteout_of(gone)] = LayerFile{.content = std::string()};
  }
  for (const auto& [path, entry] : after) {
    const auto known = before.find(path);
    if (known != before.end()) {
      XAAS_TRY(const bool same, is_same(known->second, entry));
      if (same) continue;
      // Nothing turns into something of another kind.
      if (known->second.index() != entry.index())
        difference[whiteout_of(path)] = LayerFile{.content = std::string()};
    }
    difference[path] = entry;
  }
  return difference;
}

}  // namespace xaas
