// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layout_files.hpp"
#include "names.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// One entry of a layer whose path has been found safe.
struct LayerItem {
  enum class Kind { file, link, hard_link, folder };
  std::vector<std::string> components;  // empty: the root itself
  std::string path;                     // the same, joined by '/'
  Kind kind = Kind::file;
  unsigned mode = 0;
  std::string target;       // of links, as it stands in the archive
  std::uint64_t begin = 0;  // where a file's bytes lie in the uncompressed archive
  std::uint64_t size = 0;   // as the archive declares it
};

/// Reads a layer's entries in order. The blob is verified before the first one; sizes that the
/// archive declares are never trusted, what comes out of the decompressor is counted.
class LayerReader {
 public:
  static Result<LayerReader> open(const Layout& layout, const Descriptor& layer,
                                  const ExtractionLimits& limits);
  /// The same of bytes that the caller vouches for; `name` is what messages call them.
  static Result<LayerReader> over(FileRange range, StreamKind kind, std::string name,
                                  const ExtractionLimits& limits);
  LayerReader(LayerReader&&) noexcept;
  LayerReader& operator=(LayerReader&&) noexcept;
  LayerReader(const LayerReader&) = delete;
  LayerReader& operator=(const LayerReader&) = delete;
  ~LayerReader();

  /// Empty at the end. Refuses (as `corrupt`) devices, fifos, sockets, unsafe paths and more
  /// entries than the limit.
  Result<std::optional<LayerItem>> next();
  /// The bytes of the file that `next` gave, in pieces.
  Status read_content(const std::function<Status(std::string_view)>& take);
  /// The file that `next` gave is passed over without reading it; for archives without compression,
  /// where that costs nothing.
  void skip_content();

 private:
  struct State;
  explicit LayerReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// What is said when entries, or the folders that they imply, are more than the limit.
Error too_many_entries(const ExtractionLimits& limits);

/// sha256 of the uncompressed archive, to be compared with a config's diff_id.
Result<Digest> diff_id_of(const Layout& layout, const Descriptor& layer,
                          const ExtractionLimits& limits);

/// Calls `take` with the uncompressed bytes, in pieces; `layer.too-large` beyond `limits`.
Status decompress(FileRange range, StreamKind kind, const std::string& name,
                  const ExtractionLimits& limits,
                  const std::function<Status(std::string_view)>& take);

}  // namespace xaas
