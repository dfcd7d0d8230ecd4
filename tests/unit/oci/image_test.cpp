// SPDX-License-Identifier: Apache-2.0
#include "xaas/oci/image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Descriptor some_descriptor() {
  return {.media_type = std::string(k_media_manifest),
          .digest = digest_of("x"),
          .size = 1,
          .platform = Platform{.architecture = "arm64", .os = "linux", .variant = "v8"},
          .annotations = {{"b", "2"}, {"a", "1"}}};
}

/// What is said and where, so that one expectation sees both.
template <class T>
std::string error_text(const Result<T>& result) {
  if (result) return "no error";
  std::string text = result.error().message();
  for (const auto& note : result.error().context()) text += "\n" + note;
  return text;
}

std::string manifest_with(const std::string& config, const std::string& layers) {
  return R"({"schemaVersion": 2, "config": )" + config + R"(, "layers": )" + layers + "}";
}

std::string descriptor_text(const std::string& digest, const std::string& size) {
  return R"({"mediaType": "a/b", "digest": ")" + digest + R"(", "size": )" + size + "}";
}

const std::string k_good = descriptor_text(digest_of("x").str(), "1");

TEST(PrintIndex, IsThisText) {
  EXPECT_EQ(print_index({.manifests = {some_descriptor()}, .annotations = {{"k", "v"}}}),
            R"({
  "schemaVersion": 2,
  "mediaType": "application/vnd.oci.image.index.v1+json",
  "manifests": [
    {
      "mediaType": "application/vnd.oci.image.manifest.v1+json",
      "digest": "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
      "size": 1,
      "platform": {
        "architecture": "arm64",
        "os": "linux",
        "variant": "v8"
      },
      "annotations": {
        "a": "1",
        "b": "2"
      }
    }
  ],
  "annotations": {
    "k": "v"
  }
}
)");
}

TEST(PrintConfig, IsThisText) {
  const ImageConfig config{.platform = {.architecture = "amd64", .os = "linux", .variant = ""},
                           .environment = {"PATH=/usr/bin"},
                           .entrypoint = {"/bin/app"},
                           .command = {},
                           .working_folder = "/",
                           .labels = {{"l", "1"}},
                           .diff_ids = {digest_of("x")},
                           .history = {"made by hand"}};
  EXPECT_EQ(print_config(config), R"({
  "created": "1970-01-01T00:00:00Z",
  "architecture": "amd64",
  "os": "linux",
  "config": {
    "Env": [
      "PATH=/usr/bin"
    ],
    "Entrypoint": [
      "/bin/app"
    ],
    "WorkingDir": "/",
    "Labels": {
      "l": "1"
    }
  },
  "rootfs": {
    "type": "layers",
    "diff_ids": [
      "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    ]
  },
  "history": [
    {
      "created": "1970-01-01T00:00:00Z",
      "created_by": "made by hand"
    }
  ]
}
)");
}

TEST(ParseIndex, ReadsWhatWasPrinted) {
  const ImageIndex index{.manifests = {some_descriptor()}, .annotations = {{"k", "v"}}};
  const auto read = parse_index(print_index(index));
  ASSERT_TRUE(read) << error_text(read);
  EXPECT_EQ(print_index(*read), print_index(index));
  EXPECT_EQ(read->manifests.at(0).platform->variant, "v8");
}

TEST(ParseManifest, ReadsWhatWasPrinted) {
  const ImageManifest manifest{.artifact_type = "application/vnd.example+json",
                               .config = some_descriptor(),
                               .layers = {some_descriptor(), some_descriptor()},
                               .subject = some_descriptor(),
                               .annotations = {{"k", "v"}}};
  const auto read = parse_manifest(print_manifest(manifest));
  ASSERT_TRUE(read) << error_text(read);
  EXPECT_EQ(print_manifest(*read), print_manifest(manifest));
  EXPECT_EQ(read->artifact_type, "application/vnd.example+json");
  EXPECT_EQ(read->layers.size(), 2U);
  EXPECT_EQ(read->subject->digest, digest_of("x"));
}

TEST(ParseConfig, ReadsWhatWasPrinted) {
  const ImageConfig config{.platform = {.architecture = "arm64", .os = "linux", .variant = "v8"},
                           .environment = {"A=1", "B="},
                           .entrypoint = {"/bin/app", "-x"},
                           .command = {"run"},
                           .working_folder = "/w",
                           .labels = {{"l", "1"}},
                           .diff_ids = {digest_of("x"), digest_of("y")},
                           .history = {"one", "two"}};
  const auto read = parse_config(print_config(config));
  ASSERT_TRUE(read) << error_text(read);
  EXPECT_EQ(print_config(*read), print_config(config));
  EXPECT_THAT(read->environment, ElementsAre("A=1", "B="));
  EXPECT_THAT(read->diff_ids, ElementsAre(digest_of("x"), digest_of("y")));
}

