// SPDX-License-Identifier: Apache-2.0
#include "xaas/rootfs/sif.hpp"

#include "xaas/rootfs/squashfs.hpp"
#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace xaas {
namespace {

class SifTest : public ::testing::Test {
 protected:
  std::string write(const SifContent& content, const char* name = "image.sif") {
    const auto file = folder_.path() / name;
    const auto status = write_sif(content, file, 2);
    EXPECT_TRUE(status) << status.error().message();
    return read_file(file).value_or("");
  }
  TemporaryFolder folder_ = *TemporaryFolder::make();
  LayerContent root_{{"bin/program", LayerFile{.content = std::string(9000, 'x')}}};
};

/// Takes the fields of a packed structure one after the other.
class Fields {
 public:
  Fields(std::string_view bytes, std::uint64_t offset) : bytes_(bytes), at_(offset) {}
  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(bytes_.at(at_ + i))} << (8 * i);
    at_ += width;
    return value;
  }
  /// All that stands before the zeros that fill the field.
  std::string text(std::size_t width) {
    std::string value(bytes_.substr(at_, width));
    at_ += width;
    value.erase(value.find_last_not_of('\0') + 1);
    return value;
  }
  [[nodiscard]] std::uint64_t position() const { return at_; }

 private:
  std::string_view bytes_;
  std::uint64_t at_;
};

// The fields of `header` in github.com/apptainer/sif, pkg/sif/sif.go, in order.
TEST_F(SifTest, HeaderIsWhatTheFormatSays) {
  const std::string bytes =
      write({.root = root_, .architecture = "amd64", .documents = {{"a.json", "{}"}}});
  Fields header(bytes, 0);
  EXPECT_EQ(header.text(32), "#!/usr/bin/env run-singularity\n");
  EXPECT_EQ(header.text(10), "SIF_MAGIC");
  EXPECT_EQ(header.text(3), "01");
  EXPECT_EQ(header.text(3), "02");
  EXPECT_EQ(header.position(), 48U);
  const std::string uuid(bytes.substr(48, 16));
  header.text(16);
  EXPECT_EQ(static_cast<unsigned char>(uuid[6]) >> 4U, 8U);
  EXPECT_EQ(static_cast<unsigned char>(uuid[8]) >> 6U, 2U);
  EXPECT_EQ(header.number(8), 0U);         // created
  EXPECT_EQ(header.number(8), 0U);         // modified
  EXPECT_EQ(header.number(8), 46U);        // free descriptors
  EXPECT_EQ(header.number(8), 48U);        // all
  EXPECT_EQ(header.number(8), 4096U);      // where they begin
  EXPECT_EQ(header.number(8), 48U * 585);  // their bytes
  EXPECT_EQ(header.number(8), 32768U);     // where data begins
  EXPECT_EQ(header.number(8), bytes.size() - 32768);
  EXPECT_EQ(header.position(), 128U);
  EXPECT_EQ(bytes.substr(128, 4096 - 128), std::string(4096 - 128, '\0'));
}

struct Found {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// A descriptor: `rawDescriptor` in pkg/sif/descriptor.go, packed. `end` is where the object before
/// it ends.
Found check_descriptor(std::string_view bytes, std::size_t index, std::uint64_t type,
                       const std::string& name, std::uint64_t end) {
  Fields descriptor(bytes, 4096 + 585 * index);
  EXPECT_EQ(descriptor.number(4), type);
  EXPECT_EQ(descriptor.number(1), 1U);  // used
  EXPECT_EQ(descriptor.number(4), index + 1);
  EXPECT_EQ(descriptor.number(4), 0xF0000001U);  // the default group
  EXPECT_EQ(descriptor.number(4), 0U);           // linked to none
  const std::uint64_t offset = descriptor.number(8);
  const std::uint64_t size = descriptor.number(8);
  EXPECT_EQ(offset % 4096, 0U);
  EXPECT_EQ(descriptor.number(8), offset + size - end);
  EXPECT_EQ(descriptor.text(32), "");  // times and owners
  EXPECT_EQ(descriptor.text(128), name);
  EXPECT_EQ(descriptor.position(), 4096 + 585 * index + 201);
  return {.offset = offset, .size = size};
}

TEST_F(SifTest, HoldsTheDocumentsAndThenThePrimaryPartition) {
  const std::string bytes = write({.root = root_,
                                   .architecture = "arm64",
                                   .documents = {{"a.json", "{}"}, {"b.json", "[1, 2]"}}});
  const auto a = check_descriptor(bytes, 0, 0x4006, "a.json", 32768);
  EXPECT_EQ(bytes.substr(a.offset, a.size), "{}");
  const auto b = check_descriptor(bytes, 1, 0x4006, "b.json", a.offset + a.size);
  EXPECT_EQ(bytes.substr(b.offset, b.size), "[1, 2]");
  const auto root = check_descriptor(bytes, 2, 0x4004, "squashfs", b.offset + b.size);
  Fields extra(bytes, 4096 + 585 * 2 + 201);
  EXPECT_EQ(extra.number(4), 1U);  // squashfs
  EXPECT_EQ(extra.number(4), 2U);  // primary system
  EXPECT_EQ(extra.text(3), "04");
  EXPECT_EQ(extra.text(384 - 11), "");
  constexpr std::size_t k_rest = std::size_t{585} * 45;
  EXPECT_EQ(bytes.substr(4096 + 585 * 3, k_rest), std::string(k_rest, '\0'));
  EXPECT_EQ(root.offset + root.size, bytes.size());
  const auto alone = folder_.path() / "alone.sqsh";
  ASSERT_TRUE(write_squashfs(root_, alone, 1));
  EXPECT_TRUE(bytes.substr(root.offset) == read_file(alone).value());
}

TEST_F(SifTest, IsExecutableAndTheSameEachTime) {
  const SifContent content{.root = root_, .architecture = "amd64", .documents = {{"a", "{}"}}};
  EXPECT_TRUE(write(content, "one") == write(content, "two"));
  struct ::stat status{};
  ASSERT_EQ(::stat((folder_.path() / "one").c_str(), &status), 0);
  EXPECT_NE(status.st_mode & S_IXUSR, 0U);
  SifContent other = content;
  other.documents["a"] = "[]";
  EXPECT_NE(write(content, "3").substr(48, 16), write(other, "4").substr(48, 16));
}

TEST_F(SifTest, IsNotWrittenForWhatItHasNoCodeFor) {
  const auto status =
      write_sif({.root = root_, .architecture = "loong64"}, folder_.path() / "x", 1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "sif.architecture");
}

TEST_F(SifTest, TellsWhatItHolds) {
  write({.root = root_, .architecture = "amd64", .documents = {{"a.json", "{}"}}});
  EXPECT_TRUE(sif_holds(folder_.path() / "image.sif", "a.json"));
  EXPECT_FALSE(sif_holds(folder_.path() / "image.sif", "a"));
  EXPECT_EQ(read_in_sif(folder_.path() / "image.sif", "a.json", 2), "{}");
  EXPECT_EQ(read_in_sif(folder_.path() / "image.sif", "a.json", 1), std::nullopt);
  EXPECT_EQ(read_in_sif(folder_.path() / "image.sif", "a", 2), std::nullopt);
  EXPECT_FALSE(sif_holds(folder_.path() / "absent", "a.json"));
  ASSERT_TRUE(write_file(folder_.path() / "other", "years of work"));
  EXPECT_FALSE(sif_holds(folder_.path() / "other", "a.json"));
}

}  // namespace
}  // namespace xaas
