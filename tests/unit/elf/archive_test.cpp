// SPDX-License-Identifier: Apache-2.0
#include "workshop.hpp"

#include "xaas/elf/elf_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Archives : public testing::Workshop {
 protected:
  [[nodiscard]] std::vector<ArchiveMember> members_of(const std::string& name) const {
    auto members = read_archive(bytes_of(name), folder());
    EXPECT_TRUE(members.has_value()) << (members ? "" : members.error().message());
    return members && *members ? std::move(**members) : std::vector<ArchiveMember>{};
  }

  [[nodiscard]] std::vector<std::string> names_in(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& member : members_of(name)) names.push_back(member.name);
    return names;
  }

  void make_objects() const {
    write("a.c", "int a(void) { return 1; }\n");
    write("b.c", "int b(void) { return 2; }\n");
    sh("clang-22 -c a.c; clang-22 -flto=thin -ffat-lto-objects -c b.c -o b.o");
  }
};

TEST_F(Archives, ReadInOrderWithNamesThatRepeat) {
  make_objects();
  sh("mkdir d; cp b.o d/a.o; llvm-ar-22 qcs x.a b.o a.o d/a.o");
  const auto members = members_of("x.a");
  EXPECT_THAT(names_in("x.a"), ElementsAre("b.o", "a.o", "a.o"));
  EXPECT_EQ(members[0].bytes, bytes_of("b.o"));
  EXPECT_EQ(members[1].bytes, bytes_of("a.o"));
  EXPECT_EQ(members[2].bytes, bytes_of("d/a.o"));
}

TEST_F(Archives, ReadLongNamesOfBothArs) {
  make_objects();
  sh("cp a.o a_name_that_does_not_fit_into_the_header.o;"
     "llvm-ar-22 rcs one.a a_name_that_does_not_fit_into_the_header.o;"
     "ar rcs two.a a_name_that_does_not_fit_into_the_header.o");
  EXPECT_THAT(names_in("one.a"), ElementsAre("a_name_that_does_not_fit_into_the_header.o"));
  EXPECT_THAT(names_in("two.a"), ElementsAre("a_name_that_does_not_fit_into_the_header.o"));
}

TEST_F(Archives, ReadThinOnesFromTheirFolder) {
  make_objects();
  sh("mkdir d; mv a.o d/; llvm-ar-22 rcsT one.a d/a.o b.o; ar rcsT two.a d/a.o b.o");
  for (const auto* name : {"one.a", "two.a"}) {
    EXPECT_THAT(names_in(name), ElementsAre("d/a.o", "b.o"));
    EXPECT_EQ(members_of(name)[0].bytes, bytes_of("d/a.o"));
  }
}

TEST_F(Archives, NameAThinMemberThatIsGone) {
  make_objects();
  sh("llvm-ar-22 rcsT thin.a a.o; rm a.o");
  const auto members = read_archive(bytes_of("thin.a"), folder());
  ASSERT_FALSE(members.has_value());
  EXPECT_EQ(members.error().kind(), ErrorKind::not_found);
  EXPECT_THAT(members.error().message(), HasSubstr("a.o"));
}

TEST_F(Archives, KeepArchivesInside) {
  make_objects();
  sh("llvm-ar-22 rcs inner.a a.o; llvm-ar-22 qcs outer.a inner.a b.o");
  EXPECT_THAT(names_in("outer.a"), ElementsAre("inner.a", "b.o"));
  EXPECT_EQ(members_of("outer.a")[0].bytes, bytes_of("inner.a"));
}

TEST_F(Archives, EndWhenAThinOneNamesItself) {
  make_objects();
  // Two names of the same length, so that only the names have to be changed.
  sh("llvm-ar-22 rcsT t.a a.o; sed 's/a\\.o\\//t.a\\//' t.a > u.a; mv u.a t.a");
  EXPECT_THAT(names_in("t.a"), ElementsAre("t.a"));
}

TEST_F(Archives, ReadMembersThatGnuArNamesInsideAnotherArchive) {
  make_objects();
  sh("mkdir d; ar rcs d/inner.a a.o b.o; ar rcsT thin.a d/inner.a");
  EXPECT_THAT(names_in("thin.a"), ElementsAre("a.o", "b.o"));
  EXPECT_EQ(members_of("thin.a")[1].bytes, bytes_of("b.o"));
}

