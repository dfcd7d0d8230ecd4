// SPDX-License-Identifier: Apache-2.0
#include "raw_layer.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::put_raw_layer;
using testing::RawMember;

class ValidateImageTest : public ::testing::Test {
 protected:
  WrittenLayer layer() {
    return std::move(
        *write_layer(layout_, {{"bin/app", LayerFile{.content = std::string("x"), .mode = 0755}}},
                     Compression::gzip));
  }

  ImageConfig config_of(const WrittenLayer& written) {
    return {.platform = {.architecture = "amd64", .os = "linux"},
            .environment = {"PATH=/bin"},
            .entrypoint = {"/bin/app"},
            .diff_ids = {written.diff_id},
            .history = {"test"}};
  }

  Descriptor put(std::string_view text, std::string_view media_type) {
    return std::move(*layout_.put_blob(text, media_type));
  }

  Descriptor put_image(const Descriptor& config, std::vector<Descriptor> layers) {
    return put(print_manifest({.config = config, .layers = std::move(layers)}), k_media_manifest);
  }

  Descriptor good_image() {
    const auto written = layer();
    return put_image(put(print_config(config_of(written)), k_media_config), {written.descriptor});
  }

  /// A runnable image whose config is this text.
  Descriptor image_with_config(const std::string& text) {
    return put_image(put(text, k_media_config), {layer().descriptor});
  }

  Descriptor image_with_layer(const Descriptor& descriptor) {
    ImageConfig config = config_of(layer());
    config.diff_ids = {descriptor.digest};  // of an uncompressed layer these are the same
    return put_image(put(print_config(config), k_media_config), {descriptor});
  }

  std::vector<std::string> breaches(const Descriptor& descriptor) {
    auto found = validate_image(layout_, descriptor);
    EXPECT_TRUE(found) << found.error().message();
    return found.value_or(std::vector<std::string>{});
  }

