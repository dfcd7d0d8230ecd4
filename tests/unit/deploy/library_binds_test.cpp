// SPDX-License-Identifier: Apache-2.0
#include "export/library_binds.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BindsOf : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = TemporaryFolder::make().value();
    put("etc/ld.so.conf", "/usr/lib/x86_64-linux-gnu\n");
    put("usr/lib/x86_64-linux-gnu/libc.so.6", "c");
    ASSERT_TRUE(make_link("usr/lib", root() / "lib"));
  }
  void put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(write_file(root() / path, text));
  }
  static std::vector<LibraryInterface> interfaces() { return *load_interfaces({}); }
  [[nodiscard]] std::filesystem::path root() const { return folder_->path() / "root"; }
  [[nodiscard]] std::filesystem::path host() const { return folder_->path() / "host"; }

 private:
  std::optional<TemporaryFolder> folder_;
};

TEST_F(BindsOf, IsTheFolderOfALibraryThatTheImageHasNothingInThePlaceOf) {
  const auto bound = binds_of({"/opt/mpi/lib/libmpi.so.12"}, {}, root(), interfaces());
  EXPECT_THAT(bound.paths, ElementsAre("/opt/mpi/lib"));
  EXPECT_THAT(bound.library_folders, ElementsAre("/opt/mpi/lib"));
}

TEST_F(BindsOf, IsTheFileWhereTheFolderWouldHideTheImages) {
  const auto bound =
      binds_of({"/usr/lib/x86_64-linux-gnu/libmpich.so.12"}, {}, root(), interfaces());
  EXPECT_THAT(bound.paths, ElementsAre("/usr/lib/x86_64-linux-gnu/libmpich.so.12"));
  EXPECT_THAT(bound.library_folders, IsEmpty());
  const auto by_link = binds_of({"/lib/x86_64-linux-gnu/libmpich.so.12"}, {}, root(), interfaces());
  EXPECT_THAT(by_link.paths, ElementsAre("/lib/x86_64-linux-gnu/libmpich.so.12"));
  EXPECT_THAT(by_link.library_folders, IsEmpty());
}

TEST_F(BindsOf, HasOfWhatALibraryNeedsOnlyWhatTheImageHasNot) {
  const auto bound =
      binds_of({"/opt/mpi/lib/libmpi.so.12"},
               {"/lib64/libc.so.6", "/opt/ucx/lib/libucp.so.0", "/opt/mpi/lib/libopen-pal.so.40"},
               root(), interfaces());
  EXPECT_THAT(bound.paths, ElementsAre("/opt/mpi/lib", "/opt/ucx/lib"));
  EXPECT_THAT(bound.library_folders, ElementsAre("/opt/mpi/lib", "/opt/ucx/lib"));
}

TEST_F(BindsOf, HasThePartsOfAnMpiThatTheImageHasAnotherReleaseOf) {
  put("usr/lib/x86_64-linux-gnu/libopen-pal.so.40", "pal");
  const std::string folder = "/usr/lib/x86_64-linux-gnu/";
  const auto bound =
      binds_of({folder + "libmpi.so.40"}, {folder + "libopen-pal.so.40"}, root(), interfaces());
  EXPECT_EQ(bound.paths[1], folder + "libopen-pal.so.40");
}

TEST_F(BindsOf, IsTheSameWhenPlacesForItAreThere) {
  put("usr/lib/x86_64-linux-gnu/libucp.so.0", "");
  ASSERT_TRUE(make_folders(root() / "opt/mpi/lib"));
  const auto bound = binds_of({"/opt/mpi/lib/libmpi.so.12"},
                              {"/usr/lib/x86_64-linux-gnu/libucp.so.0"}, root(), interfaces());
  EXPECT_THAT(bound.paths, ElementsAre("/opt/mpi/lib", "/usr/lib/x86_64-linux-gnu/libucp.so.0"));
}