TEST_F(Archives, AreEmptyOrNotArchives) {
  sh("llvm-ar-22 rcs empty.a");
  EXPECT_THAT(members_of("empty.a"), ::testing::IsEmpty());
  EXPECT_FALSE(read_archive("", "")->has_value());
  EXPECT_FALSE(read_archive("\x7f"
                            "ELF",
                            "")
                   ->has_value());
}

TEST_F(Archives, EqualWhatLlvmArWrites) {
  make_objects();
  sh("printf text > notes.txt; llvm-ar-22 rcsD x.a b.o notes.txt a.o");
  const auto written = write_archive(members_of("x.a"));
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(*written, bytes_of("x.a"));
}

TEST_F(Archives, RoundTripAnyContentAndLongNames) {
  const std::vector<ArchiveMember> members{
      {"x", std::string("\0\n!<arch", 8)}, {"a/b c/" + std::string(300, 'n'), ""}, {"x", "odd"}};
  const auto written = write_archive(members);
  ASSERT_TRUE(written.has_value());
  const auto read = read_archive(*written, "");
  ASSERT_TRUE(read.has_value() && read->has_value());
  ASSERT_EQ((*read)->size(), members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    EXPECT_EQ((**read)[i].name, members[i].name);
    EXPECT_EQ((**read)[i].bytes, members[i].bytes);
  }
}

TEST_F(Archives, CanBeLinked) {
  make_objects();
  const auto written = write_archive({{"a.o", bytes_of("a.o")}, {"b.o", bytes_of("b.o")}});
  ASSERT_TRUE(written.has_value());
  write("lib.a", *written);
  write("main.c", "int a(void), b(void);\nint main(void) { return a() + b() - 3; }\n");
  sh("clang-22 main.c lib.a -o p && ./p");
}

TEST_F(Archives, RefuseNamesThatCannotBeWritten) {
  EXPECT_EQ(write_archive({{"", "x"}}).error().code(), "elf.member-name");
  EXPECT_EQ(write_archive({{"a\nb", "x"}}).error().code(), "elf.member-name");
}

TEST_F(Archives, MayHaveAMemberWhoseNameLooksLikeABsdOne) {
  const std::vector<ArchiveMember> members = {{"#1", "x"}, {"#1/20", "y"}};
  const auto archive = write_archive(members);
  ASSERT_TRUE(archive.has_value());
  const auto again = read_archive(*archive, folder());
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_EQ(**again, members);
}

TEST_F(Archives, CannotBeWrittenWithADamagedMember) {
  make_objects();
  const auto archive = write_archive({{"a.o", bytes_of("a.o").substr(0, 30)}});
  ASSERT_FALSE(archive.has_value());
  EXPECT_EQ(archive.error().code(), "elf.damaged");
  const auto of_no_class = write_archive({{"b.o", "\x7f\x45LF" + std::string(60, '\0')}});
  ASSERT_FALSE(of_no_class.has_value());
  EXPECT_EQ(of_no_class.error().code(), "elf.write-archive");
}

TEST_F(Archives, SurviveDamage) {
  make_objects();
  sh("cp a.o a_name_that_does_not_fit_into_the_header.o;"
     "llvm-ar-22 rcs x.a a.o a_name_that_does_not_fit_into_the_header.o");
  const auto whole = bytes_of("x.a");
  for (std::size_t size = 0; size < whole.size(); size += 7)
    (void)read_archive(whole.substr(0, size), folder());
  std::size_t refused = 0;
  for (std::size_t at = 0; at < 400; ++at) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    if (!read_archive(bytes, folder())) ++refused;
  }
  EXPECT_GT(refused, 0U);
}

TEST_F(Archives, RefuseASizeThatIsNotTrue) {
  make_objects();
  sh("llvm-ar-22 rcS x.a a.o");
  auto bytes = bytes_of("x.a");
  bytes.replace(8 + 48, 5, "99999");
  const auto members = read_archive(bytes, folder());
  ASSERT_FALSE(members.has_value());
  EXPECT_EQ(members.error().code(), "elf.damaged-archive");
  EXPECT_THAT(members.error().message(), HasSubstr("past the end"));
}

TEST_F(Archives, SayThatABsdOneIsOfAnotherKind) {
  make_objects();
  sh("llvm-ar-22 rcS --format=bsd x.a a.o; grep -q '#1/' x.a");
  EXPECT_EQ(read_archive(bytes_of("x.a"), folder()).error().code(), "elf.other-archive");
}

}  // namespace
}  // namespace xaas
