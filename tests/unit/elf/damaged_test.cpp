// SPDX-License-Identifier: Apache-2.0
//
// Damaged files must give an error or facts, never a crash, a read outside of the bytes (the asan
// preset sees those) or an endless loop.
#include "workshop.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/elf/package_note.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace xaas {
namespace {

using ::testing::HasSubstr;

/// Once as what it is, and once as a core file, whose mappings are its segments. Nothing is refused
/// here: what is damaged is passed over.
void read_notes(std::vector<char> bytes) {
  constexpr std::size_t k_type = 16;  // e_type
  static_cast<void>(read_package_notes({bytes.data(), bytes.size()}));
  if (bytes.size() <= k_type) return;
  bytes[k_type] = 4;  // ET_CORE
  static_cast<void>(read_package_notes({bytes.data(), bytes.size()}));
}

/// Everything that reads, on an allocation of exactly these bytes. True when something was refused.
bool is_refused(std::string_view bytes) {
  const std::vector<char> exact(bytes.begin(), bytes.end());
  const std::string_view view{exact.data(), exact.size()};
  bool refused = !read_elf(view);
  refused |= !read_elf_section(view, ".comment");
  refused |= !strong_exports(view);
  refused |= !undefined_symbols(view);
  refused |= !imported_symbols(view);
  refused |= !defined_symbols(view);
  read_notes(exact);
  return refused;
}

class DamagedElf : public testing::Workshop {
 protected:
  void SetUp() override {
    Workshop::SetUp();
    write("lib.c", "#include <stdio.h>\nint one(void) { return puts(\"x\"); }\n");
    write("v.map", "V_1 { global: one; local: *; };\n");
    sh("clang-22 -shared -fPIC lib.c -o lib.so "
       "-Wl,--build-id=0x01,--version-script=v.map,-rpath,/x -fuse-ld=lld "
       "-Xlinker '--package-metadata={\"type\":\"x\"}';"
       "clang-22 -flto=thin -ffat-lto-objects -c -g lib.c -o lib.o");
  }
};

TEST_F(DamagedElf, IsRefusedWhereverItIsCut) {
  for (const auto* name : {"lib.so", "lib.o"}) {
    const auto whole = bytes_of(name);
    for (std::size_t size = 4; size < whole.size(); size += 13)
      EXPECT_TRUE(is_refused(std::string_view{whole}.substr(0, size))) << name << " " << size;
  }
}

TEST_F(DamagedElf, DoesNoHarmWhateverBitIsWrong) {
  std::mt19937 random{1};
  for (const auto* name : {"lib.so", "lib.o"}) {
    auto bytes = bytes_of(name);
    std::size_t refused = 0;
    for (int round = 0; round < 4000; ++round) {
      // Headers and tables, where it hurts: the first and the last part of the file.
      const std::size_t reach = std::min<std::size_t>(bytes.size(), 2048);
      const std::size_t at =
          round % 2 == 0 ? random() % reach : bytes.size() - 1 - random() % reach;
      const char before = bytes[at];
      bytes[at] = static_cast<char>(before ^ (1 << (random() % 8)));
      refused += is_refused(bytes) ? 1 : 0;
      bytes[at] = before;
    }
    EXPECT_GT(refused, 0U) << name;
  }
}

TEST_F(DamagedElf, DoesNoHarmToStripping) {
  std::mt19937 random{2};
  auto bytes = bytes_of("lib.o");
  for (int round = 0; round < 1000; ++round) {
    const std::size_t reach = std::min<std::size_t>(bytes.size(), 2048);
    const std::size_t at = round % 4 == 0 ? random() % 64 : bytes.size() - 1 - random() % reach;
    const char before = bytes[at];
    bytes[at] = static_cast<char>(before ^ (1 << (random() % 8)));
    (void)strip_elf(bytes, Strip::all);
    bytes[at] = before;
  }
}

TEST_F(DamagedElf, SaysWhatDoesNotHold) {
  const auto whole = bytes_of("lib.so");
  const auto facts = read_elf(std::string_view{whole}.substr(0, whole.size() - 1));
  ASSERT_FALSE(facts.has_value());
  EXPECT_EQ(facts.error().kind(), ErrorKind::corrupt);
  EXPECT_EQ(facts.error().code(), "elf.damaged");
  EXPECT_THAT(facts.error().message(), HasSubstr("goes past the end of"));
}

TEST_F(DamagedElf, HasNoMoreCodeThanTheFileHolds) {
  write("y",
        "--- !ELF\nFileHeader: {Class: ELFCLASS64, Data: ELFDATA2LSB, Type: ET_REL, "
        "Machine: EM_X86_64}\nSections:\n"
        "  - {Name: .text, Type: SHT_PROGBITS, Flags: [SHF_EXECINSTR], ShSize: 0x10000000}\n");
  sh("yaml2obj-22 y -o bad");
  const auto facts = read_elf(bytes_of("bad"));
  ASSERT_FALSE(facts.has_value());
  EXPECT_EQ(facts.error().code(), "elf.damaged");
}

/// LLVM's own reader of members would end the whole program.
TEST_F(DamagedElf, InAnArchiveIsNamed) {
  write("y",
        "--- !ELF\nFileHeader: {Class: ELFCLASS64, Data: ELFDATA2LSB, Type: ET_REL, "
        "Machine: EM_X86_64}\nSections:\n"
        "  - {Name: .symtab, Type: SHT_SYMTAB, ShSize: 65343}\n"
        "  - {Name: .strtab, Type: SHT_STRTAB, Content: '00'}\n");
  sh("yaml2obj-22 y -o bad");
  const auto archive = write_archive({{.name = "bad.o", .bytes = bytes_of("bad")}});
  ASSERT_FALSE(archive);
  EXPECT_EQ(archive.error().code(), "elf.damaged");
  EXPECT_THAT(archive.error().context().front(), HasSubstr("bad.o"));
}

TEST_F(DamagedElf, OfAnotherSystemIsNoMember) {
  std::string macho(64, '\0');
  macho.replace(0, 4, "\xcf\xfa\xed\xfe");
  macho[12] = 1;  // MH_OBJECT
  const auto archive = write_archive({{.name = "a.o", .bytes = macho}});
  ASSERT_FALSE(archive);
  EXPECT_EQ(archive.error().code(), "elf.other-layout");
}

/// A file from LLVM's description of it, with the version section's bytes given.
std::string versions_from(const std::string& content) {
  return "--- !ELF\nFileHeader: {Class: ELFCLASS64, Data: ELFDATA2LSB, Type: ET_DYN, "
         "Machine: EM_X86_64}\nSections:\n"
         "  - {Name: .strings, Type: SHT_STRTAB, Content: '006100'}\n"
         "  - {Name: .versions, Type: SHT_GNU_verneed, Link: .strings, Info: 1, Content: '" +
         content + "'}\n";
}

TEST_F(DamagedElf, EndsOnVersionEntriesThatShareOneChain) {
  // Many entries of 16 bytes, each claiming 65535 auxiliary entries from the same place on.
  std::string content;
  for (int i = 0; i < 2000; ++i)
    content +=
        "0100FFFF01000000"
        "10000000"
        "10000000";
  write("y", versions_from(content));
  sh("yaml2obj-22 y -o bad");
  const auto facts = read_elf(bytes_of("bad"));
  ASSERT_FALSE(facts.has_value());
  EXPECT_EQ(facts.error().kind(), ErrorKind::corrupt);
}

TEST_F(DamagedElf, EndsOnVersionEntriesThatOverlap) {
  write("y", versions_from("01000000010000000000000001000000"
                           "00000000000000000000000000000000"));
  sh("yaml2obj-22 y -o bad");
  EXPECT_THAT(read_elf(bytes_of("bad")).error().message(), HasSubstr("overlap"));
}

}  // namespace
}  // namespace xaas
