// SPDX-License-Identifier: Apache-2.0
#include "upkeep/find_deployments.hpp"

#include "record/deployment_record.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Folder {
  TemporaryFolder temporary = *TemporaryFolder::make();
  fs::path path = fs::canonical(temporary.path());

  void deploy(const std::string& place) const {
    ASSERT_TRUE(write_file(path / place / k_record_path, "{}"));
  }
};

FoundDeployments found_in(const std::vector<fs::path>& folders, std::size_t most = 1000) {
  auto found = find_deployments(folders, most);
  EXPECT_TRUE(found) << found.error().message();
  return *std::move(found);
}

TEST(FindDeployments, NamesEachOnceInOrder) {
  const Folder folder;
  folder.deploy("b");
  folder.deploy("sub/deep/a");
  folder.deploy("a");
  const auto found =
      found_in({folder.path / "sub", folder.path, folder.path / "b", folder.path / "a/."});
  EXPECT_THAT(found.places,
              ElementsAre(folder.path / "a", folder.path / "b", folder.path / "sub/deep/a"));
  EXPECT_THAT(found.passed_over, IsEmpty());
}

TEST(FindDeployments, LooksForNoneInsideAnotherNorBehindLinks) {
  const Folder folder;
  folder.deploy("a");
  folder.deploy("a/inner");
  fs::create_directories(folder.path / "more");
  fs::create_directory_symlink("..", folder.path / "more/up");
  fs::create_directory_symlink("../a", folder.path / "more/other");
  EXPECT_THAT(found_in({folder.path}).places, ElementsAre(folder.path / "a"));
}

TEST(FindDeployments, PassesByWhatIsKeptBesideThem) {
  const Folder folder;
  folder.deploy("a");
  folder.deploy(".a.xaas-previous");
  folder.deploy(".xaas-tmp-1-2-3-4/made");
  folder.deploy(".a.xaas-aside");
  folder.deploy(".b.xaas-aside");
  const auto found = found_in({folder.path});
  EXPECT_THAT(found.places, ElementsAre(folder.path / "a"));
  EXPECT_THAT(found.interrupted, ElementsAre(folder.path / "b"));
}

TEST(FindDeployments, SaysWhereAPathIsTooLong) {
  const Folder folder;
  const std::string name(200, 'd');
  // Each level is made below a name that is short, for the whole path is more than one may be.
  fs::path top = folder.path / "x";
  fs::create_directories(top);
  for (int level = 0; level < 30; ++level) {
    fs::rename(top, folder.path / "y");
    fs::create_directories(top);
    fs::rename(folder.path / "y", top / name);
  }
  const auto found = found_in({folder.path});
  ASSERT_EQ(found.passed_over.size(), 1U);
  EXPECT_THAT(found.passed_over[0], ::testing::EndsWith("was passed over: File name too long"));
}

TEST(FindDeployments, StopsAtABoundAndSaysSo) {
  const Folder folder;
  for (int i = 0; i < 10; ++i) fs::create_directories(folder.path / std::to_string(i));
  const auto found = found_in({folder.path}, 5);
  ASSERT_EQ(found.passed_over.size(), 1U);
  EXPECT_THAT(found.passed_over[0], ::testing::HasSubstr("after 5 folders"));
}

TEST(FindDeployments, RefusesWhatIsNoFolder) {
  const Folder folder;
  ASSERT_TRUE(write_file(folder.path / "file", ""));
  for (const char* name : {"none", "file"}) {
    const auto found = find_deployments(std::vector{folder.path / name});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), "upkeep.no-folder");
  }
}

}  // namespace
}  // namespace xaas