TEST_F(BindsOf, IncludesPluginsBesideALibraryOrTheFileThatItLeadsTo) {
  const std::string lib = host() / "lib";
  ASSERT_TRUE(write_file(host() / "openmpi/lib/libmpi.so.40.3", "mpi"));
  ASSERT_TRUE(make_folders(host() / "lib/ucx"));
  ASSERT_TRUE(make_link("../openmpi/lib/libmpi.so.40.3", host() / "lib/libmpi.so.40"));
  const auto bound =
      binds_of({lib + "/libmpi.so.40"}, {lib + "/libucs.so.0"}, root(), interfaces());
  // The first has `ucx`.
  EXPECT_THAT(bound.paths, ElementsAre(lib, host() / "openmpi/lib"));
  EXPECT_THAT(bound.library_folders, ElementsAre(lib));
}

TEST_F(BindsOf, HasEachFolderOfPluginsOnce) {
  const std::string lib = host() / "lib";
  ASSERT_TRUE(make_folders(host() / "lib/openmpi/lib/openmpi3"));
  ASSERT_TRUE(make_folders(host() / "share/openmpi"));
  put((lib + "/libc.so.6").substr(1), "c");
  const auto bound = binds_of({lib + "/libopen-pal.so.40"}, {}, root(), interfaces());
  EXPECT_THAT(bound.paths,
              ElementsAre(lib + "/libopen-pal.so.40", lib + "/openmpi", host() / "share/openmpi"));
}

TEST_F(BindsOf, IsTheSameWhenPlacesForWhatIsOpenedAreThere) {
  const std::string lib = host() / "lib";
  ASSERT_TRUE(make_folders(host() / "lib/ucx"));
  const auto first = binds_of({lib + "/libucs.so.0"}, {}, root(), interfaces());
  for (const std::string& path : first.paths) ASSERT_TRUE(make_folders(root() / path.substr(1)));
  EXPECT_EQ(binds_of({lib + "/libucs.so.0"}, {}, root(), interfaces()), first);
}

TEST_F(BindsOf, IsNoFolderOfWhatIsOpenedThatTheLibraryIsBelow) {
  const std::string lib = host() / "lib";
  for (const char* file : {"lib/libown.so.1", "lib/own_a.so", "lib/other.so", "own.txt"})
    ASSERT_TRUE(write_file(host() / file, "own"));
  const std::vector<LibraryInterface> interfaces = {
      {.opens = {{.sonames = {"libown.so.1"}, .files = {"own_*.so", "../own.txt", "none.so"}}}}};
  put((lib + "/libc.so.6").substr(1), "c");
  const auto bound = binds_of({lib + "/libown.so.1"}, {}, root(), interfaces);
  EXPECT_THAT(bound.paths,
              ElementsAre(lib + "/libown.so.1", lib + "/own_a.so", host() / "own.txt"));
}

TEST_F(BindsOf, HasFoldersOfWhatIsOpenedWhoseNamesAreToldByPatterns) {
  const std::string lib = host() / "lib";
  for (const char* file : {"lib/own-2/a.so", "lib/own-2/b.so", "lib/own-3/a.so"})
    ASSERT_TRUE(write_file(host() / file, "own"));
  const std::vector<LibraryInterface> interfaces = {
      {.opens = {{.sonames = {"libown.so.1"}, .files = {"own-*/*.so", "own-?/b.so"}}}}};
  put((lib + "/libc.so.6").substr(1), "c");
  const auto bound = binds_of({lib + "/libown.so.1"}, {}, root(), interfaces);
  EXPECT_THAT(bound.paths, ElementsAre(lib + "/libown.so.1", lib + "/own-2", lib + "/own-3"));
}

TEST(LibraryBinds, AreNoneOfADeploymentWithTheImagesLibraries) {
  EXPECT_EQ(library_binds({}, "/nowhere", {}), BoundFiles());
  EXPECT_THAT(library_binds({{.path = "/nowhere/lib/liba.so.1"}}, "/nowhere", {}).paths,
              ElementsAre("/nowhere/lib"));
}

}  // namespace
}  // namespace xaas