  TemporaryFolder folder_ = std::move(*TemporaryFolder::make());
  Layout layout_ = std::move(*Layout::open_or_create(folder_.path() / "layout"));
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

TEST_F(ValidateImageTest, AcceptsWhatWeWrite) {
  EXPECT_THAT(breaches(good_image()), IsEmpty());
}

TEST_F(ValidateImageTest, AcceptsAnIndexOfAnImageAndAnArtifact) {
  auto image = good_image();
  image.platform = Platform{.architecture = "amd64", .os = "linux"};
  const auto units = write_layer(layout_, {{"u", LayerFile{}}}, Compression::zstd,
                                 "application/vnd.example.layer.v0.tar+zstd");
  auto artifact = put(print_manifest({.artifact_type = "application/vnd.example.v0+json",
                                      .config = put("anything", "application/vnd.example.v0+json"),
                                      .layers = {units->descriptor},
                                      .subject = image}),
                      k_media_manifest);
  artifact.platform = Platform{.architecture = "unknown", .os = "unknown"};
  artifact.annotations = {{"org.example", "0"}};
  const auto index = put(print_index({.manifests = {image, artifact}}), k_media_index);
  EXPECT_THAT(breaches(index), IsEmpty());
  const auto outer = put(print_index({.manifests = {index}}), k_media_index);
  EXPECT_THAT(breaches(outer), IsEmpty());
}

TEST_F(ValidateImageTest, FollowsAnIndexToItsManifests) {
  const auto bad = put(R"({"schemaVersion": 1, "layers": []})", k_media_manifest);
  const auto inner = put(print_index({.manifests = {bad}}), k_media_index);
  const auto outer = put(print_index({.manifests = {inner}}), k_media_index);
  EXPECT_THAT(breaches(outer), ElementsAre(HasSubstr("field `schemaVersion` must be 2"),
                                           HasSubstr("field `config` is required")));
}

TEST_F(ValidateImageTest, NamesABlobThatIsMissing) {
  const auto written = layer();
  const auto image =
      put_image(put(print_config(config_of(written)), k_media_config), {written.descriptor});
  ASSERT_TRUE(std::filesystem::remove(layout_.blob_path(written.descriptor.digest)));
  EXPECT_THAT(breaches(image), ElementsAre(AllOf(HasSubstr(written.descriptor.digest.str()),
                                                 HasSubstr("is not in the layout"))));
}

TEST_F(ValidateImageTest, NamesABlobWithAFlippedByte) {
  const auto written = layer();
  const auto image =
      put_image(put(print_config(config_of(written)), k_media_config), {written.descriptor});
  auto bytes = *layout_.read_blob(written.descriptor);
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  ASSERT_TRUE(write_file(layout_.blob_path(written.descriptor.digest), bytes));
  EXPECT_THAT(breaches(image), ElementsAre(HasSubstr("has the content of")));
}

TEST_F(ValidateImageTest, ChecksTheBlobsOfArtifacts) {
  const Descriptor missing{
      .media_type = "application/vnd.example.layer", .digest = digest_of("missing"), .size = 7};
  const auto artifact = put(print_manifest({.artifact_type = "application/vnd.example",
                                            .config = put("{}", "application/vnd.example"),
                                            .layers = {missing}}),
                            k_media_manifest);
  EXPECT_THAT(breaches(artifact), ElementsAre(HasSubstr("is not in the layout")));
}

TEST_F(ValidateImageTest, ComparesDiffIds) {
  auto config = config_of(layer());
  config.diff_ids = {digest_of("other")};
  EXPECT_THAT(breaches(image_with_config(print_config(config))),
              ElementsAre(HasSubstr("but its diff_id is `" + digest_of("other").str())));
}

TEST_F(ValidateImageTest, CountsDiffIds) {
  auto config = config_of(layer());
  config.diff_ids.push_back(config.diff_ids.front());
  EXPECT_THAT(breaches(image_with_config(print_config(config))),
              ElementsAre(HasSubstr("has 1 layers but its config 2 diff_ids")));
}

TEST_F(ValidateImageTest, NamesEachFieldOfAConfigThatIsWrong) {
  const auto found = breaches(image_with_config(
      R"({"created": 1, "os": 2, "variant": 3,
          "config": {"Env": ["NAME"], "Entrypoint": "x", "Cmd": [1], "WorkingDir": [], "User": 0,
                     "Labels": {"a": 1}},
          "rootfs": {"type": "tree", "diff_ids": ["sha256:0"]},
          "history": [1, {"created_by": 2, "empty_layer": "no"}]})"));
  for (const auto* text :
       {"`architecture` is required", "`os` must be a string", "`variant` must be a string",
        "`created` must be a string", "`Env[0]` must be `NAME=value`",
        "`Entrypoint` must be an array of strings", "`Cmd` must be an array of strings",
        "`WorkingDir` must be a string", "`User` must be a string",
        "`Labels` must map strings to strings", "`rootfs.type` must be `layers`",
        "`rootfs.diff_ids[0]` must be `sha256:` and 64", "`history[0]` must be an object",
        "`created_by` must be a string", "`empty_layer` must be true or false"})
    EXPECT_THAT(found, Contains(HasSubstr(text))) << text;
  EXPECT_EQ(found.size(), 15U);
}

TEST_F(ValidateImageTest, RequiresRootfs) {
  EXPECT_THAT(breaches(image_with_config(R"({"architecture": "a", "os": "l"})")),
              Contains(HasSubstr("`rootfs` is required")));
  EXPECT_THAT(breaches(image_with_config(
                  R"({"architecture": "a", "os": "l", "rootfs": {"type": "layers"}})")),
              Contains(HasSubstr("`rootfs.diff_ids` is required")));
}

TEST_F(ValidateImageTest, SaysThatAConfigIsNoJson) {
  EXPECT_THAT(breaches(image_with_config("no json")), Contains(HasSubstr("config `sha256:")));
}

TEST_F(ValidateImageTest, NamesEachFieldOfADescriptorThatIsWrong) {
  const auto found = breaches(put(
      R"({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
          "artifactType": "no type", "annotations": {"a": 1}, "subject": 1, "manifests": [
            1, {}, {"mediaType": "x", "digest": "sha512:00", "size": -1, "urls": "u", "data": 1,
                    "annotations": [], "artifactType": "/",
                    "platform": {"os": "linux", "os.features": "f"}},
            {"mediaType": "a/b", "digest": 1, "size": "1"}, {"mediaType": "a/b", "digest":
            "sha256:AA", "size": 1, "platform": 1}]})",
      k_media_index));
  for (const auto* text :
       {"`artifactType` must be a media type by RFC 6838, not `no type`",
        "`annotations` must map strings", "`subject` must be a descriptor",
        "`manifests[0]` must be a descriptor", "`manifests[1]`, field `mediaType` is required",
        "`manifests[1]`, field `digest` is required", "`manifests[1]`, field `size` is required",
        "must be a media type by RFC 6838, not `x`", "must be a sha256 digest",
        "`size` must be a whole number", "`urls` must be an array", "`data` must be a string",
        "must be a media type by RFC 6838, not `/`", "`architecture` is required",
        "`os.features` must be an array", "`digest` must be a string",
        "`digest` must be `sha256:` and 64", "`platform` must be an object"})
    EXPECT_THAT(found, Contains(HasSubstr(text))) << text;
}

