// SPDX-License-Identifier: Apache-2.0
#include "layer_reader.hpp"

#include "layer_path.hpp"
#include "names.hpp"

#include "xaas/support/digest.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

namespace xaas {
namespace {

using Archive = std::unique_ptr<archive, int (*)(archive*)>;

// What an entry costs besides its bytes: headers, padding, long names.
constexpr std::uint64_t k_bytes_per_header = 4096;

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  const auto largest = std::numeric_limits<std::uint64_t>::max();
  return a > largest - b ? largest : a + b;
}

std::uint64_t stream_limit(const ExtractionLimits& limits) {
  const auto entries = std::min(limits.entries, std::uint64_t{1} << 40);
  return saturating_sum(limits.bytes, (entries + 1) * k_bytes_per_header);
}

Error damaged_layer(archive* reader, const std::string& name) {
  const char* text = archive_error_string(reader);
  return fail(ErrorKind::corrupt, "{} cannot be read: {}", name,
              text == nullptr ? "no reason given" : text)
      .with_code("layer.damaged");
}

std::string name_of(const Descriptor& layer) {
  return "layer `" + layer.digest.str() + "`";
}

Error too_many_bytes(const ExtractionLimits& limits) {
  return fail(ErrorKind::corrupt, "the layer unpacks to more than the limit of {} bytes",
              limits.bytes)
      .with_code("layer.too-large");
}

bool add_filter(archive* reader, StreamKind kind) {
  switch (kind) {
    case StreamKind::plain:
      return archive_read_support_filter_none(reader) == ARCHIVE_OK;
    case StreamKind::gzip:
      return archive_read_support_filter_gzip(reader) == ARCHIVE_OK;
    case StreamKind::zstd:
      return archive_read_support_filter_zstd(reader) == ARCHIVE_OK;
  }
  return false;
}

/// What libarchive reads from: a range, and how far it has come.
struct Source {
  FileRange range;
  std::string name;
  std::uint64_t position = 0;
  std::vector<char> buffer = std::vector<char>(1 << 16);

  static la_ssize_t read(archive* reader, void* self, const void** bytes) {
    auto& source = *static_cast<Source*>(self);
    const auto count = source.range.read(source.position, source.buffer, source.name);
    if (!count) {
      archive_set_error(reader, EIO, "%s", count.error().message().c_str());
      return -1;
    }
    *bytes = source.buffer.data();
    source.position += *count;
    return static_cast<la_ssize_t>(*count);
  }

  static la_int64_t skip(archive* /*reader*/, void* self, la_int64_t wanted) {
    auto& source = *static_cast<Source*>(self);
    const auto rest = source.range.size - std::min(source.range.size, source.position);
    const auto count = std::min(rest, static_cast<std::uint64_t>(std::max<la_int64_t>(wanted, 0)));
    source.position += count;
    return static_cast<la_int64_t>(count);
  }
};

/// Opens it with the one filter that is asked for.
Result<Archive> open_archive(Source& source, StreamKind kind, int (*support_format)(archive*)) {
  Archive reader(archive_read_new(), &archive_read_free);
  const bool is_ready = reader != nullptr && support_format(reader.get()) == ARCHIVE_OK &&
                        add_filter(reader.get(), kind);
  if (!is_ready || archive_read_open2(reader.get(), &source, nullptr, &Source::read, &Source::skip,
                                      nullptr) != ARCHIVE_OK)
    return damaged_layer(reader.get(), source.name);
  return reader;
}

std::string_view special_kind(unsigned type) {
  switch (type) {
    case AE_IFCHR:
      return "a character device";
    case AE_IFBLK:
      return "a block device";
    case AE_IFIFO:
      return "a named pipe";
    case AE_IFSOCK:
      return "a socket";
    default:
      return "of an unknown kind";
  }
}

Result<LayerItem> item_of(archive_entry* entry) {
  const char* path = archive_entry_pathname(entry);
  if (path == nullptr)
    return fail(ErrorKind::corrupt, "a layer entry has no name").with_code("layer.unsafe-path");
  LayerItem item;
  XAAS_TRY(item.components, split_layer_path(path));
  item.path = join_layer_path(item.components);
  item.mode = archive_entry_perm(entry);
  item.size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
  const auto type = archive_entry_filetype(entry);
  if (const char* target = archive_entry_hardlink(entry); target != nullptr) {
    item.kind = LayerItem::Kind::hard_link;
    item.target = target;
  } else if (type == AE_IFLNK) {
    const char* link = archive_entry_symlink(entry);
    item.kind = LayerItem::Kind::link;
    item.target = link == nullptr ? "" : link;
  } else if (type == AE_IFDIR) {
    item.kind = LayerItem::Kind::folder;
  } else if (type != AE_IFREG) {
    return fail(ErrorKind::corrupt, "layer entry `{}` is {}", item.path, special_kind(type))
        .with_code("layer.special-file");
  }
  return item;
}

}  // namespace

struct LayerReader::State {
  Source source;  // before the archive, which reads from it until it is closed
  Archive reader{nullptr, &archive_read_free};
  ExtractionLimits limits;
  std::uint64_t longest_stream = 0;  // of what comes out of the filter
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
  bool has_unread_content = false;

  Status count_bytes(std::uint64_t count) {
    if (count > limits.bytes - bytes) return too_many_bytes(limits);
    bytes += count;
    return {};
  }

