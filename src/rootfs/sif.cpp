// SPDX-License-Identifier: Apache-2.0
//
// SIF, version 01, as github.com/apptainer/sif defines it (pkg/sif/sif.go). All numbers are little
// endian, structures are packed:
//
//   header (128 bytes, at 0)
//     launch char[32], magic char[10], version char[3], arch char[3], id u8[16], ctime i64, mtime
//     i64, free descriptors i64, all descriptors i64, where they begin i64, their bytes i64, where
//     data begins i64, its bytes i64
//   48 descriptors (585 bytes each, at 4096)
//     type i32, used u8, id u32, group u32, link u32, offset i64, size i64, size with the padding
//     before it i64, ctime i64, mtime i64, uid i64, gid i64, name char[128], extra u8[384]
//   data (from 32768 on), each object at a multiple of 4096
//
// A partition's extra is: file system i32, kind i32, arch char[3].
#include "xaas/rootfs/sif.hpp"

#include "file.hpp"
#include "squashfs_writer.hpp"

#include "xaas/support/digest.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

constexpr std::string_view k_launch = "#!/usr/bin/env run-singularity\n";
constexpr std::string_view k_magic = "SIF_MAGIC";
constexpr std::uint64_t k_descriptors_begin = 4096;
constexpr std::uint64_t k_descriptor_size = 585;
constexpr std::size_t k_descriptor_count = 48;
constexpr std::uint64_t k_data_begin = 32768;
constexpr std::uint64_t k_alignment = 4096;
constexpr std::size_t k_name_length = 128;
constexpr std::uint32_t k_default_group = 0xF0000001;
enum class Type : std::uint32_t { partition = 0x4004, json = 0x4006 };
constexpr std::uint32_t k_squashfs = 1;
constexpr std::uint32_t k_primary_system = 2;

void put(std::string& bytes, std::uint64_t number, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFFU);
}

/// The rest of the field is zero.
void put(std::string& bytes, std::string_view text, std::size_t width) {
  bytes += text.substr(0, width);
  bytes.append(width - std::min(width, text.size()), '\0');
}

struct Object {
  Type type = Type::json;
  std::string name;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t padding = 0;  // before it
  std::string extra;
};

std::string print_descriptor(const Object& object, std::size_t id) {
  std::string bytes;
  put(bytes, static_cast<std::uint32_t>(object.type), 4);
  put(bytes, 1, 1);  // used
  put(bytes, id, 4);
  put(bytes, k_default_group, 4);
  put(bytes, 0, 4);  // linked to none
  put(bytes, object.offset, 8);
  put(bytes, object.size, 8);
  put(bytes, object.size + object.padding, 8);
  for (int field = 0; field < 4; ++field) put(bytes, 0, 8);  // both times, uid, gid
  put(bytes, object.name, k_name_length);
  put(bytes, object.extra, 384);
  return bytes;
}

/// A UUID of version 8 (RFC 9562, 5.8), whose other bits are the digest's first.
std::string uuid_of(const Digest& digest) {
  std::string bytes;
  for (std::size_t i = 0; i < 16; ++i)
    put(bytes, std::stoul(digest.hex().substr(2 * i, 2), nullptr, 16), 1);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x80);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  return bytes;
}

std::string print_header(const std::vector<Object>& objects, std::string_view architecture,
                         const Digest& identity) {
  std::uint64_t length = 0;
  for (const Object& object : objects) length += object.padding + object.size;
  std::string bytes;
  put(bytes, k_launch, 32);
  put(bytes, k_magic, 10);
  put(bytes, "01", 3);
  put(bytes, architecture, 3);
  bytes += uuid_of(identity);
  put(bytes, 0, 8);
  put(bytes, 0, 8);
  put(bytes, k_descriptor_count - objects.size(), 8);
  put(bytes, k_descriptor_count, 8);
  put(bytes, k_descriptors_begin, 8);
  put(bytes, k_descriptor_count * k_descriptor_size, 8);
  put(bytes, k_data_begin, 8);
  put(bytes, length, 8);
  bytes.resize(k_descriptors_begin, '\0');
  for (std::size_t i = 0; i < objects.size(); ++i) bytes += print_descriptor(objects[i], i + 1);
  return bytes;
}

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return number;
}

/// Its place and size.
std::optional<Object> find_object(std::ifstream& file, const std::string& name) {
  std::string bytes(k_data_begin, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return std::nullopt;
  if (bytes.substr(32, k_magic.size()) != k_magic) return std::nullopt;
  std::string wanted;
  put(wanted, name, k_name_length);
  for (std::size_t i = 0; i < k_descriptor_count; ++i) {
    const auto at = k_descriptors_begin + i * k_descriptor_size;
    if (bytes[at + 4] == 1 && bytes.substr(at + 73, k_name_length) == wanted)
      return Object{.offset = number_at(bytes, at + 17), .size = number_at(bytes, at + 25)};
  }
  return std::nullopt;
}

Result<std::string> code_of(const std::string& architecture) {
  if (architecture == "amd64") return std::string("02");
  if (architecture == "arm64") return std::string("04");
  return fail(ErrorKind::unsupported, "SIF files are not written for `{}`", architecture)
      .with_code("sif.architecture")
      .with_help("write an image: `--output oci:LAYOUT`");
}

}  // namespace

Status write_sif(const SifContent& content, const std::filesystem::path& path, unsigned threads) {
  XAAS_TRY(const auto architecture, code_of(content.architecture));
  XAAS_TRY(auto file, File::create(path, 0755));
  std::vector<Object> objects;
  DigestBuilder identity;
  std::uint64_t end = k_data_begin;
  const auto place = [&end](Object object) {
    object.offset = (end + k_alignment - 1) / k_alignment * k_alignment;
    object.padding = object.offset - end;
    return object;
  };
  for (const auto& [name, text] : content.documents) {
    objects.push_back(place({.name = name, .size = text.size()}));
    XAAS_CHECK(file.write(text, objects.back().offset));
    end = objects.back().offset + text.size();
    identity.update(name);
    identity.update(text);
  }
  Object root = place({.type = Type::partition, .name = "squashfs"});
  put(root.extra, k_squashfs, 4);
  put(root.extra, k_primary_system, 4);
  put(root.extra, architecture, 3);
  XAAS_TRY(root.size, write_squashfs_at(content.root, file, root.offset, threads));
  objects.push_back(std::move(root));
  XAAS_CHECK(file.write(print_header(objects, architecture, identity.finish()), 0));
  return file.close();
}

bool sif_holds(const std::filesystem::path& path, const std::string& name) {
  std::ifstream file(path, std::ios::binary);
  return find_object(file, name).has_value();
}

std::optional<std::string> read_in_sif(const std::filesystem::path& path, const std::string& name,
                                       std::uint64_t limit) {
  std::ifstream file(path, std::ios::binary);
  const auto found = find_object(file, name);
  if (!found || found->size > limit || !file.seekg(static_cast<std::streamoff>(found->offset)))
    return std::nullopt;
  std::string text(found->size, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) return std::nullopt;
  return text;
}

}  // namespace xaas