TEST_F(ValidateImageTest, RequiresManifestsAndLayers) {
  EXPECT_THAT(breaches(put(R"({"schemaVersion": 2})", k_media_index)),
              ElementsAre(HasSubstr("`manifests` is required")));
  EXPECT_THAT(breaches(put(R"({"schemaVersion": 2})", k_media_manifest)),
              ElementsAre(HasSubstr("`config` is required"), HasSubstr("`layers` is required")));
}

TEST_F(ValidateImageTest, RequiresTheMediaTypeOfTheDescriptor) {
  const auto text = print_index({});
  EXPECT_THAT(breaches(put(text, k_media_manifest)),
              Contains(HasSubstr("`mediaType` must be `application/vnd.oci.image.manifest")));
}

TEST_F(ValidateImageTest, RequiresATypeForAnArtifactWithEmptyConfig) {
  const auto empty = put("{}", "application/vnd.oci.empty.v1+json");
  EXPECT_THAT(breaches(put_image(empty, {})), ElementsAre(HasSubstr("`artifactType` is required")));
  const auto not_empty = put("{ }", "application/vnd.oci.empty.v1+json");
  EXPECT_THAT(breaches(put(print_manifest({.artifact_type = "a/b", .config = not_empty}),
                           k_media_manifest)),
              ElementsAre(HasSubstr("its blob is not `{}`")));
}

TEST_F(ValidateImageTest, NamesEntriesOfALayerThatAreThereTwice) {
  const auto raw = put_raw_layer(layout_, {RawMember{.name = "a"}, RawMember{.name = "./a"}});
  EXPECT_THAT(breaches(image_with_layer(raw)), ElementsAre(HasSubstr("two entries for `a`")));
}

TEST_F(ValidateImageTest, NamesWhiteoutsThatAreNone) {
  const auto raw =
      put_raw_layer(layout_, {RawMember{.name = ".wh.d", .type = '5'}, RawMember{.name = ".wh.e/f"},
                              RawMember{.name = ".wh.g"}});
  EXPECT_THAT(breaches(image_with_layer(raw)), ElementsAre(HasSubstr("whiteout name `.wh.d`"),
                                                           HasSubstr("whiteout name `.wh.e/f`")));
}

TEST_F(ValidateImageTest, NamesALayerThatIsNoArchive) {
  const auto raw = put(std::string(2000, 'x'), k_media_layer_tar);
  EXPECT_THAT(breaches(image_with_layer(raw)), ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(ValidateImageTest, NamesALinkWithoutTarget) {
  const auto raw = put_raw_layer(layout_, {RawMember{.name = "l", .type = '2'}});
  EXPECT_THAT(breaches(image_with_layer(raw)), ElementsAre(HasSubstr("link `l` without a target")));
}

TEST_F(ValidateImageTest, IgnoresLayersOfUnknownTypesButNotTheirBytes) {
  auto raw = put("not a tar", "application/vnd.example.unknown");
  EXPECT_THAT(breaches(image_with_layer(raw)), IsEmpty());
  raw.size += 1;
  EXPECT_THAT(breaches(image_with_layer(raw)), ElementsAre(HasSubstr("its descriptor says 10")));
}

TEST_F(ValidateImageTest, DoesNotFollowEndlessNesting) {
  auto index = put(print_index({}), k_media_index);
  for (int depth = 0; depth < 30; ++depth)
    index = put(print_index({.manifests = {index}}), k_media_index);
  EXPECT_THAT(breaches(index), ElementsAre(HasSubstr("nested too deep")));
}

TEST_F(ValidateImageTest, RefusesADuplicateKey) {
  const auto text = replaced(print_index({}), "\"schemaVersion\": 2,",
                             "\"schemaVersion\": 2, \"schemaVersion\": 2,");
  EXPECT_THAT(breaches(put(text, k_media_index)), ElementsAre(HasSubstr("occurs twice")));
}

}  // namespace
}  // namespace xaas
