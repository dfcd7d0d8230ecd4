// SPDX-License-Identifier: Apache-2.0
#include "xaas/oci/layer.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>

namespace xaas {
namespace {

using ::testing::HasSubstr;

LayerFile file(std::string bytes, unsigned mode = 0644) {
  return {.content = std::move(bytes), .mode = mode};
}

class LayerTest : public ::testing::Test {
 protected:
  std::map<std::string, std::string> files_of(const Descriptor& layer) {
    std::map<std::string, std::string> files;
    const auto status = visit_layer_files(
        layout_, layer, [&](const std::string& path, std::string bytes) -> Status {
          files[path] = std::move(bytes);
          return {};
        });
    EXPECT_TRUE(status) << status.error().message();
    return files;
  }

  TemporaryFolder folder_ = std::move(*TemporaryFolder::make());
  Layout layout_ = std::move(*Layout::open_or_create(folder_.path() / "layout"));
  std::filesystem::path root_ = folder_.path() / "root";
};

LayerContent small_content() {
  return {{"bin/app", file("#!/bin/sh\n", 0755)},
          {"bin-1", file("between `bin` and `bin/app` in byte order")},
          {"etc", LayerFolder{.mode = 0700}},
          {"etc/empty", file("")},
          {"lib", LayerLink{.target = "usr/lib"}},
          {"tmp", LayerFolder{.mode = 01777}}};
}

unsigned mode_of(const std::filesystem::path& path) {
  struct ::stat status = {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

// The digests of the archives themselves: what libarchive, zlib or zstd do must not change them.
TEST_F(LayerTest, UncompressedBytesAreTheseForEver) {
  const auto layer = write_layer(layout_, small_content(), Compression::gzip);
  ASSERT_TRUE(layer) << layer.error().message();
  EXPECT_EQ(layer->descriptor.media_type, k_media_layer_gzip);
  EXPECT_EQ(layer->diff_id.str(),
            "sha256:4d707ecec532b5ffd3182d63dab62b76c7f582e5b6929d3eaff4fd4048a42db4");
}

TEST_F(LayerTest, EqualContentGivesEqualBytes) {
  for (const auto compression : {Compression::gzip, Compression::zstd}) {
    const auto source = folder_.path() / "source";
    ASSERT_TRUE(write_file(source, "same"));
    LayerContent from_file = {{"f", LayerFile{.content = source}}};
    LayerContent from_bytes = {{"f", LayerFile{.content = std::string("same")}}};
    const auto first = write_layer(layout_, from_file, compression);
    const auto second = write_layer(layout_, from_bytes, compression);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->descriptor.digest, second->descriptor.digest);
    EXPECT_EQ(first->diff_id, second->diff_id);
    EXPECT_TRUE(layout_.read_blob(first->descriptor));
  }
}

TEST_F(LayerTest, UnpacksWhatWasPacked) {
  for (const auto compression : {Compression::gzip, Compression::zstd}) {
    const auto layer = write_layer(layout_, small_content(), compression);
    ASSERT_TRUE(layer);
    const auto status = extract_layer(layout_, layer->descriptor, root_);
    ASSERT_TRUE(status) << status.error().message();
    EXPECT_EQ(*read_file(root_ / "bin/app"), "#!/bin/sh\n");
    EXPECT_EQ(*read_file(root_ / "etc/empty"), "");
    EXPECT_EQ(std::filesystem::read_symlink(root_ / "lib"), "usr/lib");
    EXPECT_EQ(mode_of(root_ / "bin"), 0755U);
    EXPECT_EQ(mode_of(root_ / "bin/app"), 0755U);
    EXPECT_EQ(mode_of(root_ / "bin-1"), 0644U);
    EXPECT_EQ(mode_of(root_ / "etc"), 0700U);
    EXPECT_EQ(mode_of(root_ / "tmp"), 01777U);
  }
}

TEST_F(LayerTest, KeepsNamesThatUstarCannotHold) {
  const std::string long_name(200, 'n');
  const std::string long_path =
      std::string(120, 'a') + "/" + std::string(120, 'b') + "/" + std::string(120, 'c');
  const std::string split_path = std::string(90, 'a') + "/" + std::string(90, 'b');
  const std::string latin1 = "caf\xe9";
  const LayerContent content = {
      {long_name, file("1")},  {long_path, file("2")},
      {split_path, file("3")}, {"Ärger/größe €", file("4")},
      {latin1, file("5")},     {"link", LayerLink{.target = "zu/" + long_path + "/ö"}}};
  const auto layer = write_layer(layout_, content, Compression::gzip);
  ASSERT_TRUE(layer);
  const auto files = files_of(layer->descriptor);
  ASSERT_EQ(files.size(), 5U);
  EXPECT_EQ(files.at(long_name), "1");
  EXPECT_EQ(files.at(long_path), "2");
  EXPECT_EQ(files.at(split_path), "3");
  EXPECT_EQ(files.at("Ärger/größe €"), "4");
  EXPECT_EQ(files.at(latin1), "5");
  ASSERT_TRUE(extract_layer(layout_, layer->descriptor, root_));
  EXPECT_EQ(std::filesystem::read_symlink(root_ / "link"), "zu/" + long_path + "/ö");
  EXPECT_EQ(*read_file(root_ / "Ärger/größe €"), "4");
}

TEST_F(LayerTest, TakesTheMediaTypeOfTheCaller) {
  const auto layer = write_layer(layout_, {{"u", file("1")}}, Compression::zstd,
                                 "application/vnd.example.layer.v0.tar+zstd");
  ASSERT_TRUE(layer);
  EXPECT_EQ(layer->descriptor.media_type, "application/vnd.example.layer.v0.tar+zstd");
  EXPECT_EQ(files_of(layer->descriptor).at("u"), "1");
}

TEST_F(LayerTest, EmptyLayerIsALayer) {
  const auto layer = write_layer(layout_, {}, Compression::gzip);
  ASSERT_TRUE(layer);
  EXPECT_TRUE(files_of(layer->descriptor).empty());
}

TEST_F(LayerTest, RefusesPathsThatAreNotInside) {
  for (const auto* path : {"", "/etc/x", "../x", "a/../b", "a//b", "./a", "a/"}) {
    const auto layer = write_layer(layout_, {{path, file("1")}}, Compression::gzip);
    ASSERT_FALSE(layer) << path;
    EXPECT_EQ(layer.error().code(), "layer.bad-path") << path;
  }
}

TEST_F(LayerTest, RefusesAFileInsideALink) {
  const auto layer =
      write_layer(layout_, {{"lib", LayerLink{.target = "usr/lib"}}, {"lib/x", LayerFile{}}},
                  Compression::gzip);
  ASSERT_FALSE(layer);
  EXPECT_THAT(layer.error().message(), HasSubstr("`lib` is not a folder"));
}

TEST_F(LayerTest, RefusesALinkToNothing) {
  EXPECT_EQ(write_layer(layout_, {{"l", LayerLink{}}}, Compression::gzip).error().code(),
            "layer.bad-path");
}

TEST_F(LayerTest, RefusesASourceThatIsAFolder) {
  EXPECT_EQ(write_layer(layout_, {{"f", LayerFile{.content = folder_.path()}}}, Compression::gzip)
                .error()
                .code(),
            "layer.bad-path");
}

TEST_F(LayerTest, NamesTheSourceThatIsMissing) {
  const auto layer = write_layer(layout_, {{"f", LayerFile{.content = folder_.path() / "missing"}}},
                                 Compression::gzip);
  ASSERT_FALSE(layer);
  EXPECT_THAT(layer.error().message(), HasSubstr("missing"));
}

TEST_F(LayerTest, StopsWhenTheVisitorDoes) {
  const auto layer = write_layer(layout_, small_content(), Compression::gzip);
  int calls = 0;
  const auto status = visit_layer_files(layout_, layer->descriptor,
                                        [&](const std::string&, const std::string&) -> Status {
                                          ++calls;
                                          return fail(ErrorKind::invalid_input, "enough");
                                        });
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(status);
}

}  // namespace
}  // namespace xaas
