// SPDX-License-Identifier: Apache-2.0
#include "xaas/rootfs/squashfs.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace xaas {
namespace {

class SquashfsTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_ = *TemporaryFolder::make();
  std::filesystem::path file_ = folder_.path() / "root.sqsh";
};

LayerContent some_files() {
  LayerContent content;
  for (int i = 0; i < 300; ++i) {
    std::string text(static_cast<std::size_t>(i) * 1000, 'a');
    for (std::size_t at = 0; at < text.size(); at += 7) text[at] = static_cast<char>(at * i % 251);
    content["folder/file" + std::to_string(i)] = LayerFile{.content = std::move(text)};
  }
  content["folder-with-dash"] = LayerFolder{.mode = 0700};
  content["link"] = LayerLink{.target = "folder/file1"};
  return content;
}

TEST_F(SquashfsTest, HoldsWhatItIsGiven) {
  ASSERT_TRUE(write_file(folder_.path() / "source", std::string(500'000, 'x')));
  auto content = some_files();
  content["deep/er/file"] = LayerFile{.content = folder_.path() / "source", .mode = 0755};
  const auto size = write_squashfs(content, file_, 2);
  ASSERT_TRUE(size) << size.error().message();
  EXPECT_EQ(*size, std::filesystem::file_size(file_));
  EXPECT_EQ(*size % 4096, 0U);
  for (const auto& [path, entry] : content) EXPECT_TRUE(squashfs_holds(file_, path)) << path;
  EXPECT_TRUE(squashfs_holds(file_, "deep/er"));
  EXPECT_FALSE(squashfs_holds(file_, "deep/ex"));
  EXPECT_EQ(read_in_squashfs(file_, "deep/er/file", 500'000), std::string(500'000, 'x'));
  EXPECT_EQ(read_in_squashfs(file_, "folder/file9", 10'000)->size(), 9000U);
  for (const char* path : {"deep/er/file", "folder", "link", "none"})
    EXPECT_EQ(read_in_squashfs(file_, path, 10'000), std::nullopt) << path;
}

TEST_F(SquashfsTest, IsTheSameHoweverManyThreadsWriteIt) {
  ASSERT_TRUE(write_squashfs(some_files(), file_, 1));
  for (const unsigned threads : {2U, 8U}) {
    const auto other = folder_.path() / std::to_string(threads);
    ASSERT_TRUE(write_squashfs(some_files(), other, threads));
    EXPECT_EQ(read_file(file_).value(), read_file(other).value()) << threads;
  }
}

TEST_F(SquashfsTest, SuperBlockSaysZstdAndNoTime) {
  ASSERT_TRUE(write_squashfs(some_files(), file_, 1));
  const std::string bytes = read_file(file_).value();
  EXPECT_EQ(bytes.substr(0, 4), "hsqs");
  EXPECT_EQ(bytes.substr(8, 4), std::string(4, '\0'));  // modification time
  EXPECT_EQ(bytes[20], 6);                              // zstd
  EXPECT_EQ(bytes.substr(28, 4), std::string("\4\0\0\0", 4));
}

TEST_F(SquashfsTest, IsWrittenWithoutAnyFile) {
  ASSERT_TRUE(write_squashfs({}, file_, 1));
  EXPECT_FALSE(squashfs_holds(file_, "anything"));
}

TEST_F(SquashfsTest, RefusesPathsThatLeadElsewhere) {
  const LayerContent below_a_file{{"a", LayerFile{}}, {"a/b", LayerFile{}}};
  const LayerContent below_a_link{{"a", LayerLink{.target = "/"}}, {"a/b", LayerFile{}}};
  for (const auto& content :
       {LayerContent{{"../a", LayerFile{}}}, LayerContent{{"/a", LayerFile{}}},
        LayerContent{{"", LayerFile{}}}, LayerContent{{std::string(300, 'a'), LayerFile{}}},
        below_a_file, below_a_link}) {
    const auto size = write_squashfs(content, folder_.path() / "refused", 1);
    ASSERT_FALSE(size) << content.begin()->first;
    EXPECT_EQ(size.error().code(), "squashfs.path");
    std::filesystem::remove(folder_.path() / "refused");
  }
}

TEST_F(SquashfsTest, NamesTheFileThatCannotBeRead) {
  auto content = some_files();
  content["gone"] = LayerFile{.content = folder_.path() / "gone"};
  const auto size = write_squashfs(content, file_, 4);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code(), "file.io");
  EXPECT_EQ(size.error().context().front(), "packing `gone`");
}

TEST_F(SquashfsTest, WhatIsNoSquashfsHoldsNothing) {
  EXPECT_FALSE(squashfs_holds(file_, "a"));
  ASSERT_TRUE(write_file(file_, "years of work"));
  EXPECT_FALSE(squashfs_holds(file_, "a"));
  ASSERT_TRUE(write_file(file_, "hsqs" + std::string(10'000, '\xff')));
  EXPECT_FALSE(squashfs_holds(file_, "a"));
  EXPECT_EQ(read_in_squashfs(file_, "a", 10), std::nullopt);
}

}  // namespace
}  // namespace xaas