  /// A hole of a sparse file: it counts as if it were stored.
  Status take_zeros(std::uint64_t count, const std::function<Status(std::string_view)>& take) {
    static constexpr std::array<char, 1 << 16> k_zeros = {};
    XAAS_CHECK(count_bytes(count));
    while (count > 0) {
      const auto part = std::min<std::uint64_t>(count, k_zeros.size());
      XAAS_CHECK(take({k_zeros.data(), static_cast<std::size_t>(part)}));
      count -= part;
    }
    return {};
  }
};

LayerReader::LayerReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LayerReader::LayerReader(LayerReader&&) noexcept = default;
LayerReader& LayerReader::operator=(LayerReader&&) noexcept = default;
LayerReader::~LayerReader() = default;

Result<LayerReader> LayerReader::open(const Layout& layout, const Descriptor& layer,
                                      const ExtractionLimits& limits) {
  XAAS_TRY(auto blob, open_verified_blob(layout, layer));
  return over(std::move(blob), stream_kind_of(layer.media_type), name_of(layer), limits);
}

Result<LayerReader> LayerReader::over(FileRange range, StreamKind kind, std::string name,
                                      const ExtractionLimits& limits) {
  auto state = std::make_unique<State>();
  state->source = {.range = std::move(range), .name = std::move(name)};
  state->limits = limits;
  // Without a filter nothing grows.
  state->longest_stream =
      kind == StreamKind::plain ? state->source.range.size : stream_limit(limits);
  XAAS_TRY(state->reader, open_archive(state->source, kind, &archive_read_support_format_tar));
  return LayerReader(std::move(state));
}

Error too_many_entries(const ExtractionLimits& limits) {
  return fail(ErrorKind::corrupt, "the layer has more than the limit of {} entries", limits.entries)
      .with_code("layer.too-many-entries");
}

Result<std::optional<LayerItem>> LayerReader::next() {
  archive* reader = state_->reader.get();
  // Content that nobody asked for is decompressed all the same, so it counts: a whiteout may have a
  // terabyte of it.
  if (state_->has_unread_content)
    XAAS_CHECK(read_content([](std::string_view) { return Status{}; }));
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(reader, &entry);
  if (status == ARCHIVE_EOF) return std::nullopt;
  // A warning is about what we do not restore (times, owners) or about a name that the locale
  // cannot show; the bytes of the name are there.
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
    return damaged_layer(reader, state_->source.name);
  const auto position = archive_filter_bytes(reader, 0);
  if (position < 0 || std::cmp_greater(position, state_->longest_stream))
    return too_many_bytes(state_->limits);
  if (++state_->entries > state_->limits.entries) return too_many_entries(state_->limits);
  state_->has_unread_content = true;
  XAAS_TRY(auto item, item_of(entry));
  item.begin = static_cast<std::uint64_t>(position);
  return std::optional<LayerItem>(std::move(item));
}

void LayerReader::skip_content() {
  state_->has_unread_content = false;
}

Status LayerReader::read_content(const std::function<Status(std::string_view)>& take) {
  state_->has_unread_content = false;
  std::uint64_t position = 0;
  for (;;) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(state_->reader.get(), &block, &size, &offset);
    if (status != ARCHIVE_OK && status != ARCHIVE_EOF)
      return damaged_layer(state_->reader.get(), state_->source.name);
    if (offset < 0 || (size > 0 && std::cmp_less(offset, position))) {
      return fail(ErrorKind::corrupt, "a sparse file's parts overlap").with_code("layer.damaged");
    }
    if (std::cmp_greater(offset, position)) {
      XAAS_CHECK(state_->take_zeros(static_cast<std::uint64_t>(offset) - position, take));
      position = static_cast<std::uint64_t>(offset);
    }
    if (status == ARCHIVE_EOF) return {};
    XAAS_CHECK(state_->count_bytes(size));
    XAAS_CHECK(take({static_cast<const char*>(block), size}));
    position += size;
  }
}

Status decompress(FileRange range, StreamKind kind, const std::string& name,
                  const ExtractionLimits& limits,
                  const std::function<Status(std::string_view)>& take) {
  Source source{.range = std::move(range), .name = name};
  XAAS_TRY(const auto reader, open_archive(source, kind, &archive_read_support_format_raw));
  archive_entry* entry = nullptr;
  if (archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    return damaged_layer(reader.get(), name);
  const auto limit = stream_limit(limits);
  std::uint64_t total = 0;
  std::vector<char> buffer(1 << 16);
  for (;;) {
    const auto count = archive_read_data(reader.get(), buffer.data(), buffer.size());
    if (count < 0) return damaged_layer(reader.get(), name);
    if (count == 0) return {};
    total += static_cast<std::uint64_t>(count);
    if (total > limit) return too_many_bytes(limits);
    XAAS_CHECK(take({buffer.data(), static_cast<std::size_t>(count)}));
  }
}

Result<Digest> diff_id_of(const Layout& layout, const Descriptor& layer,
                          const ExtractionLimits& limits) {
  XAAS_TRY(auto blob, open_verified_blob(layout, layer));
  DigestBuilder builder;
  XAAS_CHECK(decompress(std::move(blob), stream_kind_of(layer.media_type), name_of(layer), limits,
                        [&](std::string_view part) -> Status {
                          builder.update(part);
                          return {};
                        }));
  return builder.finish();
}

}  // namespace xaas
