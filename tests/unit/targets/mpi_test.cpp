// SPDX-License-Identifier: Apache-2.0
#include "mpi.hpp"

#include "describe_libraries.hpp"
#include "fake_host.hpp"
#include "made_library.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::library;

constexpr const char* k_calls =
    "int MPI_Init(void) { return 0; }\nint MPI_Comm_size(void) { return 1; }\n";

std::string mpich(const std::string& soname, const std::string& banner = "") {
  return library(soname, fmt::format("{}const char MPII_Version_string[] = \"4.1.2\";\n"
                                     "void MPIR_Dup_fn(void) {{}}\n"
                                     "const char* banner(void) {{ return \"{}\"; }}\n",
                                     k_calls, banner));
}

std::string open_mpi(const std::string& soname) {
  return library(soname, std::string(k_calls) +
                             "int ompi_mpi_comm_world[4];\n"
                             "const char ompi_version_string[] = \"4.1.4\";\n");
}

MpiFacts mpi_on(const HostProbe& host) {
  Target target{.architecture = "amd64"};
  describe_libraries(host, target);
  return {.installations = target.mpi.value_or(std::vector<MpiInstallation>()),
          .problems = target.probe_errors};
}

TEST(MpiOfLibrary, IsWhatItsSymbolsSay) {
  EXPECT_EQ(
      mpi_of_library(mpich("libmpich.so.12"), "amd64"),
      (MpiInstallation{
          .flavour = "mpich", .abi = "mpich", .version = "4.1.2", .soname = "libmpich.so.12"}));
  // Open MPI 1 was called like the descendants of MPICH are.
  EXPECT_EQ(
      mpi_of_library(open_mpi("libmpi.so.12"), "amd64"),
      (MpiInstallation{
          .flavour = "openmpi", .abi = "openmpi", .version = "4.1.4", .soname = "libmpi.so.12"}));
}

TEST(MpiOfLibrary, IsTheDescendantThatItSays) {
  const auto cray =
      mpi_of_library(mpich("libmpi_gnu_123.so.12",
                           "MPI VERSION    : CRAY MPICH version 8.1.29.26 (ANL base 3.4a2)"),
                     "amd64");
  EXPECT_EQ(cray->flavour, "cray-mpich");
  EXPECT_EQ(cray->version, "8.1.29.26");
  EXPECT_EQ(cray->abi, "mpich");
  const auto intel =
      mpi_of_library(mpich("libmpi.so.12", "Intel(R) MPI Library 2021.10 for Linux* OS"), "amd64");
  EXPECT_EQ(intel->flavour, "intel-mpi");
  EXPECT_EQ(intel->version, "2021.10");
}

TEST(MpiOfLibrary, IsOfTheStandardsAbi) {
  const auto standard = mpi_of_library(
      library("libmpi_abi.so.0", std::string(k_calls) + "void MPI_Abi_get_version(void) {}\n"),
      "amd64");
  EXPECT_EQ(standard->abi, "mpi-5");
}

TEST(MpiOfLibrary, IsNoneOfOthers) {
  EXPECT_FALSE(mpi_of_library(library("libmpicxx.so.12", "void f(void) {}\n"), "amd64"));
  EXPECT_FALSE(mpi_of_library(mpich("libmpich.so.12"), "arm64"));
  EXPECT_FALSE(mpi_of_library("", "amd64"));
  EXPECT_FALSE(mpi_of_library(std::string(2000, '\xff'), "amd64"));
  EXPECT_FALSE(mpi_of_library(mpich("libmpich.so.12").substr(0, 900), "amd64"));
}

TEST(FindMpi, TakesWhatTheLoaderWouldTakeFirst) {
  FakeHost host;
  host.variables["LD_LIBRARY_PATH"] = "relative::/opt/mpi/lib:/nowhere";
  host.files["/opt/mpi/lib/libmpi.so.40"] = open_mpi("libmpi.so.40");
  host.files["/opt/mpi/lib/libmpi_cxx.so.40"] = library("libmpi_cxx.so.40", "void f(void) {}\n");
  host.files["/usr/lib64/libmpich.so.12"] = mpich("libmpich.so.12");
  host.files["/usr/lib64/libmpich.so"] = "not looked at";
  const auto found = mpi_on(host);
  ASSERT_EQ(found.installations.size(), 2U);
  EXPECT_EQ(found.installations[0].path, "/opt/mpi/lib/libmpi.so.40");
  EXPECT_EQ(found.installations[1].path, "/usr/lib64/libmpich.so.12");
  EXPECT_THAT(found.problems, IsEmpty());
}

TEST(FindMpi, KnowsCraysVariables) {
  FakeHost host;
  // Nothing of it in LD_LIBRARY_PATH: the compiler writes run paths.
  host.variables["CRAY_LD_LIBRARY_PATH"] = "/opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/lib";
  host.files["/opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12"] =
      mpich("libmpi_gnu_123.so.12", "CRAY MPICH version 8.1.29.26 ");
  const auto found = mpi_on(host);
  ASSERT_EQ(found.installations.size(), 1U);
  EXPECT_EQ(found.installations.front().flavour, "cray-mpich");
}

