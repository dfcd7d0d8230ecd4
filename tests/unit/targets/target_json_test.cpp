// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string znver4_json() {
  return print_target(target_of_cpu("znver4").value());
}

void expect_refused(const std::string& json, std::string_view code, std::string_view words) {
  const auto target = parse_target(json);
  ASSERT_FALSE(target.has_value()) << json;
  EXPECT_EQ(target.error().code(), code) << target.error().message();
  EXPECT_NE((target.error().message() + target.error().help()).find(words), std::string::npos)
      << target.error().message() << "\n"
      << target.error().help();
}

}  // namespace

TEST(ParseTarget, ReadsWhatPrintTargetWrites) {
  for (const auto* name : {"znver4", "x86-64", "x86-64-v3", "neoverse-v2", "armv8-a"}) {
    auto target = target_of_cpu(name).value();
    target.libc_name = "glibc";
    target.libc_version = "2.36";
    target.origins["libc.version"] = "admin";
    target.probe_errors = {"one thing did not work"};
    const auto read = parse_target(print_target(target));
    ASSERT_TRUE(read.has_value()) << read.error().message();
    EXPECT_EQ(*read, target);
  }
  const auto host = detect_host().value();
  EXPECT_EQ(parse_target(print_target(host)).value(), host);
}

TEST(ParseTarget, ReadsEveryFactOfAMachine) {
  auto target = target_of_cpu("znver4").value();
  target.cpu.model = "AMD EPYC 9654 96-Core Processor";
  target.cpu.vector_bits = 512;
  target.cpu.topology = {.sockets = 2, .cores = 192, .threads = 384, .numa_nodes = 8};
  target.cpu.caches = {
      {.level = 3, .kind = "unified", .size = 1 << 25, .line = 64, .shared_by = 16}};
  target.memory = 810'000'000'000;
  target.gpus = {{.vendor = "amd",
                  .name = "MI250X",
                  .architecture = "gfx90a",
                  .count = 8,
                  .memory = 64'000'000'000,
                  .driver = "amdgpu"}};
  target.mpi = {{.flavour = "cray-mpich",
                 .abi = "mpich",
                 .version = "8.1.29",
                 .soname = "libmpi_gnu_123.so.12",
                 .path = "/opt/cray/lib/libmpi_gnu_123.so.12",
                 .launcher = "/opt/cray/bin/mpiexec",
                 .gpu_library = "libmpi_gtl_hsa.so",
                 .module = "cray-mpich/8.1.29"}};
  target.blas = {{.name = "libsci",
                  .version = "24.03",
                  .threading = "openmp",
                  .integers = "lp64",
                  .provides = {"blas", "lapack"},
                  .soname = "libsci_gnu_mp.so.6",
                  .path = "/opt/cray/lib/libsci_gnu_mp.so.6",
                  .module = "cray-libsci"}};
  target.fft = {{.name = "fftw3",
                 .version = "3.3.10",
                 .threading = "none",
                 .precisions = {"double"},
                 .soname = "libfftw3.so.3",
                 .path = "/opt/lib/libfftw3.so.3",
                 .module = "cray-fftw"}};
  target.interconnect.devices = {{.name = "cxi0", .kind = "cxi"}};
  target.interconnect.libraries = {{.name = "libfabric",
                                    .version = "1.15.2",
                                    .providers = {"cxi"},
                                    .path = "/opt/cray/lib/libfabric.so.1"}};
  target.runtimes = {{.name = "singularity", .path = "/usr/bin/singularity"}};
  target.scheduler = {.name = "slurm", .is_allocated = true, .request = "-p gpu"};
  target.system = {.kernel = "5.14.21",
                   .distribution = "SLES 15",
                   .page_size = 4096,
                   .user_namespaces = false,
                   .home = "nfs4",
                   .scratch = "lustre",
                   .tmp = "tmpfs"};
  const auto read = parse_target(print_target(target));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(*read, target);
}

TEST(ParseTarget, IgnoresFieldsOfALaterMinorVersion) {
  auto json = replaced(znver4_json(), "xaas.target/1", "xaas.target/1.7");
  json = replaced(json, "\"cpu\": {", "\"later\": [{\"name\": 1}], \"cpu\": {\"later\": [],");
  EXPECT_EQ(parse_target(json).value(), target_of_cpu("znver4").value());
}

TEST(ParseTarget, TellsNoGpuAndNoMpiFromUnknown) {
  auto target = target_of_cpu("znver4").value();
  EXPECT_EQ(print_target(target).find("gpus"), std::string::npos);
  target.gpus.emplace();
  target.mpi.emplace();
  auto read = parse_target(print_target(target));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(*read, target);
  target.gpus->push_back({.vendor = "nvidia", .name = "H100", .architecture = "sm_90"});
  target.mpi->push_back({.flavour = "cray-mpich", .abi = "mpich", .version = "8.1.29"});
  read = parse_target(print_target(target));
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(*read, target);
}

TEST(ParseTarget, RefusesAGpuWithoutVendorAndAnMpiWithoutAbi) {
  expect_refused(replaced(znver4_json(), "\"cpu\": {", "\"gpus\": [{}], \"cpu\": {"),
                 "support.json-field", "gpus[0].vendor");
  expect_refused(replaced(znver4_json(), "\"cpu\": {", "\"mpi\": [{}], \"cpu\": {"),
                 "support.json-field", "mpi[0].abi");
}

