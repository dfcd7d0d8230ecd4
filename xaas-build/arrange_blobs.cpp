// SPDX-License-Identifier: Apache-2.0
#include "arrange_blobs.hpp"

#include "xaas/image/delta.hpp"
#include "xaas/support/files.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xaas {
namespace {

/// A configuration, and the processor whose variants are read; "" for none of them.
using User = std::pair<std::size_t, std::string>;
using Users = std::set<User>;

/// A layer costs a request and a few hundred bytes: more than this serve nobody.
constexpr std::size_t k_most_layers = 32;

class Arrangement {
 public:
  Arrangement(IrManifest& manifest, const BlobFolder& blobs) : manifest_(manifest), blobs_(blobs) {}

  Result<std::vector<LayerContent>> make() {
    find_users();
    XAAS_CHECK(make_deltas());
    return lay_out();
  }

 private:
  void add(const Digest& content, const User& user) {
    if (!content.is_empty()) users_[content].insert(user);
  }

  void find_users() {
    for (std::size_t c = 0; c < manifest_.configurations.size(); ++c) {
      for (const std::size_t product : manifest_.configurations[c].products)
        add_link(manifest_.links[manifest_.products[product].link], c);
    }
    for (const auto& [content, users] : users_)
      if (users.contains({0, ""})) plain_.insert(content);
  }

  void add_link(const Link& link, std::size_t configuration) {
    const User user{configuration, ""};
    for (const std::size_t index : units_of(link)) {
      const TranslationUnit& unit = manifest_.units[index];
      add(unit.bitcode, user);
      add(unit.machine_code, user);
      for (const UnitVariant& variant : unit.variants)
        add(variant.bitcode, {configuration, variant.isa});
    }
    for (const LinkItem& item : link.items) {
      if (const auto* file = std::get_if<LinkFile>(&item)) add(file->content, user);
      const auto* library = std::get_if<LinkLibrary>(&item);
      if (library != nullptr && library->path.empty()) add(library->content, user);
    }
  }

  /// The first bitcode of each source, and what may be stored as a difference from it.
  Status make_deltas() {
    std::map<std::string, Digest> bases;
    for (const TranslationUnit& unit : manifest_.units) {
      if (unit.bitcode.is_empty()) continue;
      const Digest& base = bases.try_emplace(unit.source, unit.bitcode).first->second;
      std::vector<Digest> contents{unit.bitcode};
      for (const UnitVariant& variant : unit.variants) contents.push_back(variant.bitcode);
      for (const Digest& content : contents) XAAS_CHECK(try_delta(base, content));
    }
    return {};
  }

  Status try_delta(const Digest& base, const Digest& content) {
    Blob& blob = manifest_.blobs[content];
    if (content == base || plain_.contains(content) || !blob.base.is_empty() ||
        !manifest_.blobs[base].base.is_empty())
      return {};
    XAAS_TRY(const auto base_bytes, read_file(blobs_.path_of(base)));
    XAAS_TRY(const auto bytes, read_file(blobs_.path_of(content)));
    XAAS_TRY(const auto delta, make_delta(base_bytes, bytes));
    XAAS_TRY(const auto alone, make_delta({}, bytes));
    // Layers are compressed, too.
    if (delta.size() * 4 > alone.size() * 3) return {};
    XAAS_TRY(blob.stored, blobs_.put(delta));
    blob.stored_size = delta.size();
    blob.base = base;
    // It is there to be a base: never a difference itself.
    plain_.insert(base);
    // Whoever reads the difference reads this.
    const Users& readers = users_[content];
    users_[base].insert(readers.begin(), readers.end());
    return {};
  }

  std::vector<LayerContent> lay_out() {
    std::map<Users, std::vector<Digest>> groups;
    for (const auto& [content, users] : users_) groups[users].push_back(content);
    std::vector<std::pair<Users, std::vector<Digest>>> sorted(groups.begin(), groups.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) {
      if (a.first.size() != b.first.size()) return a.first.size() > b.first.size();
      return a.first < b.first;
    });
    std::vector<LayerContent> layers;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const std::size_t layer = i < k_most_layers ? i : 0;
      if (layer == layers.size()) layers.emplace_back();
      for (const Digest& content : sorted[i].second) put(content, layer, layers[layer]);
    }
    // An application may have nothing to lower.
    if (layers.empty()) layers.emplace_back();
    return layers;
  }

  void put(const Digest& content, std::size_t layer, LayerContent& into) {
    Blob& blob = manifest_.blobs[content];
    blob.layer = layer;
    const Digest& stored = blob.base.is_empty() ? content : blob.stored;
    into[ir_blob_path(stored)] = LayerFile{.content = blobs_.path_of(stored)};
  }

  IrManifest& manifest_;
  const BlobFolder& blobs_;
  std::map<Digest, Users> users_;
  std::set<Digest> plain_;  // stored as they are
};

}  // namespace

Result<std::vector<LayerContent>> arrange_blobs(IrManifest& manifest, const BlobFolder& blobs) {
  return Arrangement(manifest, blobs).make();
}

}  // namespace xaas
