// SPDX-License-Identifier: Apache-2.0
#include "xaas/lowering/mpi_probe.hpp"

#include "lowering_fixture.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>

// With a real MPI and its launcher: tests/e2e/doctor/world.test.

namespace xaas::testing {
namespace {

using ::testing::ElementsAre;

/// An MPI with two ranks, whose communicator for all must be `world`.
std::string source_of_mpi(const std::string& world) {
  return "extern char ompi_mpi_comm_world;"
         "static int is_world(long c) { return c == " +
         world +
         "; }"
         "int MPI_Init(int* c, char*** v) { return 0; }"
         "int MPI_Comm_rank(long c, int* rank) { *rank = 10; return !is_world(c); }"
         "int MPI_Comm_size(long c, int* size) { *size = 12; return !is_world(c); }"
         "int MPI_Barrier(long c) { return !is_world(c); }"
         "int MPI_Finalize(void) { return 0; }";
}

class MpiProbe : public ::testing::Test {
 protected:
  std::string library(const std::string& architecture, const std::string& name,
                      const std::string& source) {
    const std::string file = (folder_ / name).string();
    const auto made = run({.argv = {"clang-22", "--target=" + architecture + "-linux-gnu",
                                    "-shared", "-fPIC", "-nostdlib", "-fuse-ld=lld", "-w", "-x",
                                    "c", "-", "-o", file, "-Wl,-soname," + name},
                           .input = source});
    EXPECT_TRUE(made && made->succeeded()) << (made ? made->errors : made.error().message());
    return file;
  }

  std::filesystem::path folder_ = test_folder();
};

TEST_F(MpiProbe, AsksForTheWorldOfEachAbi) {
  const std::string libc = [] {
    std::string path = output_of({"clang-22", "-print-file-name=libc.so.6"});
    path.pop_back();
    return path;
  }();
  const std::vector<std::pair<std::string, std::string>> abis = {
      {"mpich", "(int)0x44000000"}, {"openmpi", "(long)&ompi_mpi_comm_world"}, {"mpi-5", "0x101"}};
  for (const auto& [abi, world] : abis) {
    const bool is_open = abi == "openmpi";
    const auto mpi = library("x86_64", "libmpi.so.1",
                             source_of_mpi(world) + (is_open ? "char ompi_mpi_comm_world;" : ""));
    const auto probe = link_mpi_probe({.interpreter = "/lib64/ld-linux-x86-64.so.2",
                                       .libraries = {mpi, libc},
                                       .folders = {folder_.string()}},
                                      "amd64", folder_, k_child_command);
    ASSERT_TRUE(probe) << probe.error().message();
    EXPECT_EQ(output_of({probe->string(), abi}), "xaas-mpi 10 of 12\n") << abi;
  }
}

TEST_F(MpiProbe, IsLoadedAsTheProgramIs) {
  // The program needs MPI through a library of its own alone.
  const auto other = library("aarch64", "libother.so.2", "int other;");
  for (const bool is_rpath : {true, false}) {
    const auto probe = link_mpi_probe({.interpreter = "/lib/ld-linux-aarch64.so.1",
                                       .libraries = {other},
                                       .folders = {"/a/lib", "/b"},
                                       .has_rpath = is_rpath},
                                      "arm64", folder_, k_child_command);
    ASSERT_TRUE(probe) << probe.error().message();
    const auto facts = read_elf(read_file(*probe).value()).value().value();
    EXPECT_EQ(facts.kind, ElfKind::executable);
    EXPECT_EQ(facts.architecture, "arm64");
    EXPECT_EQ(facts.interpreter, "/lib/ld-linux-aarch64.so.1");
    EXPECT_THAT(facts.needed, ElementsAre("libother.so.2"));
    EXPECT_THAT(facts.runpath, ElementsAre("/a/lib", "/b"));
    EXPECT_EQ(facts.has_rpath, is_rpath);
  }
}

TEST_F(MpiProbe, IsNotMadeOfALibraryThatIsNone) {
  ASSERT_TRUE(write_file(folder_ / "libmpi.so", "no ELF file"));
  const auto probe = link_mpi_probe({.libraries = {(folder_ / "libmpi.so").string()}}, "amd64",
                                    folder_, k_child_command);
  ASSERT_FALSE(probe);
  EXPECT_EQ(probe.error().code(), "lowering.failed");
}

}  // namespace
}  // namespace xaas::testing
