// SPDX-License-Identifier: Apache-2.0
#include "blob_writer.hpp"
#include "layer_path.hpp"
#include "layout_files.hpp"
#include "tar_writer.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

Error bad_path(std::string_view path, std::string_view rule) {
  return fail(ErrorKind::invalid_input, "`{}` cannot be in a layer: {}", path, rule)
      .with_code("layer.bad-path");
}

/// Path to entry, with the folders that entries lie in. A prefix of a path sorts before the path,
/// so this is an order in which tar members can be written.
using MemberOrder = std::map<std::string, const LayerEntry*>;

Status check_path(const std::string& path) {
  const auto components = split_layer_path(path);
  const bool is_plain = components && !components->empty() &&
                        join_layer_path(*components) == path && !path.contains('\0');
  if (is_plain) return {};
  return bad_path(path, "the path must be relative, without `.` and `..`");
}

Result<MemberOrder> order_members(const LayerContent& content) {
  static const LayerEntry k_implied_folder = LayerFolder{};
  MemberOrder members;
  for (const auto& [path, entry] : content) {
    XAAS_CHECK(check_path(path));
    members[path] = &entry;
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const auto parent = path.substr(0, slash);
      const auto* holder = members.try_emplace(parent, &k_implied_folder).first->second;
      if (!std::holds_alternative<LayerFolder>(*holder))
        return bad_path(path, "`" + parent + "` is not a folder");
    }
  }
  return members;
}

Status write_member(BlobWriter& writer, const TarMember& member, std::string_view bytes) {
  XAAS_CHECK(writer.write(tar_header(member)));
  XAAS_CHECK(writer.write(bytes));
  return writer.write(tar_padding(bytes.size()));
}

/// The header needs the size before the bytes: a file that changes its length meanwhile is an
/// error.
Status write_file_member(BlobWriter& writer, TarMember member,
                         const std::filesystem::path& source) {
  const OpenFile file(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return layout_io_error("open", source, errno);
  struct ::stat status = {};
  if (::fstat(file.number(), &status) != 0) return layout_io_error("read", source, errno);
  if (!S_ISREG(status.st_mode))
    return bad_path(member.path, "`" + source.string() + "` is not a regular file");
  member.size = static_cast<std::uint64_t>(status.st_size);
  XAAS_CHECK(writer.write(tar_header(member)));
  std::vector<char> buffer(1 << 16);
  std::uint64_t rest = member.size;
  while (rest > 0) {
    const auto wanted = std::min<std::uint64_t>(rest, buffer.size());
    const auto count = ::read(file.number(), buffer.data(), wanted);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return layout_io_error("read", source, errno);
    if (count == 0)
      return fail(ErrorKind::io, "`{}` became shorter while it was packed", source.string())
          .with_code("file.io");
    XAAS_CHECK(writer.write({buffer.data(), static_cast<std::size_t>(count)}));
    rest -= static_cast<std::uint64_t>(count);
  }
  return writer.write(tar_padding(member.size));
}

Status write_entry(BlobWriter& writer, const std::string& path, const LayerEntry& entry) {
  if (const auto* folder = std::get_if<LayerFolder>(&entry)) {
    return write_member(writer,
                        {.path = path,
                         .kind = TarKind::folder,
                         .mode = folder->mode & 07777,
                         .size = 0,
                         .link_target = {}},
                        {});
  }
  if (const auto* link = std::get_if<LayerLink>(&entry)) {
    if (link->target.empty() || link->target.contains('\0'))
      return bad_path(path, "it is a link to nothing");
    return write_member(
        writer,
        {.path = path, .kind = TarKind::link, .mode = 0777, .size = 0, .link_target = link->target},
        {});
  }
  const auto& file = std::get<LayerFile>(entry);
  TarMember member{
      .path = path, .kind = TarKind::file, .mode = file.mode & 07777, .size = 0, .link_target = {}};
  if (const auto* source = std::get_if<std::filesystem::path>(&file.content))
    return write_file_member(writer, std::move(member), *source);
  const auto& bytes = std::get<std::string>(file.content);
  member.size = bytes.size();
  return write_member(writer, member, bytes);
}

}  // namespace

Result<WrittenLayer> write_layer(Layout& layout, const LayerContent& content,
                                 Compression compression, std::string_view media_type) {
  XAAS_TRY(const auto members, order_members(content));
  XAAS_TRY(const auto temporary, TemporaryFolder::make(layout.path()));
  const auto file = temporary.path() / "layer";
  XAAS_TRY(auto writer, BlobWriter::create(file, compression));
  for (const auto& [path, entry] : members)
    XAAS_CHECK(while_doing(write_entry(writer, path, *entry), "packing `" + path + "`"));
  XAAS_CHECK(writer.write(tar_end()));
  XAAS_TRY(auto blob, writer.finish());
  XAAS_CHECK(move_into_layout(layout, file, blob.digest));
  if (media_type.empty())
    media_type = compression == Compression::gzip ? k_media_layer_gzip : k_media_layer_zstd;
  return WrittenLayer{.descriptor = {.media_type = std::string(media_type),
                                     .digest = std::move(blob.digest),
                                     .size = blob.size,
                                     .platform = {},
                                     .annotations = {}},
                      .diff_id = std::move(blob.diff_id)};
}

}  // namespace xaas
