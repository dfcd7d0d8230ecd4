// SPDX-License-Identifier: Apache-2.0
#include "library_closure.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_library = "libstdc++.so.6";

/// A program that needs a library which every machine has, and a tarball that may have it, too.
class CloseOverLibraries : public testing::Test {
 protected:
  CloseOverLibraries() : tarball_(folder_.path() / "tarball") {
    ElfFacts elf;
    elf.kind = ElfKind::executable;
    elf.needed = {k_library};
    program_.push_back({.path = "/usr/local/bin/program", .elf = elf});
    machines_ = read_loader_cache().value().at(k_library);
  }

  void add_to_tarball() const {
    ASSERT_TRUE(make_folders(tarball_ / "lib"));
    ASSERT_TRUE(xaas::copy_file(machines_, tarball_ / "lib" / k_library));
  }

  TemporaryFolder folder_ = *TemporaryFolder::make();
  std::filesystem::path tarball_;
  std::string machines_;
  std::vector<InstalledFile> program_;
};

TEST_F(CloseOverLibraries, TakesTheMachinesWhereTheTarballHasNone) {
  const auto libraries = close_over_libraries(program_, {}, tarball_, {});
  ASSERT_TRUE(libraries);
  EXPECT_EQ(libraries->by_soname.at(k_library), image_path_of(machines_));
  EXPECT_TRUE(libraries->missing.empty());
}

TEST_F(CloseOverLibraries, GivesATarballsLibraryAPlaceThatDoesNotTellWhereItLay) {
  add_to_tarball();
  const auto libraries = close_over_libraries(program_, {}, tarball_, {});
  ASSERT_TRUE(libraries);
  const std::string place = std::string("/usr/lib/llvm-22/lib/") + k_library;
  EXPECT_EQ(libraries->by_soname.at(k_library), place);
  EXPECT_EQ(libraries->files.at(place), tarball_ / "lib" / k_library);
}

TEST_F(CloseOverLibraries, LooksIntoNoOtherFolderThanTheTarballs) {
  add_to_tarball();
  const auto libraries = close_over_libraries(program_, {}, {}, {});
  ASSERT_TRUE(libraries);
  EXPECT_EQ(libraries->by_soname.at(k_library), image_path_of(machines_));
}

/// What a library opens lies beside it, in a folder whose name would be a pattern.
TEST_F(CloseOverLibraries, TakesWhatLibrariesOpenByThemselves) {
  const auto libraries_folder = folder_.path() / "a[b]*" / "lib";
  const auto library = libraries_folder / "libown.so.1";
  const auto plugin = libraries_folder / "plugins" / "plug.so";
  const auto text = folder_.path() / "a[b]*" / "share" / "texts.txt";
  for (const auto& file : {library, plugin, text}) ASSERT_TRUE(make_folders(file.parent_path()));
  ASSERT_TRUE(make_folders(libraries_folder / "plugins" / "folder.so"));
  ASSERT_TRUE(xaas::copy_file(machines_, library));
  ASSERT_TRUE(xaas::copy_file(machines_, plugin));
  ASSERT_TRUE(write_file(text, "words"));
  // All of them are called so by themselves.
  const std::vector<LibraryInterface> interfaces = {
      {.name = "own",
       .opens = {{.sonames = {k_library},
                  .files = {"plugins/*.so", "../share/texts.txt", "none/*.so"},
                  .environment = {{"OWN", "1"}}}}}};
  const auto libraries = close_over_libraries({}, {library}, {}, interfaces);
  ASSERT_TRUE(libraries) << libraries.error().message();
  EXPECT_TRUE(libraries->files.contains(image_path_of(plugin)));
  EXPECT_TRUE(libraries->files.contains(image_path_of(text)));
  EXPECT_FALSE(libraries->files.contains(image_path_of(libraries_folder / "plugins/folder.so")));
  // The loader is not led to plugins.
  EXPECT_EQ(libraries->by_soname.at(k_library), image_path_of(library));
  EXPECT_EQ(libraries->environment.at("OWN"), "1");
  const auto without = close_over_libraries({}, {library}, {}, {});
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->files.contains(image_path_of(plugin)));
}

}  // namespace
}  // namespace xaas
