// SPDX-License-Identifier: Apache-2.0
#include "raw_layer.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace xaas {
namespace {

using ::testing::HasSubstr;
using testing::put_raw_layer;
using testing::raw_tar;
using testing::RawMember;

namespace fs = std::filesystem;

class ExtractLayerTest : public ::testing::Test {
 protected:
  void apply(const std::vector<RawMember>& members) {
    const auto status = extract_layer(layout_, put_raw_layer(layout_, members), root_);
    ASSERT_TRUE(status) << status.error().message();
  }

  /// Both ways of reading refuse it, with this code.
  void expect_refused(const std::vector<RawMember>& members, const std::string& code) {
    const auto layer = put_raw_layer(layout_, members);
    const auto extracted = extract_layer(layout_, layer, root_);
    ASSERT_FALSE(extracted) << members.back().name;
    EXPECT_EQ(extracted.error().kind(), ErrorKind::corrupt) << extracted.error().message();
    EXPECT_EQ(extracted.error().code(), code) << extracted.error().message();
    const auto visited =
        visit_layer_files(layout_, layer, [](const std::string&, std::string) { return Status{}; });
    ASSERT_FALSE(visited) << members.back().name;
    EXPECT_EQ(visited.error().code(), code) << visited.error().message();
  }

  /// Something outside the root that an attack would want to reach.
  void SetUp() override { ASSERT_TRUE(write_file(outside_ / "victim", "untouched")); }
  void TearDown() override {
    EXPECT_EQ(*read_file(outside_ / "victim"), "untouched");
    EXPECT_EQ(list_tree(outside_)->size(), 1U);
  }

  bool has(const std::string& path) const {
    return fs::symlink_status(root_ / path).type() != fs::file_type::not_found;
  }

