// SPDX-License-Identifier: Apache-2.0
#include "layout_archive.hpp"

#include "blob_writer.hpp"
#include "layer_reader.hpp"
#include "raw_layer.hpp"
#include "tar_writer.hpp"

#include "xaas/oci/layout.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::raw_tar;
using testing::RawMember;

RawMember marker() {
  return {.name = "oci-layout", .content = R"({"imageLayoutVersion": "1.0.0"})"};
}

RawMember index() {
  return {.name = "index.json", .content = R"({"schemaVersion":2,"manifests":[]})"};
}

class LayoutArchiveTest : public ::testing::Test {
 protected:
  /// A layout with one blob, tagged `here`.
  Descriptor fill(Layout& layout) {
    auto blob = layout.put_blob("some bytes", k_media_manifest).value();
    EXPECT_TRUE(layout.set_tags({{"here", blob}}, Replace::no));
    return blob;
  }

  std::string code_of(const std::vector<RawMember>& members) {
    return code_of_bytes(raw_tar(members));
  }
  std::string code_of_bytes(const std::string& bytes) {
    EXPECT_TRUE(write_file(archive_, bytes));
    const auto layout = Layout::open_archive(archive_);
    return layout ? "" : layout.error().code();
  }

  TemporaryFolder folder_ = std::move(*TemporaryFolder::make());
  std::filesystem::path archive_ = folder_.path() / "image.tar";
};

TEST_F(LayoutArchiveTest, ReadsWhatItWrote) {
  auto layout = Layout::open_or_create(folder_.path() / "layout").value();
  const auto blob = fill(layout);
  ASSERT_TRUE(write_layout_archive(layout, archive_));
  const auto read = Layout::open_archive(archive_);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_THAT(read->tags().value(), ElementsAre("here"));
  EXPECT_EQ(read->find_tag("here").value()->digest, blob.digest);
  EXPECT_EQ(read->only_entry().value()->digest, blob.digest);
  EXPECT_TRUE(read->has_blob(blob.digest));
  EXPECT_EQ(read->read_blob(blob).value(), "some bytes");
}

TEST_F(LayoutArchiveTest, HasEqualBytesForEqualLayouts) {
  std::string bytes;
  for (const auto* name : {"one", "two"}) {
    auto layout = Layout::open_or_create(folder_.path() / name).value();
    fill(layout);
    const auto file = folder_.path() / (std::string(name) + ".tar");
    ASSERT_TRUE(write_layout_archive(layout, file));
    if (!bytes.empty()) EXPECT_EQ(bytes, read_file(file).value());
    bytes = read_file(file).value();
  }
}

TEST_F(LayoutArchiveTest, CopiesABlobIntoALayout) {
  auto layout = Layout::open_or_create(folder_.path() / "layout").value();
  const auto blob = fill(layout);
  ASSERT_TRUE(write_layout_archive(layout, archive_));
  auto copy = Layout::open_or_create(folder_.path() / "copy").value();
  ASSERT_TRUE(copy.copy_blob(Layout::open_archive(archive_).value(), blob));
  EXPECT_EQ(copy.read_blob(blob).value(), "some bytes");
}

TEST_F(LayoutArchiveTest, MayBeCompressedAsAWhole) {
  const std::string tar = raw_tar({marker(), index()});
  for (const auto compression : {Compression::gzip, Compression::zstd}) {
    std::filesystem::remove(archive_);
    auto writer = BlobWriter::create(archive_, compression).value();
    ASSERT_TRUE(writer.write(tar));
    ASSERT_TRUE(writer.finish());
    const auto layout = Layout::open_archive(archive_);
    EXPECT_TRUE(layout) << layout.error().message();
  }
  EXPECT_EQ(code_of_bytes("\xfd"
                          "7zXZ and so on"),
            "archive.compression");
  EXPECT_EQ(code_of_bytes("\x1f\x8b, but no gzip"), "archive.damaged");
}

TEST_F(LayoutArchiveTest, MayBeLargerThanWhatIsReadOfIt) {
  const std::uint64_t size = std::uint64_t{20} << 30;
  const auto begin = tar_header({.path = "blobs/sha256/" + std::string(64, '0'), .size = size});
  std::ofstream file(archive_, std::ios::binary);
  file << begin;
  file.seekp(static_cast<std::streamoff>(begin.size() + size));  // a hole
  file << raw_tar({marker(), index()});
  file.close();
  const auto layout = Layout::open_archive(archive_);
  EXPECT_TRUE(layout) << layout.error().message();
}

