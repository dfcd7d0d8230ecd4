// SPDX-License-Identifier: Apache-2.0
#include "target/target_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Target node() {
  auto target = target_of_cpu("znver3").value();
  target.name = "node";
  target.cpu.model = "AMD EPYC 7A53";
  target.cpu.topology = {.sockets = 1, .cores = 64, .threads = 0, .numa_nodes = 4};
  target.cpu.caches = {
      {.level = 3, .kind = "unified", .size = 33'554'432, .line = 64, .shared_by = 16}};
  target.memory = 512'000'000'000;
  target.gpus = {{.vendor = "amd", .name = "MI250X", .architecture = "gfx90a", .count = 8}};
  target.mpi = {{.flavour = "cray-mpich", .abi = "mpich", .module = "cray-mpich/8.1.29"}};
  target.fft.emplace();
  target.scheduler = {.name = "slurm", .request = "-p gpu"};
  target.system = {.kernel = "5.14.21", .user_namespaces = false, .tmp = "tmpfs"};
  target.origins = {{"memory", "/proc/meminfo"},
                    {"cpu.name", "llvm"},
                    {"system.kernel", "uname"},
                    {"cpu.topology.cores", "/sys"}};
  target.probe_errors = {"nvidia-smi did not come to an end"};
  return target;
}

/// "FIELD -removed +added" each.
std::vector<std::string> differing(const Target& a, const Target& b) {
  std::vector<std::string> found;
  for (const FactDifference& difference : differences(a, b)) {
    std::string text = difference.field;
    for (const auto& value : difference.removed) text += " -" + value;
    for (const auto& value : difference.added) text += " +" + value;
    found.push_back(text);
  }
  return found;
}

}  // namespace

TEST(DescribeTarget, SaysWhatIsKnownFromWhereAndWhatIsNot) {
  const auto text = describe_target(node());
  EXPECT_THAT(text, HasSubstr("node: amd64, x86_64-unknown-linux-gnu\n"));
  EXPECT_THAT(text, HasSubstr("  processor   AMD EPYC 7A53, for LLVM znver3  [llvm]\n"));
  EXPECT_THAT(text, HasSubstr("  level       x86-64-v3; the next one needs avx512bw "));
  EXPECT_THAT(text, HasSubstr("  topology    1 socket, 64 cores, 4 NUMA nodes  [/sys]\n"));
  EXPECT_THAT(text, HasSubstr("  caches      L3 unified 32 MiB, for 16 threads\n"));
  EXPECT_THAT(text, HasSubstr("  memory      512 GB  [/proc/meminfo]\n"));
  EXPECT_THAT(text, HasSubstr("  GPUs        8 x MI250X, gfx90a\n"));
  EXPECT_THAT(text,
              HasSubstr("  MPI         cray-mpich, ABI of mpich, module cray-mpich/8.1.29\n"));
  EXPECT_THAT(text, HasSubstr("  FFT         none\n"));
  EXPECT_THAT(text, HasSubstr("  scheduler   slurm, request: -p gpu\n"));
  EXPECT_THAT(text, HasSubstr("  system      kernel 5.14.21, no user namespaces  [uname]\n"));
  EXPECT_THAT(text, HasSubstr("  files       tmp tmpfs\n"));
  EXPECT_THAT(text,
              HasSubstr("  not known   vectors, C library, BLAS, network, net libs, containers\n"));
  EXPECT_THAT(text, HasSubstr("  problems    nvidia-smi did not come to an end\n"));
}

TEST(DescribeTarget, BreaksLinesWhereThereAreBlanks) {
  auto target = node();
  target.probe_errors = {std::string(200, 'x') + " and " + std::string(60, 'y') + " more"};
  EXPECT_THAT(describe_target(target),
              HasSubstr("  problems    " + std::string(200, 'x') + "\n              and " +
                        std::string(60, 'y') + "\n              more\n"));
}

TEST(DescribeTarget, HoldsForAnArchitectureWithoutTables) {
  Target target;
  target.architecture = "sparc64";
  target.cpu.name = "niagara4";
  EXPECT_THAT(describe_target(target), HasSubstr("a machine: sparc64\n  processor   niagara4\n"));
}

TEST(Differences, AreThoseOfFacts) {
  EXPECT_THAT(differing(node(), node()), IsEmpty());
  auto other = node();
  other.name = "other";
  other.origins.clear();
  other.probe_errors.clear();
  EXPECT_THAT(differing(node(), other), IsEmpty());
  other.memory = 0;
  other.cpu.features.erase("pku");
  other.cpu.features.insert("avx512f");
  other.libc_version = "2.36";
  other.gpus->front().count = 4;
  EXPECT_THAT(differing(node(), other),
              ElementsAre("cpu.features -pku +avx512f", "libc.version +2.36",
                          "memory -512000000000", HasSubstr("gpus -{\"vendor\"")));
}

TEST(Differences, TellAnEmptyListFromAnUnknownOne) {
  auto other = node();
  other.fft.reset();
  EXPECT_THAT(differing(node(), other), ElementsAre("fft -[]"));
  EXPECT_THAT(differing(other, node()), ElementsAre("fft +[]"));
}

TEST(Differences, SeeTheOrderOfAList) {
  auto a = node();
  a.mpi->push_back({.flavour = "openmpi", .abi = "openmpi"});
  auto b = a;
  std::swap(b.mpi->front(), b.mpi->back());
  EXPECT_EQ(differences(a, b).size(), 1U);
}

}  // namespace xaas