  TemporaryFolder folder_ = std::move(*TemporaryFolder::make());
  Layout layout_ = std::move(*Layout::open_or_create(folder_.path() / "layout"));
  fs::path root_ = folder_.path() / "root";
  fs::path outside_ = folder_.path() / "outside";
};

RawMember file(std::string name, std::string content = "x") {
  return {.name = std::move(name), .content = std::move(content)};
}
RawMember link(std::string name, std::string target) {
  return {.name = std::move(name), .type = '2', .link_target = std::move(target)};
}
RawMember hard_link(std::string name, std::string target) {
  return {.name = std::move(name), .type = '1', .link_target = std::move(target)};
}
RawMember folder(std::string name, unsigned mode = 0755) {
  return {.name = std::move(name), .type = '5', .mode = mode};
}

TEST_F(ExtractLayerTest, RefusesToLeaveTheRootByDots) {
  expect_refused({file("../outside/victim")}, "layer.unsafe-path");
  expect_refused({file("a/../../outside/victim")}, "layer.unsafe-path");
  expect_refused({folder("..")}, "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, RefusesAbsolutePaths) {
  expect_refused({file((outside_ / "victim").string())}, "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, RefusesAPathThroughALinkOfTheSameLayer) {
  expect_refused({link("a", outside_.string()), file("a/victim")}, "layer.unsafe-path");
  expect_refused({link("b", "../outside"), file("b/new/file")}, "layer.unsafe-path");
  expect_refused({link("c", "."), file("c/victim")}, "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, RefusesAPathThroughALinkOfALowerLayer) {
  apply({link("a", outside_.string())});
  for (const auto& member :
       {file("a/victim"), folder("a/new"), link("a/l", "x"), file("a/.wh.victim"),
        file("a/.wh..wh..opq"), hard_link("h", "a/victim")}) {
    const auto status = extract_layer(layout_, put_raw_layer(layout_, {member}), root_);
    ASSERT_FALSE(status) << member.name;
    EXPECT_EQ(status.error().code(), "layer.unsafe-path") << member.name;
  }
}

TEST_F(ExtractLayerTest, ReplacesALinkInsteadOfWritingThroughIt) {
  apply({link("a", (outside_ / "victim").string()), file("a", "mine")});
  EXPECT_EQ(*read_file(root_ / "a"), "mine");
}

TEST_F(ExtractLayerTest, ReplacesALinkToAFolderByAFolder) {
  apply({link("a", outside_.string()), folder("a", 0700)});
  EXPECT_TRUE(fs::is_directory(fs::symlink_status(root_ / "a")));
}

TEST_F(ExtractLayerTest, DoesNotSetTheModeOfWhatALinkPointsAt) {
  fs::permissions(outside_, fs::perms::owner_all);
  apply({folder("a", 0755), link("a", outside_.string())});
  EXPECT_EQ(fs::status(outside_).permissions(), fs::perms::owner_all);
}

TEST_F(ExtractLayerTest, RefusesAPathThroughAFile) {
  const auto status =
      extract_layer(layout_, put_raw_layer(layout_, {file("a"), file("a/b")}), root_);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, RefusesAHardLinkToOutside) {
  expect_refused({hard_link("a", "../outside/victim")}, "layer.unsafe-path");
  expect_refused({hard_link("a", (outside_ / "victim").string())}, "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, RefusesAHardLinkToWhatIsNoFile) {
  for (const auto& members :
       {std::vector{hard_link("a", "missing")}, std::vector{folder("d"), hard_link("a", "d")},
        std::vector{file("a"), hard_link("a", "a")}, std::vector{hard_link("a", ".")}}) {
    const auto status = extract_layer(layout_, put_raw_layer(layout_, members), root_);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), "layer.hard-link") << status.error().message();
  }
}

TEST_F(ExtractLayerTest, LinksAFileInside) {
  apply({file("d/a", "shared"), hard_link("b", "d/a")});
  EXPECT_EQ(*read_file(root_ / "b"), "shared");
  EXPECT_EQ(fs::hard_link_count(root_ / "b"), 2U);
}

TEST_F(ExtractLayerTest, AHardLinkToALinkIsNotFollowed) {
  apply({link("l", (outside_ / "victim").string()), hard_link("h", "l"), file("h", "mine")});
  EXPECT_EQ(*read_file(root_ / "h"), "mine");
}

TEST_F(ExtractLayerTest, RefusesDevicesAndPipes) {
  for (const char type : {'3', '4', '6'})
    expect_refused({{.name = "a", .type = type}}, "layer.special-file");
}

TEST_F(ExtractLayerTest, ReadersKnowWhatBecameOfALink) {
  // A folder in a link's place is entered; a second name of a link is a link.
  const std::vector<RawMember> replaced = {link("a", "."), folder("a"), file("a/b")};
  apply(replaced);
  EXPECT_TRUE(visit_layer_files(layout_, put_raw_layer(layout_, replaced),
                                [](const std::string&, std::string) { return Status{}; }));
  expect_refused({link("c", "."), hard_link("d", "c"), file("d/e")}, "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, DropsSetIdBits) {
  apply({{.name = "su", .content = "x", .mode = 06755}, folder("d", 07777)});
  EXPECT_EQ(fs::status(root_ / "su").permissions(), fs::perms{0755});
  EXPECT_EQ(fs::status(root_ / "d").permissions(), fs::perms{01777});
}

TEST_F(ExtractLayerTest, RefusesMoreBytesThanTheLimit) {
  const auto layer = write_layer(layout_, {{"a", LayerFile{.content = std::string(5 << 20, 'a')}}},
                                 Compression::gzip);
  ASSERT_LT(layer->descriptor.size, 100'000U);
  const auto status = extract_layer(layout_, layer->descriptor, root_, {.bytes = 1 << 20});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "layer.too-large");
  EXPECT_LE(fs::file_size(root_ / "a"), 1U << 20);
  EXPECT_TRUE(extract_layer(layout_, layer->descriptor, root_, {.bytes = 5 << 20}));
}

TEST_F(ExtractLayerTest, CountsBytesThatNobodyReads) {
  const auto layer = put_raw_layer(layout_, {file(".wh.a", "0123456789")});
  EXPECT_TRUE(extract_layer(layout_, layer, root_, {.bytes = 10}));
  EXPECT_EQ(extract_layer(layout_, layer, root_, {.bytes = 9}).error().code(), "layer.too-large");
}

TEST_F(ExtractLayerTest, CountsTheBytesOfAllFilesTogether) {
  const auto layer = put_raw_layer(layout_, {file("a", "12345"), file("b", "12345")});
  EXPECT_TRUE(extract_layer(layout_, layer, root_, {.bytes = 10}));
  EXPECT_EQ(extract_layer(layout_, layer, root_, {.bytes = 9}).error().code(), "layer.too-large");
}

TEST_F(ExtractLayerTest, RefusesMoreEntriesThanTheLimit) {
  const auto layer = put_raw_layer(layout_, {file("a"), file("b"), file("c")});
  EXPECT_TRUE(extract_layer(layout_, layer, root_, {.entries = 3}));
  EXPECT_EQ(extract_layer(layout_, layer, root_, {.entries = 2}).error().code(),
            "layer.too-many-entries");
}

TEST_F(ExtractLayerTest, CountsTheFoldersThatAPathImplies) {
  const auto layer = put_raw_layer(layout_, {file("a/b/c/d/e/f")});
  EXPECT_EQ(extract_layer(layout_, layer, root_, {.entries = 3}).error().code(),
            "layer.too-many-entries");
}

// A sparse file of 8 GiB in a blob of 2 KiB (old GNU format: type S, one part of no bytes).
TEST_F(ExtractLayerTest, CountsTheHolesOfASparseFile) {
  std::string tar = raw_tar({{.name = "a", .type = 'S'}});
  tar.replace(257, 8, "ustar  ");
  tar.replace(386, 24,
              std::string("00000000000\0"
                          "00000000000\0",
                          24));
  tar.replace(483, 12, std::string("77777777777\0", 12));
  tar.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : tar.substr(0, 512)) sum += static_cast<unsigned char>(c);
  tar.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  const auto layer = layout_.put_blob(tar, k_media_layer_tar);
  const auto status = extract_layer(layout_, *layer, root_, {.bytes = 1 << 20});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "layer.too-large") << status.error().message();
}

TEST_F(ExtractLayerTest, RefusesAFileThatEndsBeforeItsDeclaredSize) {
  expect_refused({{.name = "a", .content = "x", .declared_size = "77777777777"}}, "layer.damaged");
}

TEST_F(ExtractLayerTest, RefusesATruncatedStream) {
  for (const auto compression : {Compression::gzip, Compression::zstd}) {
    const auto whole =
        write_layer(layout_, {{"a", LayerFile{.content = std::string(100'000, 'a')}}}, compression);
    auto bytes = *layout_.read_blob(whole->descriptor);
    bytes.resize(bytes.size() / 2);
    const auto half = layout_.put_blob(bytes, whole->descriptor.media_type);
    const auto status = extract_layer(layout_, *half, root_);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind(), ErrorKind::corrupt);
    EXPECT_EQ(status.error().code(), "layer.damaged");
  }
}

TEST_F(ExtractLayerTest, RefusesAFlippedByteBeforeAnythingIsWritten) {
  const auto layer = put_raw_layer(layout_, {file("a")});
  auto bytes = *layout_.read_blob(layer);
  bytes[512] = 'y';
  ASSERT_TRUE(write_file(layout_.blob_path(layer.digest), bytes));
  const auto status = extract_layer(layout_, layer, root_);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "blob.corrupt");
  EXPECT_FALSE(has("a"));
}

TEST_F(ExtractLayerTest, RefusesWhatIsNotOfItsMediaType) {
  const auto gzip = write_layer(layout_, {{"a", LayerFile{}}}, Compression::gzip);
  auto lying = gzip->descriptor;
  lying.media_type = k_media_layer_zstd;
  EXPECT_EQ(extract_layer(layout_, lying, root_).error().code(), "layer.damaged");
}

TEST_F(ExtractLayerTest, RefusesAPathLongerThanTheSystemAllows) {
  const std::string record = "4128 path=" + std::string(4117, 'a') + "\n";
  expect_refused({{.name = "p", .type = 'x', .content = record}, file("a")}, "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, AppliesAWhiteout) {
  apply({file("d/gone"), file("d/kept"), file("tree/a/b")});
  apply({file("d/.wh.gone", ""), file(".wh.tree", "")});
  EXPECT_FALSE(has("d/gone"));
  EXPECT_TRUE(has("d/kept"));
  EXPECT_FALSE(has("tree"));
  EXPECT_FALSE(has("d/.wh.gone"));
}

TEST_F(ExtractLayerTest, AWhiteoutOfALinkRemovesTheLink) {
  apply({link("a", outside_.string())});
  apply({file(".wh.a", "")});
  EXPECT_FALSE(has("a"));
}

TEST_F(ExtractLayerTest, AWhiteoutOfNothingIsNothing) {
  apply({file(".wh.a", ""), file("no/such/.wh.b", ""), file("no/.wh..wh..opq", "")});
  EXPECT_FALSE(has("no"));
}

TEST_F(ExtractLayerTest, AnOpaqueFolderHidesLowerLayersOnly) {
  apply({file("a/b/c/bar"), file("a/old")});
  apply({folder("a"), file("a/b/c/foo"), file("a/.wh..wh..opq", "")});
  EXPECT_TRUE(has("a/b/c/foo"));
  EXPECT_FALSE(has("a/b/c/bar"));
  EXPECT_FALSE(has("a/old"));
}

TEST_F(ExtractLayerTest, AWhiteoutLeavesWhatItsOwnLayerMade) {
  apply({file("a/old")});
  apply({file("a/new"), file(".wh.a", "")});
  EXPECT_TRUE(has("a/new"));
  EXPECT_FALSE(has("a/old"));
}

TEST_F(ExtractLayerTest, RefusesWhiteoutsThatPointElsewhere) {
  expect_refused({file("a/.wh...", "")}, "layer.whiteout");
  expect_refused({file("a/.wh..", "")}, "layer.whiteout");
  expect_refused({file("a/.wh.", "")}, "layer.whiteout");
  expect_refused({folder(".wh.a")}, "layer.whiteout");
  expect_refused({file(".wh.a/b")}, "layer.whiteout");
}

TEST_F(ExtractLayerTest, ReplacesAFolderByAFileAndBack) {
  apply({file("a/b/c"), file("d")});
  apply({file("a", "now a file"), folder("d"), file("d/e")});
  EXPECT_EQ(*read_file(root_ / "a"), "now a file");
  EXPECT_TRUE(has("d/e"));
}

TEST_F(ExtractLayerTest, KeepsWhatAFolderHoldsWhenItComesAgain) {
  apply({file("a/b")});
  apply({folder("a", 0700)});
  EXPECT_TRUE(has("a/b"));
  EXPECT_EQ(fs::status(root_ / "a").permissions(), fs::perms::owner_all);
}

TEST_F(ExtractLayerTest, RefusesALinkInPlaceOfTheRoot) {
  const auto status = extract_layer(layout_, put_raw_layer(layout_, {link("./", "x")}), root_);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "layer.unsafe-path");
}

TEST_F(ExtractLayerTest, TakesNamesThatBeginWithADot) {
  apply({folder("./"), folder("./d/"), file("./d/f", "x")});
  EXPECT_TRUE(has("d/f"));
}

// Without write permission on a folder only root could unpack into it.
TEST_F(ExtractLayerTest, UnpacksIntoReadOnlyFolders) {
  apply({folder("d", 0500), file("d/a"), folder("e", 0)});
  EXPECT_EQ(fs::status(root_ / "d").permissions(), fs::perms{0500});
  apply({file("d/b"), file("e/c"), file("d/.wh.a", "")});
  EXPECT_TRUE(has("d/b"));
  EXPECT_FALSE(has("d/a"));
  EXPECT_EQ(fs::status(root_ / "d").permissions(), fs::perms{0500});
  EXPECT_EQ(fs::status(root_ / "e").permissions(), fs::perms{0});
  fs::permissions(root_ / "e", fs::perms::owner_all);
}

}  // namespace
}  // namespace xaas