// LUMI: nothing of it in LD_LIBRARY_PATH, and both of the default's libraries where loaders look.
TEST(FindMpi, KnowsCraysLoadedModule) {
  FakeHost host;
  const std::string banner = "CRAY MPICH version 8.1.29.26 ";
  const std::string root = "/opt/cray/pe/mpich/8.1.29/ofi/cray/17.0";
  const std::string gnu = mpich("libmpi_gnu_123.so.12", banner);
  host.variables["PE_ENV"] = "CRAY";
  host.variables["LOADEDMODULES"] = "craype/2.7.31.11:cray-mpich/8.1.29:PrgEnv-cray/8.5.0";
  host.variables["CRAY_MPICH_DIR"] = root;
  host.files[root + "/lib/libmpi_cray.so.12"] = mpich("libmpi_cray.so.12", banner);
  host.files["/usr/lib64/libmpi_gnu_123.so.12"] = gnu;
  const auto found = mpi_on(host);
  ASSERT_EQ(found.installations.size(), 2U);
  EXPECT_EQ(found.installations.front(), (MpiInstallation{.flavour = "cray-mpich",
                                                          .abi = "mpich",
                                                          .version = "8.1.29.26",
                                                          .soname = "libmpi_cray.so.12",
                                                          .path = root + "/lib/libmpi_cray.so.12",
                                                          .module = "cray-mpich/8.1.29"}));
  EXPECT_EQ(found.installations.back().path, "/usr/lib64/libmpi_gnu_123.so.12");
  EXPECT_EQ(found.installations.back().module, "");
}

TEST(DetectTarget, FindsCraysMpiWithoutAModuleAndItsLayerForGpus) {
  FakeHost host;
  const std::string root = "/opt/cray/pe/mpich/8.1.29";
  host.variables["CRAY_ACCEL_TARGET"] = "amd_gfx90a";
  host.files[root + "/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12"] =
      mpich("libmpi_gnu_123.so.12", "CRAY MPICH version 8.1.29.26 ");
  host.files[root + "/gtl/lib/libmpi_gtl_hsa.so.0"] = "";
  const auto target = detect_target(host);
  ASSERT_EQ(target.mpi->size(), 1U);
  EXPECT_EQ(target.mpi->front().module, "PrgEnv-gnu cray-mpich/8.1.29");
  EXPECT_EQ(target.mpi->front().gpu_library, root + "/gtl/lib/libmpi_gtl_hsa.so.0");
  EXPECT_EQ(target.origins.at("mpi"), "symbols of libraries, module");
}

TEST(FindMpi, NamesTheModuleAndTheLauncher) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/m";
  for (const char* version : {"4.1", "5.0"}) {
    const std::string root = fmt::format("/apps/openmpi/{}", version);
    host.files[fmt::format("/m/openmpi/{}", version)] =
        fmt::format("#%Module\nprepend-path LD_LIBRARY_PATH {}/lib\n", root);
    host.files[root + "/bin/mpiexec"] = "";
    host.files[root + "/lib/libmpi.so.40"] =
        library("libmpi.so.40", fmt::format("{}int ompi_mpi_comm_world[4];\n"
                                            "const char ompi_version_string[] = \"{}\";\n",
                                            k_calls, version));
  }
  const auto found = mpi_on(host);
  ASSERT_EQ(found.installations.size(), 2U);
  EXPECT_EQ(found.installations.front().module, "openmpi/5.0");
  EXPECT_EQ(found.installations.front().launcher, "/apps/openmpi/5.0/bin/mpiexec");
  EXPECT_EQ(found.installations.back().module, "openmpi/4.1");
}

TEST(FindMpi, ReadsNoMoreThanSoManyLibraries) {
  FakeHost host;
  for (int i = 0; i < 1000; ++i) host.files[fmt::format("/usr/lib64/libmpi{}.so.1", i)] = "";
  EXPECT_THAT(mpi_on(host).problems, ElementsAre(HasSubstr("64 were looked at")));
}

TEST(FindMpi, SaysWhatItCannotTell) {
  FakeHost host;
  host.files["/usr/lib64/libmpi_other.so.1"] = library("libmpi_other.so.1", k_calls);
  const auto found = mpi_on(host);
  EXPECT_THAT(found.installations, IsEmpty());
  EXPECT_THAT(found.problems, ElementsAre(HasSubstr("do not tell of which ABI")));
}

TEST(FindMpi, FindsOneOnce) {
  FakeHost host;
  const std::string bytes = mpich("libmpich.so.12");
  for (const char* folder : {"/lib64", "/usr/lib64"})
    host.files[std::string(folder) + "/libmpich.so.12"] = bytes;
  host.files["/etc/ld.so.cache"] =
      std::string("header\0libmpich.so.12\0/usr/lib64/libmpich.so.12\0", 47);
  const auto found = mpi_on(host);
  ASSERT_EQ(found.installations.size(), 1U);
  EXPECT_EQ(found.installations.front().path, "/usr/lib64/libmpich.so.12");
}

}  // namespace
}  // namespace xaas
