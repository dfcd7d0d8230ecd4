// SPDX-License-Identifier: Apache-2.0
#include "record/deployment_record.hpp"

#include "xaas/support/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace xaas {
namespace {

DeployedTarget part_of(const std::string& cpu) {
  return {.target = *target_of_cpu(cpu),
          .view = cpu,
          .numerics = "native",
          .products = {{.path = "/usr/local/bin/app",
                        .place = "libexec/xaas/" + cpu + "/bin/app",
                        .content = digest_of("app"),
                        .units = 3,
                        .lowered = 2,
                        .variants = {{"x86-64-v3", 1}},
                        .census = {.instructions = {{"AVX2", 10}}, .widest_vector_bits = 256}}},
          .generic_products = {"/usr/local/bin/other"},
          .exceptions = {{.reason = "machine code kept: it is assembly",
                          .count = 4,
                          .sources = {"a.s", "b.s", "c.s"}}},
          .libraries = {{.interface = "mpi",
                         .implementation = "cray-mpich",
                         .version = "8.1.29",
                         .abi = "mpich",
                         .soname = "libmpi_gnu_123.so.12",
                         .path = "/opt/cray/mpich/lib/libmpi_gnu_123.so.12",
                         .content = digest_of("mpi"),
                         .stands_for = {"libmpich.so.12"},
                         .module = "cray-mpich/8.1.29",
                         .reason = "the machine's, of the ABI `mpich`"}},
          .bound = {.paths = {"/opt/cray/mpich/lib"}, .library_folders = {"/opt/cray/mpich/lib"}},
          .notes = {"1 of the 3 units of `app` keep the generic build's machine code"}};
}

DeploymentRecord sample() {
  return {.application = "app",
          .image = digest_of("image"),
          .ir = digest_of("ir"),
          .reference = "oci:images:app",
          .producer = "xaas-deploy 0.1.0 (LLVM 22.1.8)",
          .configuration = "openmp=on",
          .values = {{"openmp", "on"}},
          .decision =
              ConfigurationDecision{
                  .requirements = {.cpu = {"avx2"},
                                   .gpu_backend = "cuda",
                                   .gpu_architectures = {"sm_90"},
                                   .mpi = "mpich",
                                   .libraries = {{.name = "libhdf5", .version = "1.14"}}},
                  .reason = "the only one that `host` can run",
                  .rejected = {{.name = "openmp=off",
                                .values = {{"openmp", "off"}},
                                .reasons = {"would run, but counts less"}}}},
          .library_settings = {{"mpi", "cray-mpich"}},
          .lto = "thin",
          .debug_info = true,
          .source = "/home/ada/app",
          .entrypoint = {"/usr/local/bin/app"},
          .command = {},
          .environment = {"PATH=/usr/local/bin:/bin"},
          .targets = {part_of("x86-64-v3"), part_of("x86-64-v2")},
          .notes = {"programs run with the machine's C library"},
          .c_library = "host",
          .c_library_setting = "host"};
}

TEST(ParseRecord, GivesBackWhatWasPrinted) {
  const std::string text = print_record(sample());
  const auto parsed = parse_record(text);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(print_record(*parsed), text);
  EXPECT_EQ(*parsed, sample());
}

TEST(ParseRecord, KnowsNoDecisionOfAnEarlierRelease) {
  DeploymentRecord record = sample();
  record.decision.reset();
  const auto parsed = parse_record(print_record(record));
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_FALSE(parsed->decision);
}

TEST(ParseRecord, RefusesAnotherSchema) {
  const auto parsed = parse_record(R"({"schema": "xaas.deployment/9"})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code(), "deployed.schema");
}

TEST(ParseRecord, RefusesWhatIsNotARecord) {
  for (const char* text : {"", "[]", "7", "{}", R"({"schema": "xaas.deployment/1"})"}) {
    EXPECT_FALSE(parse_record(text)) << text;
  }
}

TEST(ParseRecord, RefusesOneWithoutTargets) {
  DeploymentRecord record = sample();
  record.targets.clear();
  EXPECT_FALSE(parse_record(print_record(record)));
}

TEST(ParseRecord, RefusesPathsToBindThatAreNotAbsolute) {
  DeploymentRecord record = sample();
  record.targets.front().bound.library_folders.emplace_back("lib");
  const auto parsed = parse_record(print_record(record));
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().message().contains("bound_library_folders"));
}

TEST(PartFor, IsWhatTheChooserStarts) {
  const DeploymentRecord record = sample();
  EXPECT_EQ(part_for(record, *target_of_cpu("haswell")).view, "x86-64-v3");
  EXPECT_EQ(part_for(record, *target_of_cpu("nehalem")).view, "x86-64-v2");
  EXPECT_EQ(part_for(record, *target_of_cpu("core2")).view, "x86-64-v2");  // the last one
}

/// What is said of a tree's record after a change; empty: it is read.
std::string complaint_after(const std::function<void(Json&)>& change) {
  DeploymentRecord record = sample();
  record.targets[0].products[0].place = "bin/app";
  record.prefix = "/opt/app";
  record.room = 128;
  record.prefixed = {{.path = "bin/app", .is_text = false, .places = {8, 136}},
                     {.path = "lib/app.pc", .is_text = true, .places = {7, 15}}};
  Json json = *parse_json(print_record(record));
  change(json);
  const auto parsed = parse_record(json.dump());
  return parsed ? "" : parsed.error().message();
}

TEST(ParseRecord, RefusesPlacesOutsideOfItsTree) {
  EXPECT_EQ(complaint_after([](Json&) {}), "");
  for (const char* path : {"/etc/passwd", "../x", "bin/../../x", "bin//x", "bin/", ".", ""}) {
    EXPECT_EQ(complaint_after([&](Json& json) { json["prefixed"][1]["path"] = path; }),
              "`prefixed[1].path` is not a path below the tree")
        << path;
  }
  EXPECT_EQ(
      complaint_after([](Json& json) { json["targets"][0]["products"][0]["place"] = "/bin/app"; }),
      "`targets[0].products[0].place` is not a path below the tree");
}

TEST(ParseRecord, RefusesAPrefixThatCannotStandWhereItSays) {
  EXPECT_NE(complaint_after([](Json& json) { json["prefixed"][0]["places"] = {8, 135}; }), "");
  EXPECT_NE(complaint_after([](Json& json) { json["prefixed"][1]["places"] = {7, 14}; }), "");
  EXPECT_NE(complaint_after([](Json& json) { json["prefixed"][1]["places"] = {-1}; }), "");
  EXPECT_NE(complaint_after([](Json& json) { json["prefix"] = ""; }), "");
  EXPECT_NE(complaint_after([](Json& json) { json["room"] = 1LL << 50; }), "");
}

TEST(PrintRecord, LeavesOutTheReferenceOfAnImageThatMayTravel) {
  DeploymentRecord record = sample();
  record.reference.clear();
  EXPECT_EQ(print_record(record).find("\"reference\""), std::string::npos);
}

}  // namespace
}  // namespace xaas
