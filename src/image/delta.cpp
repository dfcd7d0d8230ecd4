// SPDX-License-Identifier: Apache-2.0
#include "xaas/image/delta.hpp"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>

// A frame is read in one go: its output is also its window, so it takes no memory but its
// content's, whatever window it asks for. And the content's size is looked at before
// (zstd_compression_format.md, Frame_Content_Size): a damaged manifest and a frame that goes with
// it can claim any.

namespace xaas {
namespace {

// 128 MiB: what other readers take without being asked twice (zstd --long).
constexpr int k_longest_window = 27;
constexpr int k_shortest_window = 10;  // that there is
// Time is well spent: bitcode is compiled once, and what is stored travels often.
constexpr int k_level = 19;

using Compressor = std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)>;
using Decompressor = std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)>;

/// So wide that the end of the content still sees the beginning of its base.
int window_for(std::size_t bytes) {
  const int needed = static_cast<int>(std::bit_width(bytes));
  return std::clamp(needed, k_shortest_window, k_longest_window);
}

Error damaged(std::string_view what) {
  return fail(ErrorKind::corrupt, "a difference cannot be read: {}", what).with_code("image.blob");
}

// 64 MiB, and 200 times what there is: see limits_of() for layers.
bool is_believable(std::uint64_t size, std::uint64_t base, std::uint64_t delta) {
  return size <= (std::uint64_t{64} << 20) + 200 * (base + delta);
}

Status check_frame(std::string_view base, std::string_view delta, std::uint64_t size) {
  const auto stated = ZSTD_getFrameContentSize(delta.data(), delta.size());
  if (stated == ZSTD_CONTENTSIZE_ERROR) return damaged("it is no zstd frame");
  if (stated != size) return damaged("it gives another number of bytes than it should");
  if (!is_believable(size, base.size(), delta.size()))
    return damaged("it would grow beyond all measure");
  if (ZSTD_findFrameCompressedSize(delta.data(), delta.size()) != delta.size())
    return damaged("it is cut short, or something follows it");
  return {};
}

}  // namespace

Result<std::string> make_delta(std::string_view base, std::string_view content) {
  const Compressor compressor(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  std::string delta(ZSTD_compressBound(content.size()), '\0');
  std::size_t size = 0;
  const auto set = [&](ZSTD_cParameter parameter, int value) {
    return ZSTD_isError(ZSTD_CCtx_setParameter(compressor.get(), parameter, value)) == 0;
  };
  const bool is_ready =
      compressor != nullptr && set(ZSTD_c_compressionLevel, k_level) &&
      set(ZSTD_c_windowLog, window_for(base.size() + content.size())) &&
      set(ZSTD_c_enableLongDistanceMatching, 1) &&
      ZSTD_isError(ZSTD_CCtx_refPrefix(compressor.get(), base.data(), base.size())) == 0;
  if (is_ready) {
    size = ZSTD_compress2(compressor.get(), delta.data(), delta.size(), content.data(),
                          content.size());
  }
  if (!is_ready || ZSTD_isError(size) != 0)
    return fail(ErrorKind::internal, "libzstd makes no difference of {} bytes", content.size());
  delta.resize(size);
  return delta;
}

std::uint64_t stated_size(std::string_view frame) {
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  return size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ? 0 : size;
}

Result<std::string> apply_delta(std::string_view base, std::string_view delta, std::uint64_t size) {
  XAAS_CHECK(check_frame(base, delta, size));
  const Decompressor decompressor(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (decompressor == nullptr ||
      ZSTD_isError(ZSTD_DCtx_refPrefix(decompressor.get(), base.data(), base.size())) != 0)
    return fail(ErrorKind::internal, "libzstd takes no base of {} bytes", base.size());
  std::string content(size, '\0');
  const std::size_t written = ZSTD_decompressDCtx(decompressor.get(), content.data(),
                                                  content.size(), delta.data(), delta.size());
  if (ZSTD_isError(written) != 0) return damaged(ZSTD_getErrorName(written));
  if (written != size) return damaged("it gives another number of bytes than it should");
  return content;
}

}  // namespace xaas
