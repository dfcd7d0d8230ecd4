// SPDX-License-Identifier: Apache-2.0
#include "xaas/oci/layout.hpp"

#include "layout_files.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LayoutTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_ = std::move(*TemporaryFolder::make());
  std::filesystem::path path_ = folder_.path() / "layout";
};

Descriptor manifest_descriptor(const std::string& bytes) {
  return {.media_type = std::string(k_media_manifest),
          .digest = digest_of(bytes),
          .size = bytes.size()};
}

TEST(ParseLayoutReference, SplitsPathAndTag) {
  const auto reference = parse_layout_reference("oci:some/dir:v1.0");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->path, "some/dir");
  EXPECT_EQ(reference->tag, "v1.0");
  EXPECT_EQ(reference->str(), "oci:some/dir:v1.0");
}

TEST(ParseLayoutReference, TakesLatestWithoutTag) {
  EXPECT_EQ(parse_layout_reference("oci:/a/b")->tag, "latest");
}

TEST(ParseLayoutReference, KeepsAColonInAFolderName) {
  const auto reference = parse_layout_reference("oci:/a:b/c");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->path, "/a:b/c");
  EXPECT_EQ(reference->tag, "latest");
}

TEST(ParseLayoutReference, RefusesWhatIsNoTag) {
  for (const auto* text : {"oci:/a:", "oci:/a:-x", "oci:/a:b c"}) {
    const auto reference = parse_layout_reference(text);
    ASSERT_FALSE(reference) << text;
    EXPECT_EQ(reference.error().code(), "reference.tag") << text;
  }
  EXPECT_FALSE(parse_layout_reference("oci:/a:" + std::string(129, 'a')));
  EXPECT_TRUE(parse_layout_reference("oci:/a:" + std::string(128, 'a')));
}

TEST(ParseLayoutReference, RefusesOtherTransportsAndEmptyPaths) {
  for (const auto* text : {"", "oci:", "oci::tag", "docker://host/name:tag", "/no/such/folder"}) {
    const auto reference = parse_layout_reference(text);
    ASSERT_FALSE(reference) << text;
    EXPECT_EQ(reference.error().code(), "reference.syntax") << text;
  }
}

TEST_F(LayoutTest, BarePathOfALayoutIsAReference) {
  ASSERT_TRUE(Layout::open_or_create(path_));
  EXPECT_EQ(parse_layout_reference(path_.string())->tag, "latest");
  EXPECT_EQ(parse_layout_reference(path_.string() + ":x")->tag, "x");
}

TEST_F(LayoutTest, IsNotFoundBeforeItIsMade) {
  const auto layout = Layout::open(path_);
  ASSERT_FALSE(layout);
  EXPECT_EQ(layout.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(layout.error().code(), "layout.not-found");
}

TEST_F(LayoutTest, RefusesAFolderThatHoldsSomethingElse) {
  ASSERT_TRUE(write_file(path_ / "thesis.txt", "x"));
  const auto layout = Layout::open_or_create(path_);
  ASSERT_FALSE(layout);
  EXPECT_EQ(layout.error().code(), "layout.occupied");
}

TEST_F(LayoutTest, FinishesWhatAKilledRunBegan) {
  ASSERT_TRUE(Layout::open_or_create(path_));
  ASSERT_TRUE(std::filesystem::remove(path_ / "oci-layout"));
  EXPECT_TRUE(Layout::open_or_create(path_));
  ASSERT_TRUE(std::filesystem::remove(path_ / "oci-layout"));
  ASSERT_TRUE(std::filesystem::remove(path_ / "index.json"));
  EXPECT_TRUE(Layout::open_or_create(path_));
  EXPECT_TRUE(Layout::open(path_));
  // Not ours: a blob, an index of something.
  for (const char* file : {"blobs/sha256/00", "index.json"}) {
    ASSERT_TRUE(std::filesystem::remove(path_ / "oci-layout"));
    ASSERT_TRUE(write_file(path_ / file, "x"));
    const auto layout = Layout::open_or_create(path_);
    ASSERT_FALSE(layout);
    EXPECT_EQ(layout.error().code(), "layout.occupied");
    ASSERT_TRUE(std::filesystem::remove(path_ / file));
    EXPECT_TRUE(Layout::open_or_create(path_));
  }
}

TEST_F(LayoutTest, RefusesAnotherVersion) {
  ASSERT_TRUE(Layout::open_or_create(path_));
  ASSERT_TRUE(write_file(path_ / "oci-layout", R"({"imageLayoutVersion": "2.0.0"})"));
  const auto layout = Layout::open(path_);
  ASSERT_FALSE(layout);
  EXPECT_EQ(layout.error().kind(), ErrorKind::unsupported);
  EXPECT_EQ(layout.error().code(), "layout.version");
}

TEST_F(LayoutTest, RefusesADamagedIndex) {
  ASSERT_TRUE(Layout::open_or_create(path_));
  ASSERT_TRUE(write_file(path_ / "index.json", "{"));
  EXPECT_EQ(Layout::open(path_).error().code(), "layout.corrupt");
  ASSERT_TRUE(std::filesystem::remove(path_ / "index.json"));
  EXPECT_EQ(Layout::open(path_).error().code(), "layout.corrupt");
}

TEST_F(LayoutTest, RefusesADamagedMarker) {
  ASSERT_TRUE(Layout::open_or_create(path_));
  for (const auto* text : {"", "[]", R"({"imageLayoutVersion": 1})", "{}"}) {
    ASSERT_TRUE(write_file(path_ / "oci-layout", text));
    EXPECT_EQ(Layout::open(path_).error().code(), "layout.corrupt") << text;
  }
}

TEST_F(LayoutTest, GivesBackTheBytesOfABlob) {
  auto layout = Layout::open_or_create(path_);
  ASSERT_TRUE(layout);
  const auto descriptor = layout->put_blob("hello", "text/plain");
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->digest, digest_of("hello"));
  EXPECT_EQ(descriptor->size, 5U);
  EXPECT_TRUE(layout->has_blob(descriptor->digest));
  EXPECT_EQ(*layout->read_blob(*descriptor), "hello");
  ASSERT_TRUE(layout->put_blob("hello", "text/plain"));
}

