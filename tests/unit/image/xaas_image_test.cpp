// SPDX-License-Identifier: Apache-2.0
#include "xaas/image/xaas_image.hpp"

#include "packed_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <set>
#include <string>

namespace xaas {
namespace {

using ::testing::HasSubstr;
using testing::PackedImage;

std::string error_of(const Status& status) {
  return status ? "" : status.error().message() + " [" + status.error().code() + "]";
}

class FetchIrBlobs : public ::testing::Test {
 protected:
  /// The image, opened; in a layout that lacks the layers that are named.
  IrImage open_without(const std::set<std::size_t>& layers) {
    IrImage image = packed_.open().value();
    for (const std::size_t layer : layers)
      std::filesystem::remove(image.layout.blob_path(image.ir_layers.layers[layer].digest));
    return image;
  }
  [[nodiscard]] std::string fetched(const Digest& content) const {
    return read_file(folder_.path() / content.hex()).value();
  }

  PackedImage packed_;
  TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(FetchIrBlobs, OpensTheLayersAloneThatHoldSomething) {
  packed_.add_unit("shared", 0);
  const Digest wanted = packed_.add_unit("for one configuration", 1);
  packed_.add_unit("for another", 2);
  const IrImage image = open_without({0, 2});
  EXPECT_EQ(error_of(fetch_ir_blobs(image, {wanted}, folder_.path())), "");
  EXPECT_EQ(fetched(wanted), "for one configuration");
  const IrBytes bytes = ir_bytes_for(image, {wanted});
  EXPECT_EQ(bytes.read, image.ir_layers.layers[1].size);
  EXPECT_EQ(bytes.all, image.ir_layers.layers[0].size + image.ir_layers.layers[1].size +
                           image.ir_layers.layers[2].size);
  EXPECT_EQ(ir_bytes_for(image, {}).read, 0U);
}

TEST_F(FetchIrBlobs, OpensAllWhereTheManifestDoesNotSayWhere) {
  packed_.add_unit("first", 0, false);
  const Digest wanted = packed_.add_unit("second", 1, false);
  packed_.put(digest_of("-g"), "-g", 2);
  packed_.annotate(2, k_annotation_debug);
  const IrImage image = open_without({2});
  EXPECT_EQ(error_of(fetch_ir_blobs(image, {wanted}, folder_.path())), "");
  EXPECT_EQ(fetched(wanted), "second");
  EXPECT_EQ(ir_bytes_for(image, {wanted}).read,
            image.ir_layers.layers[0].size + image.ir_layers.layers[1].size);
}

TEST_F(FetchIrBlobs, PutsDifferencesTogetherFromTwoLayers) {
  const std::string base(10'000, 'a');
  packed_.add_unit(base, 0);
  const Digest wanted = packed_.add_difference(base, base + "variant", 1);
  packed_.add_unit("other", 2);
  const IrImage image = open_without({2});
  EXPECT_EQ(error_of(fetch_ir_blobs(image, {wanted}, folder_.path())), "");
  EXPECT_EQ(fetched(wanted), base + "variant");
}

TEST_F(FetchIrBlobs, FindsWhatAnAddedLayerHasMoved) {
  const Digest wanted = packed_.add_unit("here", 0);
  packed_.add_unit("there", 1);
  packed_.ir.blobs[wanted].layer = 1;
  IrImage image = packed_.open().value();
  EXPECT_EQ(error_of(fetch_ir_blobs(image, {wanted}, folder_.path())), "");
  EXPECT_EQ(*read_file(folder_.path() / wanted.hex()), "here");
  image.ir.blobs[wanted].layer = 9;
  EXPECT_EQ(error_of(fetch_ir_blobs(image, {wanted}, folder_.path())), "");
}

TEST_F(FetchIrBlobs, TellsWhatIsInNoLayer) {
  packed_.add_unit("here", 0);
  packed_.add_unit("there", 1);
  IrImage image = packed_.open().value();
  const Digest wanted = digest_of("nowhere");
  image.ir.blobs[wanted] = {.size = 7, .layer = 0};
  EXPECT_THAT(error_of(fetch_ir_blobs(image, {wanted}, folder_.path())),
              HasSubstr("1 of 1 blobs that the IR manifest names are in no layer"));
}

TEST_F(FetchIrBlobs, RefusesWhatIsNotWhatItsNameSays) {
  const Digest wanted = packed_.add_unit("content", 0);
  packed_.put(wanted, "changed", 0);
  const IrImage image = packed_.open().value();
  EXPECT_THAT(error_of(fetch_ir_blobs(image, {wanted}, folder_.path())),
              HasSubstr("has other content than its name says [image.blob]"));
}

/// A text that does not repeat itself.
std::string numbers(int from) {
  std::string text;
  for (int i = from; i < from + 2000; ++i) text += std::to_string(i * 7919);
  return text;
}

/// What is said when the entry of a difference in the manifest is changed.
std::string error_after(const std::function<void(Blob&)>& change) {
  PackedImage packed;
  const std::string base = numbers(0);
  packed.add_unit(base, 0);
  packed.add_unit(numbers(5000), 0);
  const Digest wanted = packed.add_difference(base, base + "variant", 0);
  change(packed.ir.blobs[wanted]);
  const auto folder = TemporaryFolder::make().value();
  return error_of(fetch_ir_blobs(packed.open().value(), {wanted}, folder.path()));
}

TEST_F(FetchIrBlobs, RefusesDifferencesThatTheManifestTellsOtherThingsOf) {
  EXPECT_EQ(error_after([](Blob&) {}), "");
  EXPECT_THAT(error_after([](Blob& blob) { blob.stored_size += 1; }),
              HasSubstr("another size than the manifest says [image.blob]"));
  EXPECT_THAT(error_after([](Blob& blob) { blob.size = std::uint64_t{1} << 50; }),
              HasSubstr("another number of bytes than it should [image.blob]"));
  EXPECT_THAT(error_after([](Blob& blob) { blob.base = digest_of(numbers(5000)); }),
              HasSubstr("[image.blob]"));
}

TEST_F(FetchIrBlobs, RefusesADifferenceThatGivesSomethingElse) {
  const std::string base(10'000, 'a');
  packed_.add_unit(base, 0);
  const Digest other = packed_.add_difference(base, base + "x", 0);
  const Digest claimed = digest_of(base + "y");
  packed_.ir.blobs[claimed] = packed_.ir.blobs[other];
  const IrImage image = packed_.open().value();
  EXPECT_THAT(error_of(fetch_ir_blobs(image, {claimed}, folder_.path())),
              HasSubstr("gives something else [image.blob]"));
}

/// An image of two configurations.
class TakeConfiguration : public ::testing::Test {
 protected:
  void SetUp() override {
    packed_.ir.points = {{.name = "openmp", .values = {{.name = "off"}, {.name = "on"}}}};
    packed_.ir.configurations = {{.name = "openmp=off", .values = {{"openmp", "off"}}},
                                 {.name = "openmp=on", .values = {{"openmp", "on"}}}};
    second_ = packed_.add_runnable("second");
    packed_.ir.configurations[1].install = {.image = packed_.config_of(second_),
                                            .glibc_floor = "2.35"};
    second_.platform = Platform{.architecture = "unknown", .os = "unknown"};
    second_.annotations = {{std::string(k_annotation_configuration), "openmp=on"}};
  }
  /// The entry point of the image that configuration `index` is.
  std::string taken(std::size_t index) {
    packed_.entries = {second_};
    const auto image = take_configuration(packed_.open().value(), index);
    return image ? image->generic.config.entrypoint.at(0)
                 : image.error().message() + " [" + image.error().code() + "]";
  }

  PackedImage packed_;
  Descriptor second_;
};

TEST_F(TakeConfiguration, FindsItsImage) {
  EXPECT_EQ(taken(0), "generic");
  EXPECT_EQ(taken(1), "second");
  const auto image = take_configuration(packed_.open().value(), 1).value();
  EXPECT_EQ(image.ir.configurations.size(), 1U);
  EXPECT_EQ(image.ir.glibc_floor, "2.35");
}

TEST_F(TakeConfiguration, FindsItByItsConfigWithoutAnnotation) {
  second_.annotations.clear();
  EXPECT_EQ(taken(1), "second");
}

TEST_F(TakeConfiguration, FindsItByItsAnnotationWhereTheConfigWasWrittenAnew) {
  packed_.ir.configurations[1].install->image = digest_of("what it was");
  EXPECT_EQ(taken(1), "second");
  second_.annotations.clear();
  EXPECT_THAT(taken(1), HasSubstr("holds no image of its configuration `openmp=on` "
                                  "[image.no-configuration]"));
}

TEST_F(TakeConfiguration, SaysWhenACopyLeftItBehind) {
  std::filesystem::remove(packed_.layout().blob_path(second_.digest));
  EXPECT_EQ(taken(0), "generic");
  EXPECT_THAT(taken(1), HasSubstr("[image.no-configuration]"));
}

TEST_F(TakeConfiguration, LeavesItOutOfWhatPlainClientsRun) {
  packed_.entries = {second_};
  const IrImage image = packed_.open().value();
  const auto runnables = find_runnables(image.layout, image.reference);
  ASSERT_TRUE(runnables);
  ASSERT_EQ(runnables->size(), 1U);
  EXPECT_EQ(runnables->at(0).config.entrypoint.at(0), "generic");
}

}  // namespace
}  // namespace xaas
