// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/manifest.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace xaas {
namespace {

using testing::HasSubstr;

/// A manifest with every kind of item once.
IrManifest sample() {
  const Digest unit = digest_of("unit");
  const Digest object = digest_of("object");
  const Digest crt = digest_of("crt1.o");
  const Digest private_library = digest_of("libprivate.so");
  IrManifest manifest{
      .application = "sample",
      .producer = "xaas-build 0.1.0",
      .llvm_version = "22.1.8",
      .architecture = "amd64",
      .triple = "x86_64-unknown-linux-gnu",
      .baseline = "x86-64",
      .glibc_floor = "2.34",
      .glibc_version = "2.36",
      .build_system = "make",
      .install = {.prefix = "/usr/local",
                  .placeholder = placeholder_prefix(),
                  .files = {{.path = "/usr/local/bin/app", .is_text = false, .places = {8, 200}},
                            {.path = "/usr/local/lib/app.pc", .is_text = true, .places = {7}}},
                  .unreached = {"/usr/local/bin/tool"}}};
  manifest.packages = {{.name = "sample"}, {.name = "libslow", .ir = digest_of("another IR")}};
  manifest.units = {{.source = "a.c",
                     .language = "c",
                     .bitcode = unit,
                     .pipeline_flags = {"-O2"},
                     .floor = {"avx", "avx2"},
                     .explicit_functions = {"kernel"},
                     .neutralized = {"-march=native"},
                     .numerics = {.multiply_adds = 2, .fused = true, .math_calls = {"exp"}},
                     .names_prefix = true,
                     .text_bytes = 100},
                    {.source = "slow.c",
                     .package = 1,
                     .language = "c",
                     .bitcode = unit,
                     .machine_code = object,
                     .debug_bitcode = digest_of("unit -g"),
                     .debug_machine_code = digest_of("object -g"),
                     .reason = "compiled without optimization",
                     .text_bytes = 50},
                    {.source = "start.S",
                     .language = "assembler",
                     .machine_code = object,
                     .reason = "assembly",
                     .text_bytes = 50}};
  manifest.links = {
      {.name = "app",
       .kind = LinkKind::executable,
       .items = {LinkOption{"--pie"}, LinkFile{.prefix = "", .name = "crt1.o", .content = crt},
                 LinkUnit{0}, LinkArchive{.name = "libslow.a", .members = {1, 2}, .whole = true},
                 LinkLibrary{.soname = "libc.so.6", .path = "/lib/libc.so.6", .content = {}},
                 LinkLibrary{.soname = "libprivate.so", .path = "", .content = private_library}}}};
  manifest.products = {{.path = "/usr/local/bin/app",
                        .link = 0,
                        .build_id = "abcd",
                        .strip = StripLevel::all,
                        .runpath = std::vector<std::string>{"$ORIGIN/../lib"}},
                       {.path = "/usr/local/bin/app2", .link = 0}};
  manifest.generic_files = {{.path = "/usr/local/bin/tool", .reason = "no captured link made it"}};
  manifest.configurations = {{.name = "default", .products = {0, 1}}};
  for (const Digest& digest : referenced_blobs(manifest)) manifest.blobs[digest].size = 1;
  for (const Digest& digest : debug_blobs(manifest)) manifest.blobs[digest].size = 1;
  return manifest;
}

std::string error_after(const std::function<void(Json&)>& change) {
  Json json = *parse_json(print_ir_manifest(sample()));
  change(json);
  const auto parsed = parse_ir_manifest(json.dump());
  return parsed ? "" : parsed.error().message();
}

TEST(ParseIrManifest, GivesBackWhatWasPrinted) {
  const std::string text = print_ir_manifest(sample());
  const auto parsed = parse_ir_manifest(text);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(print_ir_manifest(*parsed), text);
  EXPECT_EQ(parsed->products[0].runpath, sample().products[0].runpath);
  EXPECT_FALSE(parsed->products[1].runpath.has_value());
  EXPECT_EQ(std::get<LinkArchive>(parsed->links[0].items[3]).members,
            (std::vector<std::size_t>{1, 2}));
}

/// Two configurations, variants, and a blob that is stored as a difference.
IrManifest sample_of_two() {
  IrManifest manifest = sample();
  manifest.points = {
      {.name = "simd",
       .kind = PointKind::cpu_simd,
       .description = "vectors",
       .values = {{.name = "none"},
                  {.name = "avx2", .requirements = {.cpu = {"avx2"}}, .preference = 20}}},
      {.name = "gpu",
       .kind = PointKind::gpu,
       .values = {{.name = "off",
                   .requirements = {.gpu_backend = "cuda",
                                    .gpu_architectures = {"sm_90"},
                                    .mpi = "mpich",
                                    .libraries = {{.name = "libhdf5", .version = "1.10"}}}}}}};
  manifest.isas = {"x86-64-v2", "x86-64-v3"};
  manifest.units[0].asks = {"__AVX2__"};
  manifest.units[0].variants = {{.isa = "x86-64-v3",
                                 .needs = {"avx", "avx2"},
                                 .bitcode = digest_of("unit for v3"),
                                 .explicit_functions = {"kernel"},
                                 .numerics = {.multiply_adds = 1},
                                 .names_prefix = true}};
  manifest.units[1].is_abi_bound = true;
  manifest.units[1].differs_from = 0;
  manifest.units[1].differences = {
      {.kind = UnitDifference::Kind::flag, .name = "-O0", .here = "-O0", .there = ""},
      {.kind = UnitDifference::Kind::macro, .name = "MPI", .here = "1", .there = ""},
      {.kind = UnitDifference::Kind::file, .name = "config.h", .here = "a", .there = "b"}};
  manifest.configurations = {
      {.name = "gpu=off,simd=none", .products = {0}, .values = {{"gpu", "off"}, {"simd", "none"}}},
      {.name = "gpu=off,simd=avx2",
       .products = {1},
       .values = {{"gpu", "off"}, {"simd", "avx2"}},
       .install = ConfigurationInstall{
           .image = digest_of("config"),
           .files = {{.path = "/usr/local/bin/app2", .is_text = false, .places = {16}}},
           .unreached = {"/usr/local/bin/other"},
           .generic_files = {{.path = "/usr/local/x", .reason = "data"}},
           .glibc_floor = "2.35",
           .glibc_version = "2.36"}}};
  manifest.blobs[digest_of("unit for v3")] = {.size = 9,
                                              .layer = 1,
                                              .base = digest_of("unit"),
                                              .stored = digest_of("delta"),
                                              .stored_size = 3};
  return manifest;
}

TEST(ParseIrManifest, GivesBackConfigurationsAndVariants) {
  const IrManifest manifest = sample_of_two();
  const auto parsed = parse_ir_manifest(print_ir_manifest(manifest));
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, manifest);
}