TEST_F(LayoutTest, LeavesNoTemporariesBehind) {
  auto layout = Layout::open_or_create(path_);
  ASSERT_TRUE(layout->put_blob("hello", "text/plain"));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_))
    names.push_back(entry.path().filename().string());
  EXPECT_THAT(names,
              ::testing::UnorderedElementsAre("blobs", "index.json", "oci-layout", ".xaas-lock"));
}

TEST_F(LayoutTest, MovesAFinishedFileIn) {
  auto layout = Layout::open_or_create(path_);
  const auto file = folder_.path() / "file";
  ASSERT_TRUE(write_file(file, "content"));
  const auto descriptor = layout->put_blob_file(file, "text/plain");
  ASSERT_TRUE(descriptor);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(*layout->read_blob(*descriptor), "content");
}

TEST_F(LayoutTest, RefusesABlobWithAFlippedByte) {
  auto layout = Layout::open_or_create(path_);
  const auto descriptor = layout->put_blob("hello", "text/plain");
  ASSERT_TRUE(write_file(layout->blob_path(descriptor->digest), "hellp"));
  const auto read = layout->read_blob(*descriptor);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), ErrorKind::corrupt);
  EXPECT_EQ(read.error().code(), "blob.corrupt");
  EXPECT_THAT(read.error().message(), HasSubstr(descriptor->digest.str()));
  ASSERT_TRUE(layout->put_blob("hello", "text/plain"));
  EXPECT_EQ(*layout->read_blob(*descriptor), "hello") << "putting it again repairs it";
}

TEST_F(LayoutTest, RefusesABlobOfAnotherSize) {
  auto layout = Layout::open_or_create(path_);
  auto descriptor = layout->put_blob("hello", "text/plain");
  descriptor->size = 4;
  const auto read = layout->read_blob(*descriptor);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message(), HasSubstr("has 5 bytes, its descriptor says 4"));
}

TEST_F(LayoutTest, SaysWhichBlobIsMissing) {
  auto layout = Layout::open_or_create(path_);
  const auto read = layout->read_blob(manifest_descriptor("never put"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), ErrorKind::not_found);
  EXPECT_EQ(read.error().code(), "blob.missing");
}

TEST_F(LayoutTest, DoesNotHangOnAPipeInABlobsPlace) {
  auto layout = Layout::open_or_create(path_);
  const auto descriptor = manifest_descriptor("x");
  ASSERT_EQ(::mkfifo(layout->blob_path(descriptor.digest).c_str(), 0600), 0);
  EXPECT_EQ(layout->read_blob(descriptor).error().code(), "blob.corrupt");
}

