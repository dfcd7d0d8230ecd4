// SPDX-License-Identifier: Apache-2.0

// Layers: a tar stream, plain or compressed. The first byte says how the rest is taken:
//   byte % 5      0 plain, 1 gzip, 2 zstd; 3 and 4: the rest is a plain tar that is compressed here
//                 by gzip and zstd, and must read like the plain one
//   byte / 5 % 2  1: the checksums of the tar's headers are put right, or nearly every change would
//                 end at the first of them
//   byte / 10 % 2 1: unpacked over a root with files and with links that lead outside

#include "extract_layer.hpp"
#include "layer_reader.hpp"
#include "property.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace xaas::fuzzing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_block = 512;
constexpr ExtractionLimits k_limits{.bytes = 1 << 16, .entries = 32};

// --- the input ---

/// Puts right the checksum of each header that is met when sizes are believed.
std::string with_checksums(std::string tar) {
  for (std::size_t at = 0; at + k_block <= tar.size();) {
    const auto header = tar.begin() + static_cast<std::ptrdiff_t>(at);
    const bool is_end = std::all_of(header, header + k_block, [](char c) { return c == 0; });
    std::fill_n(header + 148, 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < k_block; ++i) sum += static_cast<unsigned char>(tar[at + i]);
    if (is_end)
      std::fill_n(header + 148, 8, '\0');
    else
      tar.replace(at + 148, 7, fmt::format("{:06o}", sum) + '\0');
    const auto size = std::strtoull(tar.substr(at + 124, 12).c_str(), nullptr, 8);
    const auto left = tar.size() - at - k_block;
    at += k_block + (std::min<std::size_t>(size, left) + k_block - 1) / k_block * k_block;
  }
  return tar;
}

