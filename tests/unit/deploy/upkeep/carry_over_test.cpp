// SPDX-License-Identifier: Apache-2.0
#include "upkeep/carry_over.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Trees {
  TemporaryFolder temporary = *TemporaryFolder::make();
  fs::path was = temporary.path() / "old";
  fs::path is = temporary.path() / "new";
  DeploymentRecord record{.targets = {{.products = {{.place = "bin/p"}}}}};

  Trees() {
    fs::create_directories(was);
    fs::create_directories(is);
  }

  void write(const std::string& path, const std::string& old_bytes,
             const std::string& new_bytes) const {
    if (!old_bytes.empty()) ASSERT_TRUE(write_file(was / path, old_bytes));
    if (!new_bytes.empty()) ASSERT_TRUE(write_file(is / path, new_bytes));
  }
  [[nodiscard]] CarriedOver carry() const {
    auto carried = carry_over({.old_tree = was, .new_tree = is, .record = record});
    EXPECT_TRUE(carried) << carried.error().message();
    return *std::move(carried);
  }
  [[nodiscard]] std::string now(const std::string& path) const {
    return read_file(is / path).value_or("nothing");
  }
};

TEST(CarryOver, KeepsWhatPeopleAddedAndWrote) {
  const Trees trees;
  trees.write("etc/conf", "mine", "shipped");
  trees.write("etc/same", "text", "text");
  trees.write("results/out", "numbers", "");
  fs::create_directories(trees.was / "results/empty");
  fs::create_symlink("out", trees.was / "results/last");
  EXPECT_THAT(trees.carry().kept,
              ElementsAre("etc/conf", "results/empty", "results/last", "results/out"));
  EXPECT_EQ(trees.now("etc/conf"), "mine");
  EXPECT_EQ(trees.now("results/out"), "numbers");
  EXPECT_TRUE(fs::is_directory(trees.is / "results/empty"));
  EXPECT_EQ(fs::read_symlink(trees.is / "results/last"), "out");
  EXPECT_THAT(trees.carry().kept, IsEmpty());
}

TEST(CarryOver, LeavesWhatIsMadeForTheMachine) {
  const Trees trees;
  trees.write("bin/p", "changed", "product");
  trees.write("bin/other", "\177ELF old", "\177ELF new one");
  trees.write("lib/xaas/libc.so.6", "bundled", "");
  trees.write("libexec/xaas/host/bin/p", "view", "");
  trees.write("lib/glibc-hwcaps/x86-64-v3/libp.so", "level", "");
  trees.write(".xaas/deployment.json", "old", "new");
  const CarriedOver carried = trees.carry();
  EXPECT_THAT(carried.kept, IsEmpty());
  EXPECT_THAT(carried.left, IsEmpty());
  EXPECT_EQ(trees.now("bin/p"), "product");
  EXPECT_FALSE(fs::exists(trees.is / "lib/xaas"));
}

TEST(CarryOver, NamesWhatCannotStandForTheNewFile) {
  Trees trees;
  trees.record.prefix = "/apps/p";
  trees.record.prefixed = {{.path = "bin/start", .is_text = true, .places = {5}}};
  trees.write("bin/start", "# mine\nexec /apps/p/bin/p", "exec /apps/p/bin/p");
  trees.write("bin/tool", "a script around it", "\177ELF");
  EXPECT_THAT(trees.carry().left, ElementsAre("bin/start", "bin/tool"));
  trees.write("bin/start", "exec /apps/p/bin/p -v", "");
  EXPECT_THAT(trees.carry().kept, ElementsAre("bin/start"));
}

TEST(CarryOver, WritesThroughNoLink) {
  const Trees trees;
  trees.write("share/file", "mine", "");
  fs::create_directory_symlink(trees.temporary.path(), trees.is / "share");
  EXPECT_THAT(trees.carry().left, ElementsAre("share/file"));
  EXPECT_FALSE(fs::exists(trees.temporary.path() / "file"));
}

}  // namespace
}  // namespace xaas