TEST_F(LayoutTest, ReplacesATagAndKeepsTheOthers) {
  auto layout = Layout::open_or_create(path_);
  ASSERT_TRUE(layout->set_tags({{"a", manifest_descriptor("1")}}, Replace::yes));
  ASSERT_TRUE(layout->set_tags({{"b", manifest_descriptor("2")}}, Replace::yes));
  ASSERT_TRUE(layout->set_tags({{"a", manifest_descriptor("3")}}, Replace::yes));
  EXPECT_THAT(*layout->tags(), ElementsAre("a", "b"));
  EXPECT_EQ(layout->find_tag("a")->value().digest, digest_of("3"));
  EXPECT_EQ(layout->find_tag("b")->value().digest, digest_of("2"));
  EXPECT_EQ(*layout->find_tag("c"), std::nullopt);
}

TEST_F(LayoutTest, SetsAllTagsOrNone) {
  auto layout = Layout::open_or_create(path_);
  ASSERT_TRUE(layout->set_tags({{"a", manifest_descriptor("1")}}, Replace::no));
  const auto status = layout->set_tags(
      {{"0", manifest_descriptor("2")}, {"a", manifest_descriptor("2")}}, Replace::no);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "output.exists");
  EXPECT_EQ(layout->tags().value(), std::vector<std::string>{"a"});
  EXPECT_EQ(layout->find_tag("a").value()->digest, manifest_descriptor("1").digest);
}

TEST_F(LayoutTest, KeepsWhatOtherToolsWroteIntoTheIndex) {
  auto layout = Layout::open_or_create(path_);
  ASSERT_TRUE(write_file(
      path_ / "index.json",
      R"({"schemaVersion": 2, "x": 1, "manifests": [{"mediaType": "a/b", "size": 1, "urls": ["u"],
          "digest": ")" +
          digest_of("x").str() + R"("}]})"));
  ASSERT_TRUE(layout->set_tags({{"a", manifest_descriptor("1")}}, Replace::yes));
  const auto text = read_file(path_ / "index.json");
  EXPECT_THAT(*text, HasSubstr("urls"));
  EXPECT_THAT(*text, HasSubstr("\"x\": 1"));
}

TEST_F(LayoutTest, RefusesATagThatIsNone) {
  auto layout = Layout::open_or_create(path_);
  EXPECT_EQ(layout->set_tags({{"a/b", manifest_descriptor("1")}}, Replace::yes).error().code(),
            "reference.tag");
}

TEST_F(LayoutTest, RefusesATagThatNamesTwoImages) {
  auto layout = Layout::open_or_create(path_);
  auto first = manifest_descriptor("1");
  auto second = manifest_descriptor("2");
  first.annotations[std::string(k_annotation_ref_name)] = "a";
  second.annotations[std::string(k_annotation_ref_name)] = "a";
  ASSERT_TRUE(write_file(path_ / "index.json", print_index({.manifests = {first, second}})));
  EXPECT_EQ(layout->find_tag("a").error().code(), "layout.ambiguous-tag");
}

TEST_F(LayoutTest, SaysThatAnotherProcessHoldsTheLock) {
  ASSERT_TRUE(Layout::open_or_create(path_));
  const auto held = lock_layout(path_);
  const auto second = lock_layout(path_, std::chrono::milliseconds(20));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), "layout.locked");
}

TEST_F(LayoutTest, TakesAFileFromAnotherFileSystem) {
  auto layout = Layout::open_or_create(path_);
  struct ::stat here = {};
  struct ::stat there = {};
  ASSERT_EQ(::stat(path_.c_str(), &here), 0);
  if (::stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev)
    GTEST_SKIP() << "no second file system";
  const auto other = TemporaryFolder::make("/dev/shm");
  ASSERT_TRUE(write_file(other->path() / "file", "content"));
  const auto descriptor = layout->put_blob_file(other->path() / "file", "text/plain");
  ASSERT_TRUE(descriptor);
  EXPECT_FALSE(std::filesystem::exists(other->path() / "file"));
  EXPECT_EQ(*layout->read_blob(*descriptor), "content");
}

void set_tags(const std::filesystem::path& path, const std::string& prefix) {
  auto layout = Layout::open_or_create(path);
  ASSERT_TRUE(layout) << layout.error().message();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(layout->set_tags({{prefix + std::to_string(i), manifest_descriptor(prefix)}},
                                 Replace::yes));
}

TEST_F(LayoutTest, LosesNoTagOfTwoThreads) {
  std::thread other([&] { set_tags(path_, "a"); });
  set_tags(path_, "b");
  other.join();
  EXPECT_EQ(Layout::open(path_)->tags()->size(), 40U);
}

TEST_F(LayoutTest, LosesNoTagOfTwoProcesses) {
  const auto child = ::fork();
  if (child == 0) {
    set_tags(path_, "a");
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  set_tags(path_, "b");
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Layout::open(path_)->tags()->size(), 40U);
}

}  // namespace
}  // namespace xaas
