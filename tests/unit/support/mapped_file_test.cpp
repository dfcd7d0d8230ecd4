// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/mapped_file.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

class MappedFileTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_ = *TemporaryFolder::make();
  std::filesystem::path file_ = folder_.path() / "file";
};

TEST_F(MappedFileTest, HoldsWhatIsInTheFile) {
  ASSERT_TRUE(write_file(file_, "some bytes"));
  auto mapped = MappedFile::open(file_);
  ASSERT_TRUE(mapped) << mapped.error().message();
  const MappedFile moved = *std::move(mapped);
  EXPECT_EQ(moved.bytes(), "some bytes");
}

TEST_F(MappedFileTest, IsEmptyForAnEmptyFile) {
  ASSERT_TRUE(write_file(file_, ""));
  EXPECT_EQ(MappedFile::open(file_).value().bytes(), "");
}

TEST_F(MappedFileTest, TakesFilesThatNoMemoryHolds) {
  ASSERT_TRUE(write_file(file_, "start"));
  constexpr std::uint64_t k_size = std::uint64_t{1} << 36;
  std::error_code error;
  std::filesystem::resize_file(file_, k_size, error);
  ASSERT_FALSE(error);
  const auto mapped = MappedFile::open(file_);
  ASSERT_TRUE(mapped) << mapped.error().message();
  EXPECT_EQ(mapped->bytes().size(), k_size);
  EXPECT_EQ(mapped->bytes().substr(0, 5), "start");
}

TEST_F(MappedFileTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(MappedFile::open(file_).error().code(), "file.missing");
  EXPECT_FALSE(MappedFile::open(folder_.path()));
  EXPECT_FALSE(MappedFile::open("/dev/zero"));
}

}  // namespace
}  // namespace xaas
