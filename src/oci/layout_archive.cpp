// SPDX-License-Identifier: Apache-2.0
#include "layout_archive.hpp"

#include "layer_reader.hpp"
#include "names.hpp"
#include "tar_writer.hpp"

#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr std::string_view k_blobs = "blobs/sha256/";

Error damaged_archive(const std::filesystem::path& file, std::string_view what) {
  return fail(ErrorKind::corrupt, "the archive `{}` {}", file.string(), what)
      .with_help("copy it again from where it came")
      .with_code("archive.damaged");
}

Result<FileRange> open_range(const std::filesystem::path& path) {
  OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open() && errno == ENOENT) {
    return fail(ErrorKind::not_found, "there is no archive `{}`", path.string())
        .with_code("archive.missing");
  }
  if (!file.is_open()) return layout_io_error("open", path, errno);
  struct ::stat status = {};
  if (::fstat(file.number(), &status) != 0) return layout_io_error("read", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::invalid_input, "`{}` is not an archive but {}", path.string(),
                S_ISDIR(status.st_mode) ? "a folder" : "no regular file")
        .with_help("a layout in a folder is written `oci:FOLDER[:TAG]`")
        .with_code("archive.missing");
  }
  return FileRange{.file = std::move(file), .size = static_cast<std::uint64_t>(status.st_size)};
}

/// How the archive as a whole is compressed, by its first bytes.
Result<StreamKind> compression_of(const FileRange& range, const std::filesystem::path& name) {
  std::array<char, 6> bytes = {};
  XAAS_TRY(const auto count, range.read(0, bytes, name));
  const std::string_view start(bytes.data(), count);
  if (start.starts_with("\x1f\x8b")) return StreamKind::gzip;
  if (start.starts_with("\x28\xb5\x2f\xfd")) return StreamKind::zstd;
  if (!start.starts_with("\xfd"
                         "7zXZ") &&
      !start.starts_with("BZh"))
    return StreamKind::plain;
  return fail(ErrorKind::unsupported, "the archive `{}` is compressed by xz or bzip2",
              name.string())
      .with_help("uncompress it first: its layers are compressed anyway")
      .with_code("archive.compression");
}

/// The uncompressed archive in a file of TMPDIR that has no name and goes away by itself.
Result<FileRange> uncompressed(FileRange range, StreamKind kind,
                               const std::filesystem::path& name) {
  XAAS_TRY(const auto folder, TemporaryFolder::make());
  const auto path = folder.path() / "archive";
  OpenFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open()) return layout_io_error("create", path, errno);
  // As of layers: no honest archive shrinks to a 200th.
  ExtractionLimits limits{.entries = 0};
  limits.bytes =
      std::min(limits.bytes, (std::uint64_t{1} << 30) + 200 * std::min(range.size, limits.bytes));
  std::uint64_t size = 0;
  XAAS_CHECK(decompress(std::move(range), kind, "the archive `" + name.string() + "`", limits,
                        [&](std::string_view part) {
                          size += part.size();
                          return write_all(file.number(), part, path);
                        }));
  return FileRange{.file = std::move(file), .size = size};
}

/// What the reader of layers says of its tar is said of this one.
template <class T>
Result<T> of_archive(Result<T> result) {
  if (result || result.error().code() != "layer.damaged") return result;
  return std::move(result.error())
      .with_code("archive.damaged")
      .with_help("an OCI archive is a tar file; copy it again from where it came");
}

}  // namespace

Result<LayoutArchive> LayoutArchive::open(const std::filesystem::path& file) {
  XAAS_TRY(auto range, open_range(file));
  XAAS_TRY(const auto kind, compression_of(range, file));
  if (kind != StreamKind::plain) {
    XAAS_TRY(range, of_archive(uncompressed(std::move(range), kind, file)));
  }
  LayoutArchive archive;
  archive.name_ = file;
  archive.file_ = OpenFile(::fcntl(range.file.number(), F_DUPFD_CLOEXEC, 3));
  if (!archive.file_.is_open()) return layout_io_error("open", file, errno);
  XAAS_CHECK(while_doing(archive.read_members(std::move(range)),
                         "reading the archive `" + file.string() + "`"));
  return archive;
}

