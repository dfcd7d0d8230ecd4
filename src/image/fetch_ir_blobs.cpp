// SPDX-License-Identifier: Apache-2.0
#include "entries.hpp"

#include "xaas/image/delta.hpp"
#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// A content is a file of its own in a layer, or it is stored as a difference from another content,
// and then the file is called by the digest of the difference. Layers hold what the same
// configurations and processors need, so those are opened that have something for this deployment.

namespace xaas {
namespace {

Error damaged(const Digest& content, std::string_view what) {
  return fail(ErrorKind::corrupt, "`{}` in the IR layers {}", content.str(), what)
      .with_code("image.blob");
}

const Blob* blob_of(const IrManifest& ir, const Digest& content) {
  const auto found = ir.blobs.find(content);
  return found == ir.blobs.end() ? nullptr : &found->second;
}

bool is_delta(const Blob* blob) {
  return blob != nullptr && !blob->base.is_empty();
}

/// Which files of the layers give the wanted contents, and in which layer each lies.
std::map<Digest, std::optional<std::size_t>> files_for(const IrManifest& ir,
                                                       const std::set<Digest>& wanted) {
  std::map<Digest, std::optional<std::size_t>> files;
  const auto layer_of = [&](const Digest& content) {
    const Blob* blob = blob_of(ir, content);
    return blob == nullptr ? std::nullopt : blob->layer;
  };
  for (const Digest& content : wanted) {
    const Blob* blob = blob_of(ir, content);
    if (is_delta(blob)) {
      files[blob->stored] = blob->layer;
      files[blob->base] = layer_of(blob->base);
    } else {
      files[content] = layer_of(content);
    }
  }
  return files;
}

bool is_for_debugging(const Descriptor& layer) {
  return layer.annotations.contains(std::string(k_annotation_debug));
}

/// Where the manifest does not say where everything is, as none did before there were several
/// layers, each may have it.
std::vector<std::size_t> layers_for(const IrImage& image, const std::set<Digest>& wanted) {
  const auto& all = image.ir_layers.layers;
  std::set<std::size_t> named;
  bool is_complete = true;
  for (const auto& [file, layer] : files_for(image.ir, wanted)) {
    if (layer) named.insert(*layer);
    is_complete &= layer.has_value();
  }
  const std::set<Digest> companions = is_complete ? std::set<Digest>() : debug_blobs(image.ir);
  const bool with_debug = std::ranges::any_of(
      wanted, [&](const Digest& content) { return companions.contains(content); });
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool may_have_it = !is_complete && (with_debug || !is_for_debugging(all[i]));
    if (may_have_it || named.contains(i)) layers.push_back(i);
  }
  return layers;
}

/// They pass through the memory one by one, and none is larger than all that there should be.
std::uint64_t expected_bytes(const IrManifest& ir) {
  std::uint64_t expected = 0;
  for (const auto& [content, blob] : ir.blobs)
    expected += is_delta(&blob) ? blob.stored_size : blob.size;
  return expected;
}

/// Writes the files of one layer that are missing; they are no longer missing then.
Status read_layer(const IrImage& image, const Descriptor& layer, std::set<Digest>& missing,
                  const std::filesystem::path& folder) {
  const auto keep = [&](const std::string& path, const std::string& bytes) -> Status {
    const std::string name = path.substr(path.rfind('/') + 1);
    const auto digest = Digest::parse("sha256:" + name);
    if (!digest || !missing.contains(*digest) || path != ir_blob_path(*digest)) return {};
    if (digest_of(bytes) != *digest)
      return damaged(*digest, "has other content than its name says");
    missing.erase(*digest);
    return write_file(folder / digest->hex(), bytes);
  };
  ExtractionLimits limits = limits_of(layer, std::uint64_t{64} << 20);
  limits.bytes = std::min(limits.bytes, expected_bytes(image.ir));
  return visit_layer_files(image.layout, layer, keep, limits);
}

/// Puts a content together that is stored as a difference.
Status reconstruct(const Digest& content, const Blob& blob, const std::filesystem::path& folder) {
  XAAS_TRY(const auto base, read_file(folder / blob.base.hex()));
  XAAS_TRY(const auto delta, read_file(folder / blob.stored.hex()));
  if (delta.size() != blob.stored_size)
    return damaged(blob.stored, "has another size than the manifest says");
  XAAS_TRY(const auto bytes, while_doing(apply_delta(base, delta, blob.size),
                                         fmt::format("putting `{}` together", content.str())));
  if (digest_of(bytes) != content)
    return damaged(content, "is stored as a difference that gives something else");
  return write_file(folder / content.hex(), bytes);
}

}  // namespace

IrBytes ir_bytes_for(const IrImage& image, const std::set<Digest>& wanted) {
  IrBytes bytes;
  for (const Descriptor& layer : image.ir_layers.layers) bytes.all += layer.size;
  if (wanted.empty()) return bytes;
  for (const std::size_t layer : layers_for(image, wanted))
    bytes.read += image.ir_layers.layers[layer].size;
  return bytes;
}

Status fetch_ir_blobs(const IrImage& image, const std::set<Digest>& wanted,
                      const std::filesystem::path& folder) {
  XAAS_CHECK(make_folders(folder));
  std::set<Digest> missing;
  for (const auto& [file, layer] : files_for(image.ir, wanted)) missing.insert(file);
  const std::size_t files = missing.size();
  std::vector<std::size_t> layers = layers_for(image, wanted);
  // A client may have put layers of its own before ours: then it is in one of the others.
  for (std::size_t i = 0; i < image.ir_layers.layers.size(); ++i) {
    const bool is_there = image.layout.has_blob(image.ir_layers.layers[i].digest);
    if (is_there && std::ranges::find(layers, i) == layers.end()) layers.push_back(i);
  }
  for (const std::size_t layer : layers) {
    if (missing.empty()) break;
    XAAS_CHECK(read_layer(image, image.ir_layers.layers[layer], missing, folder));
  }
  if (!missing.empty()) {
    return fail(ErrorKind::corrupt,
                "{} of {} blobs that the IR manifest names are in no layer, `{}` first",
                missing.size(), files, missing.begin()->str())
        .with_code("image.blob");
  }
  for (const Digest& content : wanted) {
    const Blob* blob = blob_of(image.ir, content);
    if (is_delta(blob)) XAAS_CHECK(reconstruct(content, *blob, folder));
  }
  return {};
}

}  // namespace xaas