TEST(ParseConfig, TakesNullForAbsentAndSkipsHistoryWithoutLayer) {
  const auto read = parse_config(
      R"({"architecture": "amd64", "os": "linux", "config": {"Cmd": null, "Unknown": [1]},
          "rootfs": {"type": "layers", "diff_ids": []}, "more": {},
          "history": [{"created_by": "a", "empty_layer": true}, {"created_by": "b"}]})");
  ASSERT_TRUE(read) << error_text(read);
  EXPECT_THAT(read->command, IsEmpty());
  EXPECT_THAT(read->history, ElementsAre("b"));
}

TEST(ParseConfig, RefusesAnotherRootfs) {
  const auto read = parse_config(
      R"({"architecture": "amd64", "os": "linux", "rootfs": {"type": "tree", "diff_ids": []}})");
  EXPECT_THAT(error_text(read), HasSubstr("field `rootfs.type` must be `layers`"));
}

TEST(ParseConfig, NamesTheDiffIdThatIsBroken) {
  const auto read = parse_config(
      R"({"architecture": "a", "os": "l", "rootfs": {"type": "layers", "diff_ids": ["sha256:0"]}})");
  EXPECT_THAT(error_text(read), HasSubstr("rootfs.diff_ids[0]"));
}

TEST(ParseConfig, RefusesConfigWithoutDiffIds) {
  const auto read =
      parse_config(R"({"architecture": "a", "os": "l", "rootfs": {"type": "layers"}})");
  EXPECT_THAT(error_text(read), HasSubstr("field `rootfs.diff_ids` is missing"));
}

TEST(ParseIndex, TakesNullManifestsForNone) {
  const auto read = parse_index(R"({"schemaVersion":2,"manifests":null})");
  ASSERT_TRUE(read) << error_text(read);
  EXPECT_THAT(read->manifests, IsEmpty());
}

TEST(ParseIndex, RefusesAnIndexWithoutManifests) {
  EXPECT_THAT(error_text(parse_index(R"({"schemaVersion":2})")),
              HasSubstr("field `manifests` is missing"));
}

TEST(ParseIndex, RefusesTheSchemaOfDocker1) {
  EXPECT_THAT(error_text(parse_index(R"({"schemaVersion":1,"manifests":[]})")),
              HasSubstr("field `schemaVersion` must be 2"));
}

TEST(ParseIndex, RefusesAManifest) {
  EXPECT_THAT(error_text(parse_index(print_manifest({.config = some_descriptor()}))),
              HasSubstr("field `mediaType` must be `application/vnd.oci.image.index.v1+json`"));
}

TEST(ParseIndex, RefusesAPlatformWithoutSystem) {
  const auto read = parse_index(
      R"({"schemaVersion":2,"manifests":[{"mediaType": "a/b", "digest": ")" + digest_of("x").str() +
      R"(", "size": 1, "platform": {"architecture": "amd64"}}]})");
  EXPECT_THAT(error_text(read), HasSubstr("manifests[0].platform.os"));
}

TEST(ParseManifest, RefusesAKeyThatIsThereTwice) {
  const auto read = parse_manifest(R"({"schemaVersion": 2, "config": )" + k_good +
                                   R"(, "layers": [], "annotations": {"a": "1", "a": "2"}})");
  EXPECT_THAT(error_text(read), HasSubstr("the key `a` occurs twice"));
}

TEST(ParseManifest, AllowsTheSameKeyInTwoObjects) {
  const auto read = parse_manifest(manifest_with(k_good, "[" + k_good + "," + k_good + "]"));
  EXPECT_TRUE(read) << error_text(read);
}

TEST(ParseManifest, NamesTheLayerWhoseSizeIsNegative) {
  const auto read = parse_manifest(manifest_with(
      k_good, "[" + k_good + "," + descriptor_text(digest_of("x").str(), "-1") + "]"));
  EXPECT_THAT(error_text(read), HasSubstr("layers[1].size"));
}

TEST(ParseManifest, NamesTheDigestThatIsBroken) {
  EXPECT_THAT(error_text(parse_manifest(manifest_with(descriptor_text("sha256:AB", "1"), "[]"))),
              HasSubstr("config.digest"));
}

TEST(ParseManifest, RefusesAnAnnotationThatIsNoString) {
  const auto read = parse_manifest(R"({"schemaVersion": 2, "config": )" + k_good +
                                   R"(, "layers": [], "annotations": {"a": 1}})");
  EXPECT_THAT(error_text(read), HasSubstr("field `annotations.a` must be a string"));
}

TEST(ParseManifest, RefusesAManifestWithoutLayers) {
  EXPECT_THAT(error_text(parse_manifest(R"({"schemaVersion": 2, "config": )" + k_good + "}")),
              HasSubstr("field `layers` is missing"));
}

TEST(ParseManifest, RefusesWhatIsNoObject) {
  const auto read = parse_manifest("[1]");
  EXPECT_THAT(error_text(read), HasSubstr("a JSON array, not an object"));
  EXPECT_THAT(error_text(read), HasSubstr("reading an image manifest"));
}

}  // namespace
}  // namespace xaas