TEST(ParseIrManifest, GivesBackWhatALinkTakesOfALibrary) {
  IrManifest manifest = sample();
  std::get<LinkLibrary>(manifest.links[0].items.back()).uses = {{"begin", "end@PRIVATE_2"}};
  const auto parsed = parse_ir_manifest(print_ir_manifest(manifest));
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, manifest);
}

/// What was added to version 1 with configurations. Never change the file.
TEST(ParseIrManifest, ReadsTheConfigurationsOfVersion1) {
  const auto text =
      read_file(XAAS_SOURCE_DIR "/tests/unit/ir/golden/manifest-1-configurations.json");
  ASSERT_TRUE(text) << text.error().message();
  const auto parsed = parse_ir_manifest(*text);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, sample_of_two());
}

TEST(Configured, PutsWhatOneConfigurationInstallsIntoTheManifest) {
  const IrManifest second = configured(sample_of_two(), 1);
  ASSERT_EQ(second.configurations.size(), 1U);
  EXPECT_EQ(second.configurations[0].products, std::vector<std::size_t>{1});
  EXPECT_FALSE(second.configurations[0].install.has_value());
  EXPECT_EQ(second.glibc_floor, "2.35");
  EXPECT_EQ(second.install.files.at(0).path, "/usr/local/bin/app2");
  EXPECT_EQ(second.install.unreached, std::vector<std::string>{"/usr/local/bin/other"});
  EXPECT_EQ(second.generic_files.at(0).path, "/usr/local/x");
  const IrManifest first = configured(sample_of_two(), 0);
  EXPECT_EQ(first.install, sample().install);
  EXPECT_EQ(first.glibc_floor, "2.34");
}

