// SPDX-License-Identifier: Apache-2.0
#include "library_search.hpp"

#include "fake_host.hpp"

#include "xaas/support/files.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto k_blas = std::to_array<std::string_view>({"blas"});

TEST(SearchLibraries, KeepsTheLoadersOrder) {
  FakeHost host;
  host.variables["LD_LIBRARY_PATH"] = "relative::/opt/b/lib:/opt/a/lib:/nowhere";
  host.files["/opt/a/lib/liba.so"] = "";
  host.files["/opt/b/lib/libb.so.1"] = "";
  host.files["/opt/b/lib/notes.txt"] = "";
  host.files["/etc/ld.so.cache"] = std::string("header\0libc.so.1\0/c/libc.so.1\0", 31);
  host.files["/usr/lib64/libd.so.1"] = "";
  host.files["/module/lib/libe.so.1"] = "";
  const auto search = search_libraries(host, "amd64", {"/module/lib"});
  EXPECT_THAT(search.paths,
              ElementsAre("/opt/b/lib/libb.so.1", "/opt/a/lib/liba.so", "/c/libc.so.1",
                          "/usr/lib64/libd.so.1", "/module/lib/libe.so.1"));
  EXPECT_THAT(search.problems, IsEmpty());
}

TEST(SearchLibraries, KnowsDebiansAlternativesThatAreNotChosen) {
  FakeHost host;
  host.files["/var/lib/dpkg/alternatives/libblas.so.3-x86_64-linux-gnu"] =
      "auto\n/usr/lib/x86_64-linux-gnu/libblas.so.3\n\n"
      "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3\n10\n"
      "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3\n100\n\n";
  host.files["/var/lib/dpkg/alternatives/mpirun"] = "auto\n/usr/lib/libnot.so.1\n";
  EXPECT_THAT(search_libraries(host, "amd64", {}).paths,
              ElementsAre("/usr/lib/x86_64-linux-gnu/libblas.so.3",
                          "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
                          "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3"));
}

TEST(SearchLibraries, LookedIntoNothingWhereThereIsNothing) {
  EXPECT_FALSE(search_libraries(FakeHost(), "amd64", {}).looked_into_any);
}

class SearchLive : public ::testing::Test {
 protected:
  /// Of a live machine with this folder as its search path.
  LibrarySearch search() const { return search_libraries(*saved_tree(root_), "amd64", {"/l"}); }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
  fs::path root_ = folder_.path();
};

TEST_F(SearchLive, SaysWhichFolderIsALinkInACircle) {
  fs::create_symlink("l", root_ / "l");
  EXPECT_THAT(search().problems, ElementsAre(HasSubstr("links")));
}

TEST_F(SearchLive, MapsNoPipe) {
  ASSERT_EQ(::mkfifo((root_ / "libblas.so.3").c_str(), 0600), 0);
  const auto mapped = saved_tree(root_)->map("/libblas.so.3");
  ASSERT_FALSE(mapped);
  EXPECT_EQ(mapped.error().code(), "target.no-answer");
}

TEST_F(SearchLive, ComesToAnEndInCirclesOfLinks) {
  ASSERT_TRUE(make_folders(root_ / "l"));
  fs::create_symlink("libblas.so.3", root_ / "l/libblas.so");
  fs::create_symlink("libblas.so", root_ / "l/libblas.so.3");
  fs::create_symlink("../l", root_ / "l/self");
  const auto tree = saved_tree(root_);
  const auto found = search_libraries(*tree, "amd64", {"/l", "/l/self/self"});
  EXPECT_THAT(found.paths, SizeIs(4));
  EXPECT_THAT(libraries_called(*tree, found, k_blas), IsEmpty());
}

TEST(SearchTooMuch, SaysWhichFolderHasIt) {
  // In memory where there is such a folder: so many names take long on a disk.
  const fs::path memory = "/dev/shm";
  const auto folder = TemporaryFolder::make(fs::is_directory(memory) ? memory : fs::path()).value();
  const fs::path& root = folder.path();
  ASSERT_TRUE(make_folders(root / "l"));
  for (std::size_t i = 0; i <= k_most_names; ++i)
    ASSERT_EQ(::symlink("x", (root / fmt::format("l/{}", i)).c_str()), 0);
  const auto found = search_libraries(*saved_tree(root), "amd64", {"/l"});
  EXPECT_THAT(found.problems, ElementsAre(HasSubstr("has more than 100000 names")));
}

TEST(Links, AreFollowedInEachFolder) {
  FakeHost host;
  host.links["/lib"] = "usr/lib";
  host.links["/usr/lib/libblas.so.3"] = "/etc/alternatives/libblas.so.3";
  host.links["/etc/alternatives/libblas.so.3"] = "/usr/lib/./openblas/../blis//libblas.so.3";
  Links links(host);
  EXPECT_EQ(links.without("/lib/libblas.so.3"), "/usr/lib/blis/libblas.so.3");
  EXPECT_EQ(links.without("/../x"), "/x");
}

TEST(LibrariesCalled, AreEachFileOnce) {
  FakeHost host;
  host.links["/lib64"] = "usr/lib64";
  host.files["/usr/lib64/libblas.so.3.11"] = "";
  host.links["/usr/lib64/libblas.so.3"] = "libblas.so.3.11";
  const LibrarySearch search{.paths = {"/lib64/libblas.so.3", "/usr/lib64/libblas.so.3",
                                       "/usr/lib64/libblas.so.3.11", "/usr/lib64/libm.so.6"}};
  const auto found = libraries_called(host, search, k_blas);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().file, "/usr/lib64/libblas.so.3.11");
  EXPECT_EQ(found.front().path, "/lib64/libblas.so.3");
}

TEST(LibrariesCalled, AreNotThousands) {
  LibrarySearch search;
  for (int i = 0; i < 10000; ++i) search.paths.push_back(fmt::format("/l/libblas{}.so.3", i));
  EXPECT_THAT(libraries_called(FakeHost(), search, k_blas), SizeIs(k_most_candidates));
}

TEST(FindLibraries, ComesToAnEndWithThousandsOfFolders) {
  FakeHost host;
  std::string path;
  for (int i = 0; i < 20000; ++i) path += fmt::format("/f{}:", i);
  host.variables["LD_LIBRARY_PATH"] = path;
  EXPECT_THAT(search_libraries(host, "amd64", {}).paths, IsEmpty());
  EXPECT_EQ(absolute_folders_in(path).size(), 1024U);
}

}  // namespace
}  // namespace xaas
