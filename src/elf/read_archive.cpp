// SPDX-License-Identifier: Apache-2.0
//
// Archives as GNU ar and llvm-ar write them on Linux:
//
//   archive = ("!<arch>\n" | "!<thin>\n") { header content [pad] }
//   header  = name[16] time[12] user[6] group[6] mode[8] size[10] "`\n"
//   name    = "/" | "/SYM64/"     symbol tables
//           | "//"                table of long names, each ending in "/\n"
//           | text "/"            a member
//           | "/" NUMBER          a member whose name starts there in the table
//           | "/" NUMBER ":" AT   in a thin archive: the member that starts at AT of the archive of
//                                 that name
//
// In a thin archive only the tables have content; members are files beside the archive. LLVM's
// reader is not used: it knows nothing of the last form, and it takes a damaged size for true.
#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_magic = "!<arch>\n";
constexpr std::string_view k_thin_magic = "!<thin>\n";
constexpr std::size_t k_header_size = 60;
constexpr std::size_t k_most_members = 1'000'000;

bool is_archive(std::string_view bytes) {
  return bytes.starts_with(k_magic) || bytes.starts_with(k_thin_magic);
}

Error damaged_archive(std::string_view reason) {
  return fail(ErrorKind::corrupt, "damaged archive: {}", reason).with_code("elf.damaged-archive");
}

/// A number at the start of `text`, which is then what follows it.
Result<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return damaged_archive("a number is missing in a member's header");
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::string_view without_blanks(std::string_view field) {
  return field.substr(0, field.find_last_not_of(' ') + 1);
}

struct Entry {
  std::uint64_t offset = 0;  // of its header
  std::string_view name;     // as in the header, blanks removed
  std::string_view content;

  [[nodiscard]] bool is_table() const { return name == "/" || name == "//" || name == "/SYM64/"; }
};

Result<std::vector<Entry>> read_entries(std::string_view bytes) {
  const bool is_thin = bytes.starts_with(k_thin_magic);
  std::vector<Entry> entries;
  std::uint64_t at = k_magic.size();
  while (at < bytes.size()) {
    const auto header = bytes.substr(at, k_header_size);
    if (header.size() < k_header_size || !header.ends_with("`\n"))
      return damaged_archive("a member's header is not whole");
    Entry entry{.offset = at, .name = without_blanks(header.substr(0, 16)), .content = {}};
    auto size_field = header.substr(48, 10);
    XAAS_TRY(const auto size, take_number(size_field));
    at += k_header_size;
    if (!is_thin || entry.is_table()) {
      if (bytes.size() - at < size)
        return damaged_archive("a member goes past the end of the file");
      entry.content = bytes.substr(at, size);
      at += size + size % 2;
    }
    entries.push_back(entry);
    if (entries.size() > k_most_members)
      return damaged_archive(fmt::format("more than {} members", k_most_members));
  }
  return entries;
}

struct MemberName {
  std::string text;
  std::optional<std::uint64_t> inner_offset;
};

Result<MemberName> name_of(const Entry& entry, std::string_view long_names) {
  // "#1/" alone is GNU's way to write the name "#1".
  constexpr std::string_view k_bsd = "#1/";
  if (entry.name.starts_with(k_bsd) && entry.name.size() > k_bsd.size()) {
    return fail(ErrorKind::unsupported, "an archive of BSD or macOS, not of GNU")
        .with_code("elf.other-archive");
  }
  if (!entry.name.starts_with('/')) {
    const auto name =
        entry.name.ends_with('/') ? entry.name.substr(0, entry.name.size() - 1) : entry.name;
    return MemberName{.text = std::string{name}, .inner_offset = {}};
  }
  auto rest = entry.name.substr(1);
  XAAS_TRY(const auto start, take_number(rest));
  const auto end = long_names.find("/\n", start);
  if (end == std::string_view::npos) return damaged_archive("a long name is not in the table");
  MemberName name{.text = std::string{long_names.substr(start, end - start)}, .inner_offset = {}};
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    XAAS_TRY(name.inner_offset, take_number(rest));
  }
  return name;
}

class ArchiveReader {
 public:
  Status read(std::string_view bytes, const std::filesystem::path& folder);
  std::vector<ArchiveMember> take_members() { return std::move(members_); }

 private:
  Status read_external(const MemberName& name, const std::filesystem::path& folder);
  Status add(ArchiveMember member);

  std::vector<ArchiveMember> members_;
};

/// The one member of an archive that starts at `offset`.
Result<ArchiveMember> read_member_at(std::string_view bytes, std::uint64_t offset) {
  if (!is_archive(bytes)) return damaged_archive("a member's archive is none");
  XAAS_TRY(const auto entries, read_entries(bytes));
  std::string_view long_names;
  for (const auto& entry : entries) {
    if (entry.name == "//") long_names = entry.content;
    if (entry.offset != offset || entry.is_table()) continue;
    XAAS_TRY(auto name, name_of(entry, long_names));
    return ArchiveMember{.name = std::move(name.text), .bytes = std::string{entry.content}};
  }
  return damaged_archive("a member is not where it should be in its archive");
}

Status ArchiveReader::read(std::string_view bytes, const std::filesystem::path& folder) {
  const bool is_thin = bytes.starts_with(k_thin_magic);
  XAAS_TRY(const auto entries, read_entries(bytes));
  std::string_view long_names;
  for (const auto& entry : entries) {
    if (entry.name == "//") long_names = entry.content;
    if (entry.is_table()) continue;
    XAAS_TRY(auto name, name_of(entry, long_names));
    XAAS_CHECK(is_thin ? read_external(name, folder)
                       : add({.name = std::move(name.text), .bytes = std::string{entry.content}}));
  }
  return {};
}

Status ArchiveReader::read_external(const MemberName& name, const std::filesystem::path& folder) {
  // A name is relative to the archive's folder; operator/ keeps an absolute one as it is.
  const auto path = folder / name.text;
  XAAS_TRY(auto bytes, read_file(path));
  if (!name.inner_offset) return add({.name = name.text, .bytes = std::move(bytes)});
  XAAS_TRY(auto member, read_member_at(bytes, *name.inner_offset));
  return add(std::move(member));
}

Status ArchiveReader::add(ArchiveMember member) {
  members_.push_back(std::move(member));
  if (members_.size() <= k_most_members) return {};
  return damaged_archive(fmt::format("more than {} members", k_most_members));
}

}  // namespace

Result<std::optional<std::vector<ArchiveMember>>> read_archive(std::string_view bytes,
                                                               const std::string& folder) {
  if (!is_archive(bytes)) return std::optional<std::vector<ArchiveMember>>{};
  ArchiveReader reader;
  XAAS_CHECK(reader.read(bytes, folder));
  return std::optional{reader.take_members()};
}

bool is_object_file(std::string_view bytes) {
  return bytes.starts_with(
             "\x7f"
             "ELF") ||
         bytes.starts_with("BC\xC0\xDE");
}

}  // namespace xaas