std::string error_of_two_after(const std::function<void(IrManifest&)>& change) {
  IrManifest manifest = sample_of_two();
  change(manifest);
  const auto parsed = parse_ir_manifest(print_ir_manifest(manifest));
  return parsed ? "" : parsed.error().message();
}

TEST(ParseIrManifest, RefusesConfigurationsThatNothingDescribes) {
  EXPECT_THAT(error_of_two_after([](auto& ir) { ir.configurations[1].install.reset(); }),
              HasSubstr("`configurations[1]` has no `install`"));
  EXPECT_THAT(error_of_two_after(
                  [](auto& ir) { ir.configurations[0].install = ir.configurations[1].install; }),
              HasSubstr("`configurations[0]` has an `install`"));
  EXPECT_THAT(error_of_two_after([](auto& ir) { ir.configurations[1].values["simd"] = "sse9"; }),
              HasSubstr("no value of the point `simd`"));
  EXPECT_THAT(error_of_two_after(
                  [](auto& ir) { ir.configurations[1].install->unreached = {"/../etc/passwd"}; }),
              HasSubstr("configurations[1].install.unreached"));
}

TEST(ParseIrManifest, RefusesFormsThatAreNotStored) {
  const Digest v3 = digest_of("unit for v3");
  EXPECT_THAT(error_of_two_after([&](auto& ir) { ir.blobs.erase(v3); }),
              HasSubstr("units[0].variants"));
  EXPECT_THAT(error_of_two_after([&](auto& ir) { ir.blobs[v3].base = v3; }),
              HasSubstr("is a difference from"));
  EXPECT_THAT(error_of_two_after([&](auto& ir) { ir.blobs[v3].base = digest_of("nothing"); }),
              HasSubstr("is a difference from"));
  EXPECT_THAT(error_of_two_after([](auto& ir) { ir.units[1].differs_from = 9; }),
              HasSubstr("units[1].differs_from"));
  EXPECT_THAT(error_of_two_after([](auto& ir) { ir.units[0].is_abi_bound = true; }),
              HasSubstr("`units[0]` has no machine code"));
}

/// What xaas-build 0.1 wrote. Never change the file: every later version reads it, and this is what
/// it says.
TEST(ParseIrManifest, ReadsVersion1) {
  const auto text = read_file(XAAS_SOURCE_DIR "/tests/unit/ir/golden/manifest-1.json");
  ASSERT_TRUE(text) << text.error().message();
  const auto parsed = parse_ir_manifest(*text);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->application, "sample");
  EXPECT_EQ(parsed->llvm_version, "22.1.8");
  EXPECT_EQ(parsed->glibc_floor + " " + parsed->glibc_version, "2.34 2.36");
  const Install& install = parsed->install;
  EXPECT_EQ(install.prefix, "/usr/local");
  EXPECT_EQ(install.placeholder.size(), 128U);
  EXPECT_EQ(install.files.at(0),
            (PrefixedFile{.path = "/usr/local/bin/app", .is_text = false, .places = {8, 200}}));
  EXPECT_EQ(install.files.at(1),
            (PrefixedFile{.path = "/usr/local/lib/app.pc", .is_text = true, .places = {7}}));
  EXPECT_EQ(install.unreached, std::vector<std::string>{"/usr/local/bin/tool"});
  EXPECT_EQ(parsed->packages.at(1), (Package{"libslow", digest_of("another IR")}));
  EXPECT_EQ(parsed->blobs.size(), 6U);
  EXPECT_EQ(parsed->generic_files.at(0).path, "/usr/local/bin/tool");
  EXPECT_EQ(parsed->configurations.at(0), (Configuration{.name = "default", .products = {0, 1}}));
}

