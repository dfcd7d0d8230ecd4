// SPDX-License-Identifier: Apache-2.0
#include "thin_archive.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {
namespace {

class InlineThinArchive : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(write_file(folder_.path() / "sub/a.o", "first member"));
    ASSERT_TRUE(write_file(folder_.path() / "sub/a_name_longer_than_the_header.o", "odd"));
    const auto made =
        run({.argv = {"llvm-ar-22", "rcT", "t.a", "sub/a.o", "sub/a_name_longer_than_the_header.o"},
             .folder = folder_.path()});
    ASSERT_TRUE(made && made->succeeded());
    bytes_ = read_file(folder_.path() / "t.a").value();
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
  std::string bytes_;
};

TEST_F(InlineThinArchive, GivesTheSameMembers) {
  ASSERT_TRUE(is_thin_archive(bytes_));
  const auto regular = inline_thin_archive(bytes_, folder_.path());
  ASSERT_TRUE(regular);
  EXPECT_FALSE(is_thin_archive(*regular));
  const auto members = read_archive(*regular, "/nowhere");
  ASSERT_TRUE(members && *members);
  ASSERT_EQ((*members)->size(), 2U);
  EXPECT_EQ((*members)->at(0).bytes, "first member");
  EXPECT_EQ((*members)->at(1).bytes, "odd");
}

TEST_F(InlineThinArchive, RefusesACutFile) {
  for (std::size_t length = 9; length < bytes_.size(); ++length) {
    const auto regular = inline_thin_archive(bytes_.substr(0, length), folder_.path());
    if (!regular) EXPECT_EQ(regular.error().code(), "capture.thin-archive") << length;
  }
  EXPECT_FALSE(inline_thin_archive(bytes_.substr(0, 40), folder_.path()));
}

TEST_F(InlineThinArchive, NamesAMemberThatIsGone) {
  std::error_code error;
  std::filesystem::remove(folder_.path() / "sub/a.o", error);
  EXPECT_EQ(inline_thin_archive(bytes_, folder_.path()).error().kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace xaas
