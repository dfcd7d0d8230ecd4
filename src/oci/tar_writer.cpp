// SPDX-License-Identifier: Apache-2.0
//
// Tar as POSIX.1-2017 (pax, "ustar Interchange Format") describes it. Written here and not by
// libarchive because its output depends on the locale for names outside ASCII (it falls back to
// `hdrcharset=BINARY`, which GNU tar warns about) and a layer's digest must not.
#include "tar_writer.hpp"

#include "xaas/oci/tar.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace xaas {
namespace {

constexpr std::size_t k_block = 512;
constexpr std::array<char, 2 * k_block> k_zeros = {};
constexpr std::size_t k_name_length = 100;
constexpr std::size_t k_prefix_length = 155;
constexpr std::uint64_t k_largest_size = 077777777777;  // eleven octal digits

struct UstarName {
  std::string_view prefix;
  std::string_view name;
};

/// Splits a path at a '/' so that both parts fit; empty when no split does.
std::optional<UstarName> split_name(std::string_view path) {
  if (path.size() <= k_name_length) return UstarName{.prefix = {}, .name = path};
  // The rightmost usable slash leaves the shortest name; the slash itself is not stored.
  const auto slash = path.rfind('/', std::min(k_prefix_length, path.size() - 2));
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  if (path.size() - slash - 1 > k_name_length) return std::nullopt;
  return UstarName{.prefix = path.substr(0, slash), .name = path.substr(slash + 1)};
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// "LENGTH KEY=VALUE\n", where LENGTH counts its own digits too.
std::string pax_record(std::string_view key, std::string_view value) {
  const auto rest = 1 + key.size() + 1 + value.size() + 1;
  auto length = rest;
  while (length != rest + std::to_string(length).size())
    length = rest + std::to_string(length).size();
  return fmt::format("{} {}={}\n", length, key, value);
}

void put_text(std::string& block, std::size_t offset, std::string_view text) {
  block.replace(offset, text.size(), text);
}

struct UstarFields {
  UstarName name;
  unsigned mode = 0;
  std::uint64_t size = 0;
  char type = '0';
  std::string_view link_target;
};

std::string ustar_block(const UstarFields& fields) {
  std::string block(k_block, '\0');
  put_text(block, 0, fields.name.name);
  put_text(block, 100, fmt::format("{:07o}", fields.mode));
  put_text(block, 108, "0000000");
  put_text(block, 116, "0000000");
  put_text(block, 124, fmt::format("{:011o}", fields.size));
  put_text(block, 136, "00000000000");
  put_text(block, 148, "        ");  // the checksum counts itself as blanks
  block[156] = fields.type;
  put_text(block, 157, fields.link_target);
  put_text(block, 257,
           {"ustar\0"
            "00",
            8});
  put_text(block, 329, "0000000");
  put_text(block, 337, "0000000");
  put_text(block, 345, fields.name.prefix);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put_text(block, 148, fmt::format("{:06o}", sum));
  block[154] = '\0';
  return block;
}

std::string pax_header(std::string_view records) {
  std::string header = ustar_block({.name = {.prefix = {}, .name = "PaxHeader"},
                                    .mode = 0644,
                                    .size = records.size(),
                                    .type = 'x',
                                    .link_target = {}});
  header += records;
  header += tar_padding(records.size());
  return header;
}

char type_flag(TarKind kind) {
  switch (kind) {
    case TarKind::file:
      return '0';
    case TarKind::link:
      return '2';
    case TarKind::folder:
      return '5';
  }
  return '0';
}

}  // namespace

std::string tar_header(const TarMember& member) {
  const std::string path = member.kind == TarKind::folder ? member.path + "/" : member.path;
  std::string records;
  auto name = split_name(path);
  if (!name || !is_ascii(path)) {
    records += pax_record("path", path);
    // What a reader without pax would see; cut, as everything that reads layers reads pax.
    name = UstarName{.prefix = {}, .name = std::string_view(path).substr(0, k_name_length)};
  }
  std::string_view target = member.link_target;
  if (target.size() > k_name_length || !is_ascii(target)) {
    records += pax_record("linkpath", target);
    target = target.substr(0, k_name_length);
  }
  std::uint64_t size = member.size;
  if (size > k_largest_size) {
    records += pax_record("size", std::to_string(size));
    size = 0;
  }
  std::string header = records.empty() ? std::string() : pax_header(records);
  header += ustar_block({.name = *name,
                         .mode = member.mode,
                         .size = size,
                         .type = type_flag(member.kind),
                         .link_target = target});
  return header;
}

std::string_view tar_padding(std::uint64_t size) {
  return {k_zeros.data(), static_cast<std::size_t>((k_block - size % k_block) % k_block)};
}

std::string_view tar_end() {
  return {k_zeros.data(), k_zeros.size()};
}

std::string tar_of(const std::map<std::string, std::string>& files) {
  std::string tar;
  for (const auto& [path, bytes] : files) {
    tar += tar_header({.path = path, .size = bytes.size()});
    tar += bytes;
    tar += tar_padding(bytes.size());
  }
  tar += tar_end();
  return tar;
}

}  // namespace xaas
