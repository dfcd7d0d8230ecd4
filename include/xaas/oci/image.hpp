// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Values of OCI image-spec 1.1 (descriptor.md, manifest.md, image-index.md, config.md) and their
// JSON.

namespace xaas {

using Annotations = std::map<std::string, std::string>;

inline constexpr std::string_view k_media_index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view k_media_manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view k_media_config = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view k_media_layer_gzip =
    "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view k_media_layer_zstd =
    "application/vnd.oci.image.layer.v1.tar+zstd";
inline constexpr std::string_view k_media_layer_tar = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view k_annotation_ref_name = "org.opencontainers.image.ref.name";

struct Platform {
  std::string architecture;
  std::string os;
  std::string variant;  // empty: none

  friend bool operator==(const Platform&, const Platform&) = default;
};

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::optional<Platform> platform;
  Annotations annotations;

  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

struct ImageManifest {
  std::string artifact_type;  // empty: none
  Descriptor config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject;
  Annotations annotations;

  friend bool operator==(const ImageManifest&, const ImageManifest&) = default;
};

struct ImageIndex {
  std::vector<Descriptor> manifests;
  Annotations annotations;

  friend bool operator==(const ImageIndex&, const ImageIndex&) = default;
};

struct ImageConfig {
  Platform platform;
  std::vector<std::string> environment;  // "NAME=value"
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::string working_folder;
  Annotations labels;
  std::vector<Digest> diff_ids;      // of the uncompressed layers, bottom first
  std::vector<std::string> history;  // one `created_by` text per layer

  friend bool operator==(const ImageConfig&, const ImageConfig&) = default;
};

Result<ImageManifest> parse_manifest(std::string_view json);
Result<ImageIndex> parse_index(std::string_view json);
Result<ImageConfig> parse_config(std::string_view json);
/// Deterministic text; `created` is always 1970-01-01T00:00:00Z in configs.
std::string print_manifest(const ImageManifest& manifest);
std::string print_index(const ImageIndex& index);
std::string print_config(const ImageConfig& config);

}  // namespace xaas