std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  constexpr int k_gzip = 16 + 15;
  if (deflateInit2(&stream, 1, Z_DEFLATED, k_gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd_compressed(const std::string& bytes) {
  static ZSTD_CCtx* const context = ZSTD_createCCtx();
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const auto size =
      ZSTD_compressCCtx(context, out.data(), out.size(), bytes.data(), bytes.size(), 1);
  if (ZSTD_isError(size) != 0) std::abort();
  out.resize(size);
  return out;
}

FileRange in_memory(const std::string& bytes) {
  OpenFile file(::memfd_create("layer", MFD_CLOEXEC));
  if (!file.is_open() || !write_all(file.number(), bytes, "layer")) std::abort();
  return {.file = std::move(file), .size = bytes.size()};
}

Result<LayerReader> open(const std::string& bytes, std::string_view media_type) {
  return LayerReader::over(in_memory(bytes), stream_kind_of(media_type), "the layer", k_limits);
}

// --- what is outside, and must stay as it is ---

class Outside {
 public:
  Outside() : folder_(TemporaryFolder::make().value()) {
    if (!write_file(canary(), k_song, 0640)) std::abort();
    fs::create_directory(folder_.path() / "cage");
  }

  [[nodiscard]] fs::path root() const { return folder_.path() / "root"; }

  /// An empty root, or one as a lower layer may have left it.
  void make_root(bool is_planted) const {
    fs::create_directory(root());
    if (!is_planted) return;
    fs::create_directories(root() / "dir/inner");
    fs::create_directory_symlink("..", root() / "up");
    fs::create_directory_symlink(folder_.path(), root() / "abs");
    fs::create_symlink("../canary", root() / "song");
    ::close(::creat((root() / "dir/file").c_str(), 0444));
  }

  void expect_unharmed() const {
    struct ::stat status = {};
    const bool is_there = ::lstat(canary().c_str(), &status) == 0;
    expect(is_there && S_ISREG(status.st_mode) && (status.st_mode & 07777) == 0640 &&
               status.st_nlink == 1 && std::cmp_equal(status.st_size, k_song.size()),
           "a file outside of the root stays as it is");
    expect(is_there && read_file(canary()).value_or("") == k_song, "what it holds stays too");
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    expect(names == std::vector<std::string>{"cage", "canary", "root"},
           "nothing is made or removed outside of the root");
    expect(fs::is_empty(folder_.path() / "cage"), "nothing is put into a folder outside");
  }

 private:
  static constexpr std::string_view k_song = "still singing";
  [[nodiscard]] fs::path canary() const { return folder_.path() / "canary"; }
  TemporaryFolder folder_;
};

/// Removes the tree and looks at each entry on the way; returns the bytes of its files.
std::uint64_t take_down(const fs::path& path) {
  struct ::stat status = {};
  if (::lstat(path.c_str(), &status) != 0) std::abort();
  expect((status.st_mode & 06000) == 0, "no set-id bits come from a layer");
  if (!S_ISDIR(status.st_mode)) {
    expect(S_ISREG(status.st_mode) || S_ISLNK(status.st_mode), "only files, links and folders");
    if (::unlink(path.c_str()) != 0) std::abort();
    return S_ISREG(status.st_mode) && status.st_nlink == 1
               ? static_cast<std::uint64_t>(status.st_size)
               : 0;
  }
  ::chmod(path.c_str(), 0700);
  std::vector<fs::path> children;
  for (const auto& entry : fs::directory_iterator(path)) children.push_back(entry.path());
  std::uint64_t bytes = 0;
  for (const auto& child : children) bytes += take_down(child);
  if (::rmdir(path.c_str()) != 0) std::abort();
  return bytes;
}

// --- the properties ---

using Files = std::vector<std::pair<std::string, std::string>>;

struct Visit {
  Files files;
  bool is_accepted = false;
};

Visit visit(const std::string& bytes, std::string_view media_type) {
  Visit visit;
  auto reader = open(bytes, media_type);
  if (!reader) {
    expect_clear(reader.error());
    return visit;
  }
  const auto status = visit_entries(*reader, [&](const std::string& path, std::string content) {
    const bool leaves = ("/" + path + "/").contains("/../") || path.starts_with('/');
    expect(!leaves, "a path stays inside: " + path);
    visit.files.emplace_back(path, std::move(content));
    return Status{};
  });
  if (!status) expect_clear(status.error());
  visit.is_accepted = status.has_value();
  return visit;
}

bool unpack(const std::string& bytes, std::string_view media_type, bool is_planted) {
  static const Outside outside;
  // Most inputs end here, and folders cost more than all the rest.
  auto trial = open(bytes, media_type);
  if (!trial || !trial->next()) return false;
  auto reader = open(bytes, media_type);
  outside.make_root(is_planted);
  const auto status = unpack_entries(*reader, outside.root(), k_limits);
  // A name that the file system does not take is its error, not the layer's.
  if (!status) expect_clear(status.error());
  outside.expect_unharmed();
  expect(take_down(outside.root()) <= k_limits.bytes, "files are not larger than the limit");
  return status.has_value();
}

void take(unsigned kind, bool is_planted, const std::string& bytes) {
  constexpr std::string_view k_types[] = {k_media_layer_tar, k_media_layer_gzip,
                                          k_media_layer_zstd};
  const std::string& stream = kind == 3   ? gzipped(bytes)
                              : kind == 4 ? zstd_compressed(bytes)
                                          : bytes;
  const auto media_type = k_types[kind > 2 ? kind - 2 : kind];
  const auto visited = visit(stream, media_type);
  if (kind > 2) {
    const auto plain = visit(bytes, k_media_layer_tar);
    expect(plain.is_accepted == visited.is_accepted && plain.files == visited.files,
           "a layer reads the same however it is compressed");
  }
  const bool is_unpacked = unpack(stream, media_type, is_planted);
  expect(!is_unpacked || visited.is_accepted, "what can be unpacked can be read");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas::fuzzing;
  if (size == 0) return 0;
  const unsigned how = bytes[0];
  std::string rest(text_of(bytes + 1, size - 1));
  if (how / 5 % 2 == 1) rest = with_checksums(std::move(rest));
  take(how % 5, how / 10 % 2 == 1, rest);
  return 0;
}