Status LayoutArchive::read_members(FileRange range) {
  const std::uint64_t end = range.size;
  ExtractionLimits limits;
  limits.bytes = k_longest_document;  // of what is read; blobs are passed over
  XAAS_TRY(auto reader,
           of_archive(LayerReader::over(std::move(range), StreamKind::plain,
                                        "the archive `" + name_.string() + "`", limits)));
  for (;;) {
    XAAS_TRY(const auto item, of_archive(reader.next()));
    if (!item) return {};
    const bool is_document = item->path == "oci-layout" || item->path == "index.json";
    const bool is_blob = item->path.starts_with(k_blobs);
    if ((is_document || is_blob) && item->kind != LayerItem::Kind::file)
      return damaged_archive(name_, "has no file, but something else, as `" + item->path + "`");
    if (item->size > end - std::min(end, item->begin))
      return damaged_archive(name_, "ends in the middle of `" + item->path + "`");
    if (is_document) {
      std::string& text = documents_[item->path] = {};
      XAAS_CHECK(reader.read_content([&](std::string_view part) -> Status {
        text += part;
        return {};
      }));
      continue;
    }
    if (is_blob) {
      blobs_[item->path.substr(k_blobs.size())] = {.begin = item->begin, .size = item->size};
    }
    reader.skip_content();
  }
}

std::optional<std::string> LayoutArchive::document(const std::string& name) const {
  const auto found = documents_.find(name);
  if (found == documents_.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<FileRange>> LayoutArchive::open_blob(const Digest& digest) const {
  const auto found = blobs_.find(digest.hex());
  if (found == blobs_.end()) return std::nullopt;
  OpenFile file(::fcntl(file_.number(), F_DUPFD_CLOEXEC, 3));
  if (!file.is_open()) return layout_io_error("open", name_, errno);
  return FileRange{
      .file = std::move(file), .begin = found->second.begin, .size = found->second.size};
}

namespace {

/// Regular files of the layout, as they are called in it.
Result<std::vector<std::string>> members_of(const Layout& layout) {
  std::vector<std::string> members{"index.json", "oci-layout"};
  std::error_code error;
  const auto blobs = layout.path() / k_blobs;
  for (std::filesystem::directory_iterator entry(blobs, error), end; !error && entry != end;
       entry.increment(error))
    members.push_back(std::string(k_blobs) + entry->path().filename().string());
  if (error) return layout_io_error("list", blobs, error.value());
  std::ranges::sort(members);
  return members;
}

Status write_folder(const OpenFile& out, const std::string& path,
                    const std::filesystem::path& name) {
  return write_all(out.number(), tar_header({.path = path, .kind = TarKind::folder, .mode = 0755}),
                   name);
}

Status write_member(const OpenFile& out, const Layout& layout, const std::string& member,
                    const std::filesystem::path& name) {
  const auto path = layout.path() / member;
  XAAS_TRY(const auto range, open_range(path));
  XAAS_CHECK(write_all(out.number(), tar_header({.path = member, .size = range.size}), name));
  XAAS_CHECK(read_all(range, path,
                      [&](std::string_view part) { return write_all(out.number(), part, name); }));
  return write_all(out.number(), tar_padding(range.size), name);
}

}  // namespace

Status write_layout_archive(const Layout& layout, const std::filesystem::path& file) {
  XAAS_TRY(const auto members, members_of(layout));
  OpenFile out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!out.is_open()) return layout_io_error("create", file, errno);
  for (const auto* folder : {"blobs", "blobs/sha256"}) XAAS_CHECK(write_folder(out, folder, file));
  for (const std::string& member : members) XAAS_CHECK(write_member(out, layout, member, file));
  XAAS_CHECK(write_all(out.number(), tar_end(), file));
  return out.close(file);
}

}  // namespace xaas