TEST(ParseIrManifest, ReadsTheUnitsOfVersion1) {
  const auto parsed =
      parse_ir_manifest(*read_file(XAAS_SOURCE_DIR "/tests/unit/ir/golden/manifest-1.json"));
  ASSERT_TRUE(parsed) << parsed.error().message();
  ASSERT_EQ(parsed->units.size(), 3U);
  EXPECT_EQ(parsed->units[0],
            (TranslationUnit{.source = "a.c",
                             .language = "c",
                             .bitcode = digest_of("unit"),
                             .pipeline_flags = {"-O2"},
                             .floor = {"avx", "avx2"},
                             .explicit_functions = {"kernel"},
                             .neutralized = {"-march=native"},
                             .numerics = {.multiply_adds = 2, .fused = true, .math_calls = {"exp"}},
                             .names_prefix = true,
                             .text_bytes = 100}));
  EXPECT_EQ(parsed->units[1].package, 1U);
  EXPECT_EQ(parsed->units[1].machine_code, digest_of("object"));
  EXPECT_EQ(parsed->units[1].debug_bitcode, digest_of("unit -g"));
  EXPECT_EQ(parsed->units[1].debug_machine_code, digest_of("object -g"));
  EXPECT_EQ(parsed->units[1].reason, "compiled without optimization");
  EXPECT_TRUE(parsed->units[2].bitcode.is_empty());
}

TEST(ParseIrManifest, ReadsTheLinksOfVersion1) {
  const auto parsed =
      parse_ir_manifest(*read_file(XAAS_SOURCE_DIR "/tests/unit/ir/golden/manifest-1.json"));
  ASSERT_TRUE(parsed) << parsed.error().message();
  const std::vector<LinkItem> items{
      LinkOption{"--pie"},
      LinkFile{.prefix = "", .name = "crt1.o", .content = digest_of("crt1.o")},
      LinkUnit{0},
      LinkArchive{.name = "libslow.a", .members = {1, 2}, .whole = true},
      LinkLibrary{.soname = "libc.so.6", .path = "/lib/libc.so.6", .content = {}},
      LinkLibrary{.soname = "libprivate.so", .path = "", .content = digest_of("libprivate.so")}};
  EXPECT_EQ(parsed->links.at(0), (Link{"app", LinkKind::executable, items}));
  EXPECT_EQ(parsed->products.at(0),
            (Product{.path = "/usr/local/bin/app",
                     .link = 0,
                     .build_id = "abcd",
                     .strip = StripLevel::all,
                     .runpath = std::vector<std::string>{"$ORIGIN/../lib"}}));
  EXPECT_FALSE(parsed->products.at(1).runpath.has_value());
}

TEST(ParseIrManifest, RefusesOtherVersionsBeforeAnythingElse) {
  const auto error_of = [](const std::string& schema) {
    return parse_ir_manifest(R"({"schema": ")" + schema + R"(", "units": "nonsense"})").error();
  };
  const Error older = error_of("xaas.ir/0");
  EXPECT_EQ(older.kind(), ErrorKind::unsupported);
  EXPECT_EQ(older.message(),
            "the IR manifest is of schema `xaas.ir/0`, from before the format was settled; this "
            "program reads `xaas.ir/1`");
  EXPECT_EQ(older.help(), "package the application again, with this xaas-build");
  const Error newer = error_of("xaas.ir/2");
  EXPECT_EQ(newer.kind(), ErrorKind::unsupported);
  EXPECT_EQ(newer.message(),
            "the IR manifest is of schema `xaas.ir/2`; this program reads `xaas.ir/1`");
  EXPECT_EQ(newer.help(), "use a newer xaas-deploy");
}

TEST(ParseIrManifest, PassesOverWhatLaterProgramsAdd) {
  EXPECT_EQ(error_after([](Json& json) {
              json["units"][0]["device"] = {{{"architecture", "sm_90"}}};
              json["configurations"][0]["launcher"] = "srun";
              json["links"][0]["items"][4]["interface"] = "mpi";
              json["blobs"].push_back(
                  {{"content", digest_of("device code").str()}, {"size", 7}, {"layer", 1}});
            }),
            "");
}

TEST(ParseIrManifest, RefusesADocumentWithoutPackages) {
  EXPECT_EQ(error_after([](Json& json) { json["packages"] = Json::array(); }),
            "`packages` is empty; the first one is the application");
}