TEST_F(LayoutArchiveTest, UncompressingIsBounded) {
  auto writer = BlobWriter::create(archive_, Compression::gzip).value();
  ASSERT_TRUE(writer.write(std::string(100'000, '\0')));
  const auto blob = writer.finish().value();
  FileRange range{.file = OpenFile(::open(archive_.c_str(), O_RDONLY)), .size = blob.size};
  const auto status =
      decompress(std::move(range), StreamKind::gzip, "it", {.bytes = 50'000, .entries = 0},
                 [](std::string_view) { return Status{}; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "layer.too-large");
}

TEST_F(LayoutArchiveTest, BigBlobsAreNotReadToFindTheOthers) {
  // Eight gigabytes of nothing, in a file with a hole. What is read is counted, and they would be
  // too many.
  const std::string head =
      raw_tar({marker(), {.name = "blobs/sha256/big", .declared_size = "77777777000"}});
  const std::uint64_t size = 077777777000;
  const std::string tail = raw_tar({index()});
  ASSERT_TRUE(write_file(archive_, head.substr(0, head.size() - 1024)));
  std::filesystem::resize_file(archive_, head.size() - 1024 + size);
  std::ofstream(archive_, std::ios::app | std::ios::binary) << tail;
  const auto layout = Layout::open_archive(archive_);
  EXPECT_TRUE(layout) << layout.error().message();
}

TEST_F(LayoutArchiveTest, RefusesWhatIsNoArchive) {
  EXPECT_EQ(Layout::open_archive(folder_.path() / "absent").error().code(), "archive.missing");
  EXPECT_EQ(Layout::open_archive(folder_.path()).error().code(), "archive.missing");
  EXPECT_EQ(code_of_bytes("years of work"), "archive.damaged");
  EXPECT_EQ(code_of({{.name = "manifest.json", .content = "[]"}}), "archive.not-oci");
  EXPECT_EQ(code_of({marker()}), "layout.corrupt");
  EXPECT_EQ(code_of({marker(), index()}), "");
}

TEST_F(LayoutArchiveTest, RefusesWhatIsCutShort) {
  const std::string whole = raw_tar(
      {marker(), index(), {.name = "blobs/sha256/x", .content = std::string(100'000, 'x')}});
  // Within the blob, and where a blob's header ends.
  for (const std::size_t size : {whole.size() - 50'000, std::size_t{5} * 512}) {
    EXPECT_EQ(code_of_bytes(whole.substr(0, size)), "archive.damaged") << size;
    EXPECT_THAT(Layout::open_archive(archive_).error().message(), HasSubstr("ends in the middle"));
  }
  // Within a header.
  EXPECT_EQ(code_of_bytes(whole.substr(0, std::size_t{4} * 512 + 100)), "archive.damaged");
}

TEST_F(LayoutArchiveTest, RefusesNamesAndKindsThatLeadElsewhere) {
  for (const auto* name : {"../outside", "/etc/passwd", "blobs/../../outside"})
    EXPECT_EQ(code_of({marker(), index(), {.name = name}}), "layer.unsafe-path") << name;
  EXPECT_EQ(code_of({marker(), index(), {.name = "device", .type = '3'}}), "layer.special-file");
  const RawMember link{.name = "blobs/sha256/x", .type = '2', .link_target = "/etc/passwd"};
  EXPECT_EQ(code_of({marker(), index(), link}), "archive.damaged");
  const RawMember index_link{.name = "index.json", .type = '2', .link_target = "/etc/passwd"};
  EXPECT_EQ(code_of({marker(), index_link}), "archive.damaged");
}

TEST_F(LayoutArchiveTest, BlobsAreVerified) {
  const std::string text = "some bytes";
  const std::string name = "blobs/sha256/" + digest_of(text).hex();
  ASSERT_EQ(code_of({marker(), index(), {.name = name, .content = "other byte"}}), "");
  const Descriptor blob{
      .media_type = std::string(k_media_manifest), .digest = digest_of(text), .size = text.size()};
  const auto layout = Layout::open_archive(archive_).value();
  EXPECT_EQ(layout.read_blob(blob).error().code(), "blob.corrupt");
  Descriptor absent = blob;
  absent.digest = digest_of("absent");
  EXPECT_EQ(layout.read_blob(absent).error().code(), "blob.missing");
}

TEST_F(LayoutArchiveTest, AppearsWholeAndReplacesOnlyWhenAsked) {
  const LayoutReference reference{
      .path = archive_, .tag = "v1", .form = LayoutReference::Form::archive};
  const auto write = [&](const std::string& bytes, Replace replace) -> Status {
    XAAS_TRY(auto writer, LayoutWriter::open(reference));
    XAAS_TRY(const auto blob, writer.layout().put_blob(bytes, k_media_manifest));
    EXPECT_FALSE(read_file(archive_).value_or("").contains(bytes));
    return writer.finish({{"v1", blob}}, replace);
  };
  ASSERT_TRUE(write("the first", Replace::no));
  const auto refused = write("the second", Replace::no);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "output.exists");
  EXPECT_THAT(read_file(archive_).value(), HasSubstr("the first"));
  ASSERT_TRUE(write("the second", Replace::yes));
  EXPECT_THAT(read_file(archive_).value(), HasSubstr("the second"));
  EXPECT_THAT(list_tree(folder_.path()).value(), ElementsAre("image.tar"));
}

TEST(ParseLayoutReference, ReadsArchives) {
  const auto reference = parse_layout_reference("oci-archive:some/file.tar:v1");
  ASSERT_TRUE(reference);
  EXPECT_EQ(reference->path, "some/file.tar");
  EXPECT_EQ(reference->form, LayoutReference::Form::archive);
  EXPECT_EQ(reference->str(), "oci-archive:some/file.tar:v1");
  EXPECT_FALSE(parse_layout_reference("oci-archive:file.tar")->has_own_tag);
  EXPECT_FALSE(parse_layout_reference("oci-archive:"));
}

}  // namespace
}  // namespace xaas