TEST(GpuBackend, FollowsFromTheVendor) {
  EXPECT_EQ(gpu_backend_of("nvidia"), "cuda");
  EXPECT_EQ(gpu_backend_of("amd"), "hip");
  EXPECT_EQ(gpu_backend_of("intel"), "level-zero");
  EXPECT_EQ(gpu_backend_of("matrox"), "");
}

TEST(ParseTarget, RefusesANewerSchema) {
  expect_refused(replaced(znver4_json(), "xaas.target/1", "xaas.target/2"), "target.newer-schema",
                 "xaas.target/2");
}

TEST(ParseTarget, RefusesOtherDocuments) {
  expect_refused(R"({"schema": "xaas.ir/1"})", "target.not-a-target", "xaas.ir/1");
  expect_refused(R"({"schema": "xaas.target/"})", "target.not-a-target", "xaas.target/");
  expect_refused("[]", "target.not-a-target", "object");
  EXPECT_FALSE(parse_target("").has_value());
  EXPECT_FALSE(parse_target("{").has_value());
}

TEST(ParseTarget, NamesTheFieldOfTheWrongType) {
  for (const auto& [from, to, field] :
       {std::tuple{"\"znver4\",\n  \"architecture\"", "7, \"architecture\"", "name"},
        std::tuple{"\"level\": \"x86-64-v4\"", "\"level\": 4", "level"},
        std::tuple{"\"64bit\"", "64", "features"},
        std::tuple{"\"libc\": {}", "\"libc\": \"2.36\"", "libc"},
        std::tuple{"\"errors\": []", "\"errors\": \"none\"", "errors"},
        std::tuple{"\"origins\": {", "\"origins\": {\"a\": 1,", "origins"}}) {
    const auto target = parse_target(replaced(znver4_json(), from, to));
    ASSERT_FALSE(target.has_value()) << field;
    EXPECT_NE(target.error().message().find(field), std::string::npos) << target.error().message();
    EXPECT_NE(target.error().code(), "");
  }
}

TEST(ParseTarget, RefusesAnUnknownProcessorWithANearName) {
  expect_refused(replaced(znver4_json(), "\"name\": \"znver4\",\n    \"tune\"",
                          "\"name\": \"znver44\", \"tune\""),
                 "target.unknown-cpu", "`znver4`?");
}

TEST(ParseTarget, RefusesAnUnknownFeatureWithANearName) {
  expect_refused(replaced(znver4_json(), "\"avx512bw\"", "\"avx512wb\""), "target.unknown-feature",
                 "avx512");
}

TEST(ParseTarget, RefusesAFeatureWithoutWhatItImplies) {
  expect_refused(replaced(znver4_json(), "\"avx512f\",", ""), "target.incomplete-features",
                 "remove `avx512b");
}

TEST(ParseTarget, RefusesADescriptionWithoutFeatures) {
  expect_refused(
      R"({"schema": "xaas.target/1", "architecture": "amd64", "cpu": {"name": "znver4"}})",
      "target.malformed", "cpu.features");
}

TEST(ParseTarget, BelievesTheFeaturesAndNotTheLevel) {
  auto json = replaced(znver4_json(), "\"avx512cd\",", "");
  const auto target = parse_target(json).value();
  EXPECT_EQ(target.cpu.level, "x86-64-v3");
  EXPECT_EQ(target.cpu.missing_for_next_level, std::vector<std::string>{"avx512cd"});
}

TEST(ParseTarget, ReadsArchitecturesWithoutTables) {
  const auto target = parse_target(
      R"({"schema": "xaas.target/1", "architecture": "s390x",
          "cpu": {"name": "z15", "level": "z15", "features": ["c", "d"]}})");
  ASSERT_TRUE(target.has_value()) << target.error().message();
  EXPECT_EQ(target->cpu.level, "z15");
}

TEST(TargetSchema, AcceptsWhatWePrintAndRefusesAWrongType) {
  const Command has_module{.argv = {"/usr/bin/python3", "-c", "import jsonschema"}};
  const auto found = run(has_module);
  if (!found || !found->succeeded()) GTEST_SKIP() << "python3-jsonschema is not installed";
  const auto folder = TemporaryFolder::make().value();
  const auto good = folder.path() / "good.json";
  const auto bad = folder.path() / "bad.json";
  ASSERT_TRUE(write_file(good, print_target(detect_host().value())).has_value());
  ASSERT_TRUE(write_file(bad, replaced(znver4_json(), "\"64bit\"", "64")).has_value());
  const std::string program =
      "import json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "errors = "
      "list(jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(sys.argv[2]))))\n"
      "print(errors)\n"
      "sys.exit(2 if errors else 0)\n";
  const auto check = [&](const std::filesystem::path& file) {
    return run({.argv = {"/usr/bin/python3", "-c", program, XAAS_TARGET_SCHEMA, file.string()}})
        .value();
  };
  EXPECT_EQ(check(good).exit_code, 0) << check(good).output << check(good).errors;
  EXPECT_EQ(check(bad).exit_code, 2) << check(bad).output << check(bad).errors;
}

}  // namespace xaas