TEST(ParseIrManifest, RefusesWhatItWouldMisunderstand) {
  Json json = *parse_json(print_ir_manifest(sample()));
  json["requires"] = {"variants"};
  const auto parsed = parse_ir_manifest(json.dump());
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code(), "ir.requires");
  EXPECT_EQ(parsed.error().message(), "the image needs a reader that knows `variants`");
  EXPECT_EQ(error_after([](Json& later) { later["notes_of_a_later_version"] = "any"; }), "");
}

TEST(ParseIrManifest, DemandsReadersThatKnowOfVectorsOfOneLength) {
  IrManifest manifest = sample_of_two();
  EXPECT_EQ(parse_json(print_ir_manifest(manifest))->at("requires"), Json::array());
  manifest.points[0].values[1].requirements.vector_bits = 512;
  const std::string text = print_ir_manifest(manifest);
  EXPECT_EQ(parse_json(text)->at("requires"), Json({"vector-bits"}));
  const auto parsed = parse_ir_manifest(text);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, manifest);
}

TEST(ParseIrManifest, RefusesWhatIsNotAnObject) {
  EXPECT_FALSE(parse_ir_manifest("[]"));
  EXPECT_FALSE(parse_ir_manifest(""));
  EXPECT_FALSE(parse_ir_manifest("{"));
}

TEST(ParseIrManifest, RefusesAUnitThatIsNotThere) {
  EXPECT_EQ(error_after([](Json& json) { json["links"][0]["items"][2]["unit"] = 3; }),
            "`links[0].items[2].unit` is 3, but there are only 3");
}

TEST(ParseIrManifest, RefusesAPackageThatIsNotThere) {
  EXPECT_EQ(error_after([](Json& json) { json["units"][1]["package"] = 2; }),
            "`units[1].package` is 2, but there are only 2");
}

TEST(ParseIrManifest, RefusesAnArchiveMemberThatIsNotThere) {
  EXPECT_EQ(error_after([](Json& json) { json["links"][0]["items"][3]["members"][1] = 9; }),
            "`links[0].items[3].members` is 9, but there are only 3");
}

TEST(ParseIrManifest, RefusesAnArchiveNamedByAPath) {
  for (const char* name : {"/etc/passwd", "../../libx.a", "..", ""}) {
    EXPECT_EQ(
        error_after([&](Json& json) { json["links"][0]["items"][3]["archive"] = name; }),
        "`links[0].items[3].archive` is `" + std::string(name) + "`, which is not a file name");
  }
}

TEST(ParseIrManifest, RefusesNegativeIndices) {
  EXPECT_NE(error_after([](Json& json) { json["links"][0]["items"][3]["members"][1] = -1; }), "");
  EXPECT_NE(error_after([](Json& json) { json["products"][0]["link"] = -1; }), "");
}

TEST(ParseIrManifest, RefusesAProductOfALinkThatIsNotThere) {
  EXPECT_EQ(error_after([](Json& json) { json["products"][1]["link"] = 1; }),
            "`products[1].link` is 1, but there are only 1");
}

TEST(ParseIrManifest, RefusesAProductOutsideTheImage) {
  EXPECT_NE(error_after([](Json& json) { json["products"][0]["path"] = "/usr/../../etc/passwd"; }),
            "");
  EXPECT_NE(error_after([](Json& json) { json["products"][0]["path"] = "relative"; }), "");
}

TEST(ParseIrManifest, RefusesPathsThatLeaveAFolderWhenTheirBeginningIsTakenAway) {
  for (const char* path :
       {"/usr/local//etc/passwd", "//etc/passwd", "/usr/local/./x", "/usr/local/", "/"}) {
    EXPECT_EQ(error_after([&](Json& json) { json["products"][0]["path"] = path; }),
              "`products[0].path` is `" + std::string(path) +
                  "`, which is not an absolute path without `.` and `..`");
    EXPECT_NE(error_after([&](Json& json) { json["install"]["unreached"][0] = path; }), "") << path;
  }
  EXPECT_NE(error_after([](Json& json) { json["install"]["unreached"][0] = ""; }), "");
}

