// SPDX-License-Identifier: Apache-2.0
#include "install_tree.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

/// A build that linked files with these outputs, seen at /b and lying in a temporary folder.
class InstallTree : public testing::Test {
 protected:
  InstallTree() {
    build_.source = "/b/source";
    build_.build = "/b/build";
    build_.stage = folder_.path() / "stage";
    build_.seen_paths["/b"] = folder_.path();
  }

  void link(const std::string& output, const std::string& content,
            LinkRecord::Kind kind = LinkRecord::Kind::executable) {
    build_.log.links.push_back(
        {.output = "/b/build/" + output, .content = digest_of(content), .kind = kind});
    ASSERT_TRUE(write_file(folder_.path() / "build" / output, content, 0755));
  }

  [[nodiscard]] std::string installed(const std::string& path) const {
    return read_file(build_.stage / path).value_or("(not there)");
  }

  TemporaryFolder folder_ = *TemporaryFolder::make();
  BuildResult build_;
};

TEST_F(InstallTree, PutsAProgramIntoBin) {
  link("src/app", "program");
  ASSERT_TRUE(install_requested(build_, "/usr/local", {{.name = "app"}}));
  EXPECT_EQ(installed("usr/local/bin/app"), "program");
}

TEST_F(InstallTree, PutsALibraryIntoLib) {
  link("libapp.so", "library", LinkRecord::Kind::shared_library);
  ASSERT_TRUE(install_requested(build_, "/usr/local", {{.name = "libapp.so"}}));
  EXPECT_EQ(installed("usr/local/lib/libapp.so"), "library");
}

TEST_F(InstallTree, PutsAProductWhereItIsAskedFor) {
  link("app", "program");
  ASSERT_TRUE(install_requested(build_, "/usr/local", {{.name = "app", .destination = "/opt/x"}}));
  EXPECT_EQ(installed("opt/x"), "program");
}

TEST_F(InstallTree, FollowsLibtool) {
  link("src/.libs/lt-app", "program");
  ASSERT_TRUE(install_requested(build_, "/usr/local", {{.name = "src/app"}}));
  EXPECT_EQ(installed("usr/local/bin/app"), "program");
}

TEST_F(InstallTree, NamesWhatWasLinkedWhenAProductIsUnknown) {
  link("app", "program");
  const auto status = install_requested(build_, "/usr/local", {{.name = "ap"}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "build.no-product");
  EXPECT_NE(status.error().help().find("app"), std::string::npos);
}

TEST_F(InstallTree, AsksWhichOfTwoIsMeant) {
  link("a/app", "one");
  link("b/app", "two");
  const auto status = install_requested(build_, "/usr/local", {{.name = "app"}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "build.ambiguous-product");
  EXPECT_TRUE(install_requested(build_, "/usr/local", {{.name = "b/app"}}));
}

TEST_F(InstallTree, SaysHowToFillAnEmptyOne) {
  link("src/app", "program");
  const Error error = empty_install_tree(build_);
  EXPECT_NE(error.message().find("src/app"), std::string::npos);
  EXPECT_NE(error.help().find("--product app"), std::string::npos);
}

TEST_F(InstallTree, TiesFilesToLinksByBuildId) {
  build_.log.links = {{.build_id = "aa"}, {.build_id = "bb"}};
  InstalledFile file{.path = "/x", .elf = ElfFacts{.kind = ElfKind::executable, .build_id = "bb"}};
  EXPECT_EQ(find_link(build_, file), &build_.log.links[1]);
  file.elf->build_id = "";
  EXPECT_EQ(find_link(build_, file), nullptr);
}

}  // namespace
}  // namespace xaas
