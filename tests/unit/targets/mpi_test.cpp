// SPDX-License-Identifier: Apache-2.0
#include "mpi.hpp"

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
  const auto found = find_mpi(host, "amd64");
  ASSERT_EQ(found.installations->size(), 2U);
  EXPECT_EQ((*found.installations)[0].path, "/opt/mpi/lib/libmpi.so.40");
  EXPECT_EQ((*found.installations)[1].path, "/usr/lib64/libmpich.so.12");
  EXPECT_THAT(found.problems, IsEmpty());
}

TEST(FindMpi, KnowsCraysVariables) {
  FakeHost host;
  // Nothing of it in LD_LIBRARY_PATH: the compiler writes run paths.
  host.variables["CRAY_LD_LIBRARY_PATH"] = "/opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/lib";
  host.files["/opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12"] =
      mpich("libmpi_gnu_123.so.12", "CRAY MPICH version 8.1.29.26 ");
  const auto found = find_mpi(host, "amd64");
  ASSERT_EQ(found.installations->size(), 1U);
  EXPECT_EQ(found.installations->front().flavour, "cray-mpich");
}

TEST(FindMpi, SaysWhatItCannotTell) {
  FakeHost host;
  host.files["/usr/lib64/libmpi_other.so.1"] = library("libmpi_other.so.1", k_calls);
  const auto found = find_mpi(host, "amd64");
  EXPECT_THAT(found.installations.value(), IsEmpty());
  EXPECT_THAT(found.problems, ElementsAre(HasSubstr("do not tell of which ABI")));
}

TEST(FindMpi, FindsOneOnce) {
  FakeHost host;
  const std::string bytes = mpich("libmpich.so.12");
  for (const char* folder : {"/lib64", "/usr/lib64"})
    host.files[std::string(folder) + "/libmpich.so.12"] = bytes;
  host.files["/etc/ld.so.cache"] =
      std::string("header\0libmpich.so.12\0/usr/lib64/libmpich.so.12\0", 47);
  const auto found = find_mpi(host, "amd64");
  ASSERT_EQ(found.installations->size(), 1U);
  EXPECT_EQ(found.installations->front().path, "/usr/lib64/libmpich.so.12");
}

}  // namespace
}  // namespace xaas
