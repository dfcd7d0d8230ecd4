// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace xaas {

struct WrittenBlob {
  Digest digest;  // of what is in the file
  std::uint64_t size = 0;
  Digest diff_id;  // of what was put in
};

/// Compresses a stream into a new file and takes both digests on the way.
class BlobWriter {
 public:
  static Result<BlobWriter> create(const std::filesystem::path& file, Compression compression);
  BlobWriter(BlobWriter&&) noexcept;
  BlobWriter& operator=(BlobWriter&&) noexcept;
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;
  ~BlobWriter();

  Status write(std::string_view bytes);
  /// Nothing may be written afterwards.
  Result<WrittenBlob> finish();

 private:
  struct State;
  explicit BlobWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace xaas