TEST(ParseIrManifest, RefusesPlacesOfThePrefixThatOverlap) {
  const auto with_places = [](std::size_t file, std::uint64_t first, std::uint64_t second) {
    return [=](Json& json) { json["install"]["files"][file]["places"] = {first, second}; };
  };
  EXPECT_EQ(error_after(with_places(0, 8, 136)), "");
  EXPECT_NE(error_after(with_places(0, 8, 135)), "");
  EXPECT_NE(error_after(with_places(0, 200, 8)), "");
  EXPECT_EQ(error_after(with_places(1, 7, 17)), "");
  EXPECT_NE(error_after(with_places(1, 7, 7)), "");
}

TEST(ParseIrManifest, RefusesADebugCompanionOfNothing) {
  EXPECT_EQ(error_after(
                [](Json& json) { json["units"][2]["debug_bitcode"] = digest_of("unit -g").str(); }),
            "`units[2].bitcode` is empty, but has a debug companion");
}

TEST(ParseIrManifest, RefusesADebugCompanionThatIsNotListed) {
  EXPECT_EQ(
      error_after([](Json& json) { json["units"][1]["debug_bitcode"] = digest_of("?").str(); }),
      "`units[1].bitcode with debug information` refers to `" + digest_of("?").str() +
          "`, which `blobs` does not list");
}

TEST(DebugBlobs, AreWhatNoOtherDeploymentReads) {
  IrManifest manifest = sample();
  EXPECT_EQ(debug_blobs(manifest),
            (std::set<Digest>{digest_of("unit -g"), digest_of("object -g")}));
  manifest.units[1].debug_machine_code = manifest.units[1].machine_code;
  EXPECT_EQ(debug_blobs(manifest), std::set<Digest>{digest_of("unit -g")});
}

TEST(ParseIrManifest, RefusesAContentThatIsNotListed) {
  EXPECT_NE(error_after([](Json& json) {
              std::erase_if(json["blobs"].get_ref<Json::array_t&>(), [](const Json& blob) {
                return blob["content"] == digest_of("unit").str();
              });
            }).find("`units[0].bitcode` refers to"),
            std::string::npos);
}

TEST(ParseIrManifest, RefusesAUnitWithoutContent) {
  EXPECT_EQ(error_after([](Json& json) { json["units"][0]["bitcode"] = nullptr; }),
            "`units[0]` has neither bitcode nor machine code");
}

TEST(ParseIrManifest, RefusesAUnitThatIsOpaqueOrKeptAndSaysNotWhy) {
  EXPECT_EQ(error_after([](Json& json) { json["units"][2]["reason"] = ""; }),
            "`units[2]` has no bitcode, and no reason why");
  EXPECT_EQ(error_after([](Json& json) { json["units"][1]["machine_code"] = nullptr; }),
            "`units[1]` has a reason to keep machine code, and none");
}

TEST(ParseIrManifest, RefusesFastMathWithoutTheMachineCodeThatKeepsItsBits) {
  EXPECT_EQ(error_after([](Json& json) { json["units"][0]["numerics"]["fast_math"] = 1; }),
            "`units[0]` has no machine code, but what it computes depends on how it is compiled");
  EXPECT_EQ(error_after([](Json& json) {
              json["units"][0]["numerics"]["fast_math"] = 1;
              json["units"][0]["machine_code"] = json["units"][1]["machine_code"];
            }),
            "");
}

TEST(ParseIrManifest, RefusesUnknownWords) {
  EXPECT_NE(error_after([](Json& json) { json["links"][0]["kind"] = "plugin"; }), "");
  EXPECT_NE(error_after([](Json& json) { json["products"][0]["strip"] = "most"; }), "");
  EXPECT_NE(error_after([](Json& json) { json["links"][0]["items"][0] = Json::object(); }), "");
}

TEST(ParseIrManifest, RefusesAnArchiveOfAnythingButUnits) {
  EXPECT_EQ(error_after([](Json& json) { json["links"][0]["kind"] = "archive"; }),
            "`links[0].items[0]` is no `unit`, but an archive has nothing else");
}

std::string code_after(const std::function<void(Json&)>& change) {
  Json json = *parse_json(print_ir_manifest(sample()));
  change(json);
  const auto parsed = parse_ir_manifest(json.dump());
  return parsed ? "" : parsed.error().code();
}

