// SPDX-License-Identifier: Apache-2.0
#include "xaas/image/manifest_blob.hpp"

#include "packed_image.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using testing::PackedImage;

IrManifest manifest_of(std::size_t units) {
  PackedImage packed;
  for (std::size_t i = 0; i < units; ++i) packed.add_unit(std::to_string(i), 0);
  return packed.ir;
}

class ManifestBlob : public ::testing::Test {
 protected:
  TemporaryFolder folder_ = TemporaryFolder::make().value();
  Layout layout_ = Layout::open_or_create(folder_.path() / "layout").value();
};

}  // namespace

TEST_F(ManifestBlob, IsReadableWhileItIsShort) {
  const auto manifest = manifest_of(2);
  const auto descriptor = put_ir_manifest(layout_, manifest).value();
  EXPECT_EQ(descriptor.media_type, k_media_ir_manifest);
  EXPECT_EQ(layout_.read_blob(descriptor).value(), print_ir_manifest(manifest));
  const auto read = read_ir_manifest(layout_, descriptor);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(print_ir_manifest(*read), print_ir_manifest(manifest));
}

TEST_F(ManifestBlob, IsCompressedOnceItIsLong) {
  const auto manifest = manifest_of(2000);
  const auto text = print_ir_manifest(manifest);
  const auto descriptor = put_ir_manifest(layout_, manifest).value();
  EXPECT_EQ(descriptor.media_type, k_media_ir_manifest_zstd);
  EXPECT_LT(descriptor.size, text.size() / 2);
  const auto read = read_ir_manifest(layout_, descriptor);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(print_ir_manifest(*read), text);
}

TEST_F(ManifestBlob, SaysWhatIsWrongWithADamagedOne) {
  const auto frame = layout_.read_blob(put_ir_manifest(layout_, manifest_of(2000)).value()).value();
  for (const std::string& bytes :
       {std::string(), std::string("{}"), frame.substr(0, frame.size() / 2)}) {
    const auto damaged = layout_.put_blob(bytes, k_media_ir_manifest_zstd).value();
    const auto read = read_ir_manifest(layout_, damaged);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), "image.blob") << read.error().message();
  }
}

}  // namespace xaas
