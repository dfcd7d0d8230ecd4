// SPDX-License-Identifier: Apache-2.0
#include "thin_archive.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/text.hpp"

#include <fmt/core.h>

#include <charconv>

// Both kinds of archive are a magic line and members, each with a header of 60 bytes (name 16, time
// 12, owner 6, group 6, mode 8, size 10, "`\n") at an even offset. In a thin archive a member's
// bytes are left out, and its name is "/N": line N of the member "//", a path relative to the
// archive that ends in "/\n". The symbol tables "/" and "/SYM64/" and the names "//" have their
// bytes in both.

namespace xaas {
namespace {

constexpr std::string_view k_regular = "!<arch>\n";
constexpr std::string_view k_thin = "!<thin>\n";
constexpr std::size_t k_header = 60;

Error damaged(std::string_view what) {
  return fail(ErrorKind::corrupt, "thin archive with {}", what).with_code("capture.thin-archive");
}

Result<std::size_t> number_in(std::string_view field) {
  const std::string_view digits = trimmed(field);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return damaged("a number that is none");
  return value;
}

Result<std::string> name_at(std::string_view names, std::string_view reference) {
  if (reference.size() < 2 || reference.front() != '/') return std::string(reference);
  XAAS_TRY(const std::size_t offset, number_in(reference.substr(1)));
  if (offset >= names.size()) return damaged("a name beyond its table");
  std::string_view name = first_line(names.substr(offset));
  if (name.ends_with('/')) name.remove_suffix(1);
  return std::string(name);
}

void append(std::string& out, std::string_view header, std::string_view bytes) {
  out += header.substr(0, 48);
  out += fmt::format("{:<10}`\n", bytes.size());
  out += bytes;
  if (bytes.size() % 2 != 0) out += '\n';
}

}  // namespace

bool is_thin_archive(std::string_view bytes) {
  return bytes.starts_with(k_thin);
}

Result<std::string> inline_thin_archive(std::string_view bytes,
                                        const std::filesystem::path& folder) {
  std::string out(k_regular);
  std::string_view names;
  std::size_t at = k_thin.size();
  while (at < bytes.size()) {
    if (bytes.size() - at < k_header) return damaged("half a header");
    const std::string_view header = bytes.substr(at, k_header);
    at += k_header;
    const std::string_view name = trimmed(header.substr(0, 16));
    XAAS_TRY(const std::size_t size, number_in(header.substr(48, 10)));
    if (name == "/" || name == "//" || name == "/SYM64/") {
      if (size > bytes.size() - at) return damaged("a table longer than the file");
      if (name == "//") {
        names = bytes.substr(at, size);
        append(out, header, names);
      }
      at += size + size % 2;
      continue;
    }
    XAAS_TRY(const std::string path, name_at(names, name));
    XAAS_TRY(const std::string member, read_file(folder / path));
    append(out, header, member);
  }
  return out;
}

}  // namespace xaas