TEST(ParseIrManifest, RefusesOptionsThatDoNotDescribeWhatIsLinked) {
  EXPECT_EQ(
      error_after([](Json& json) { json["links"][0]["items"][0]["option"] = "-Map=x"; }),
      "`links[0].items[0].option` of `app` is `-Map=x`, which is not an option that describes "
      "what is linked");
  EXPECT_EQ(code_after([](Json& json) { json["links"][0]["items"][0]["option"] = "@file"; }),
            "ir.link-option");
}

TEST(ParseIrManifest, RefusesAFileBehindAnythingThatDoesNotReadIt) {
  const auto with_prefix = [](const char* prefix) {
    return [prefix](Json& json) { json["links"][0]["items"][1]["prefix"] = prefix; };
  };
  EXPECT_EQ(code_after(with_prefix("--version-script=")), "");
  EXPECT_EQ(code_after(with_prefix("--reproduce=")), "ir.link-option");
  EXPECT_EQ(code_after(with_prefix("@")), "ir.link-option");
}

TEST(ParseIrManifest, RefusesALibraryOutsideTheImage) {
  for (const char* path : {"relative", "/lib/../../etc/libc.so.6"}) {
    EXPECT_EQ(error_after([&](Json& json) { json["links"][0]["items"][4]["path"] = path; }),
              "`links[0].items[4].path` is `" + std::string(path) +
                  "`, which is not an absolute path without `.` and `..`");
  }
}

TEST(CoverageOf, CountsUnitsAndCodeByClass) {
  const Coverage coverage = coverage_of(sample());
  EXPECT_EQ(coverage.captured, 1U);
  EXPECT_EQ(coverage.kept_as_machine_code, 1U);
  EXPECT_EQ(coverage.opaque, 1U);
  EXPECT_EQ(coverage.text_bytes, 200U);
  EXPECT_EQ(coverage.captured_text_bytes, 100U);
}

TEST(Numerics, NamesWhatIeee754DoesNotFix) {
  for (const char* name : {"exp", "expf", "powl", "__log_finite", "lgamma_r", "sincosf", "csqrt"})
    EXPECT_TRUE(is_inexact_math_function(name)) << name;
  for (const char* name : {"sqrt", "fmaf", "floor", "fabs", "f", "", "expect", "_finite", "printf"})
    EXPECT_FALSE(is_inexact_math_function(name)) << name;
}

TEST(Numerics, TellsWhatGlibcComputesByProcessor) {
  for (const char* name : {"exp", "expf", "exp2f", "lgamma_r", "cpow", "__pow_finite", "cosf"})
    EXPECT_TRUE(is_processor_dependent_math_function(name)) << name;
  for (const char* name : {"exp2", "hypot", "cbrtf", "powl", "acosf", "csqrt", "sqrt", "printf"})
    EXPECT_FALSE(is_processor_dependent_math_function(name)) << name;
}

TEST(ReferencedBlobs, LeavesOutLibrariesThatTheImageHolds) {
  const auto blobs = referenced_blobs(sample());
  EXPECT_EQ(blobs.size(), 4U);
  EXPECT_TRUE(blobs.contains(digest_of("libprivate.so")));
  EXPECT_FALSE(blobs.contains(Digest()));
}

TEST(PrintIrManifest, ConformsToThePublishedSchema) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const auto file = folder->path() / "manifest.json";
  const auto other = folder->path() / "two.json";
  ASSERT_TRUE(write_file(file, print_ir_manifest(sample())));
  ASSERT_TRUE(write_file(other, print_ir_manifest(sample_of_two())));
  const Command check{
      .argv = {"/usr/bin/python3", "-m", "jsonschema", "-i", file.string(), "-i", other.string(),
               std::string(XAAS_SOURCE_DIR) + "/ir/schema/xaas.ir.schema.json"},
      .environment = {{"PYTHONWARNINGS", "ignore"}}};
  const auto outcome = run(check);
  if (!outcome || outcome->errors.contains("No module named")) {
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  EXPECT_TRUE(outcome->succeeded()) << outcome->output << outcome->errors;
}

}  // namespace
}  // namespace xaas
