// SPDX-License-Identifier: Apache-2.0
#include "machine_library.hpp"

#include "fake_host.hpp"
#include "made_library.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using testing::functions;
using ::testing::IsEmpty;
using testing::library;
using ::testing::SizeIs;

std::vector<std::string> blas_patterns() {
  return {"libblas.so.*", "libopenblas*.so.*"};
}

std::vector<MachineLibrary> libraries_at(const FakeHost& host, const std::string& path) {
  return machine_libraries(host, path, blas_patterns(), {"dgemm_", "daxpy_"}, "amd64");
}

TEST(MachineLibraries, AreTheOneThatIsNamedAndThoseBesideItEachOnce) {
  FakeHost host;
  host.files["/opt/lib/libblas.so.3"] = library("libblas.so.3", functions({"daxpy_"}));
  host.files["/opt/lib/libopenblas.so.0"] =
      library("libopenblas.so.0", functions({"dgemm_", "cblas_ddot"}), {"libother.so.1"});
  host.files["/opt/lib/libother.so.1"] = library("libother.so.1", "");
  host.links["/opt/lib/libopenblas.so"] = "libopenblas.so.0";
  host.links["/opt/lib/libblas.so.3.1"] = "libblas.so.3";
  host.variables["LD_LIBRARY_PATH"] = "/opt/lib";
  const auto found = libraries_at(host, "/opt/lib/libopenblas.so.0");
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0], (MachineLibrary{.path = "/opt/lib/libopenblas.so.0",
                                      .soname = "libopenblas.so.0",
                                      .folder = "/opt/lib",
                                      .symbols = {"dgemm_"},
                                      .brings = {"libother.so.1"},
                                      .problems = {}}));
  EXPECT_EQ(found[1].path, "/opt/lib/libblas.so.3");
}

TEST(MachineLibraries, AreInNoFolderWhereTheirSonamesLeadElsewhere) {
  FakeHost host;
  host.files["/opt/lib/vendor.so"] = library("libblas.so.3", functions({"dgemm_"}));
  EXPECT_EQ(libraries_at(host, "/opt/lib/vendor.so").at(0).folder, "");
  host.files["/opt/lib/libblas.so.3"] = library("libblas.so.3", "");
  EXPECT_EQ(libraries_at(host, "/opt/lib/vendor.so").at(0).folder, "");
}

TEST(MachineLibraries, AreFoundWhereNoAlternativeLeadsElsewhereTomorrow) {
  FakeHost host;
  host.files["/usr/lib/blas/libblas.so.3"] = library("libblas.so.3", functions({"dgemm_"}));
  host.links["/usr/lib/libblas.so.3"] = "/etc/alternatives/libblas.so.3";
  host.links["/etc/alternatives/libblas.so.3"] = "/usr/lib/blas/libblas.so.3";
  const auto found = libraries_at(host, "/usr/lib/libblas.so.3");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].path, "/usr/lib/libblas.so.3");
  EXPECT_EQ(found[0].folder, "/usr/lib/blas");
  EXPECT_THAT(found[0].problems, IsEmpty());
}

TEST(MachineLibraries, GoByTheirFilesNamesWithoutASoname) {
  FakeHost host;
  host.files["/opt/lib/mine.so"] = library("", functions({"dgemm_"}));
  const auto found = libraries_at(host, "/opt/lib/mine.so");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].soname, "mine.so");
  EXPECT_EQ(found[0].folder, "/opt/lib");
}

TEST(MachineLibraries, SayWhatALoaderWouldNotFind) {
  FakeHost host;
  host.files["/opt/lib/libblas.so.3"] = library("libblas.so.3", "", {"libnowhere.so.1"});
  const auto found = libraries_at(host, "/opt/lib/libblas.so.3");
  ASSERT_THAT(found, SizeIs(1));
  ASSERT_THAT(found[0].problems, SizeIs(1));
  EXPECT_EQ(found[0].problems[0].needed, "libnowhere.so.1");
}

TEST(MachineLibraries, AreNoneOfWhatIsNone) {
  FakeHost host;
  const std::string whole = library("libblas.so.3", functions({"dgemm_"}));
  host.files["/a/libblas.so.3"] = "INPUT(libblas.so.3.9)";
  host.files["/b/libblas.so.3"] = whole.substr(0, whole.size() / 2);
  host.files["/c/libblas.so.3"] = "";
  host.links["/d/libblas.so.3"] = "libblas.so.3";
  // Links to it would be made by this name.
  host.files["/e/libblas.so.3"] = library("../../libblas.so.3", functions({"dgemm_"}));
  for (const char* folder : {"/a", "/b", "/c", "/d", "/e", "/nowhere"}) {
    EXPECT_THAT(libraries_at(host, fmt::format("{}/libblas.so.3", folder)), IsEmpty()) << folder;
  }
  host.files["/f/libblas.so.3"] = whole;
  EXPECT_THAT(machine_libraries(host, "/f/libblas.so.3", blas_patterns(), {}, "arm64"), IsEmpty());
}

TEST(MachineLibraries, AreNotThousands) {
  FakeHost host;
  const std::string bytes = library("", "");
  for (int i = 0; i < 200; ++i) host.files[fmt::format("/opt/lib/libblas.so.{:03}", i)] = bytes;
  EXPECT_THAT(libraries_at(host, "/opt/lib/libblas.so.199"), SizeIs(65));
}

TEST(LibrariesCalledLike, AreThoseOfTheLoaderEachFileOnce) {
  FakeHost host;
  host.files["/opt/lib/libblas.so.3"] = "";
  host.files["/usr/lib/libopenblas-r0.3.so"] = "";
  host.files["/usr/lib/libother.so.1"] = "";
  host.links["/usr/lib/libopenblas.so.0"] = "libopenblas-r0.3.so";
  host.links["/usr/lib/libblas.so.3"] = "libopenblas.so.0";
  host.links["/usr/lib/libopenblas.so.1"] = "libopenblas.so.1";
  host.variables["LD_LIBRARY_PATH"] = "/opt/lib:relative:/nowhere";
  EXPECT_THAT(libraries_called_like(host, blas_patterns(), "amd64"),
              ElementsAre("/opt/lib/libblas.so.3", "/usr/lib/libblas.so.3"));
}

TEST(LibrariesCalledLike, AreNotThousands) {
  FakeHost host;
  host.variables["LD_LIBRARY_PATH"] = "/opt/lib";
  for (int i = 0; i < 1000; ++i) host.files[fmt::format("/opt/lib/libblas.so.{}", i)] = "";
  EXPECT_THAT(libraries_called_like(host, blas_patterns(), "amd64"), SizeIs(64));
}

}  // namespace
}  // namespace xaas
