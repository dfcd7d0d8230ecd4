// SPDX-License-Identifier: Apache-2.0
#include "layer_difference.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

LayerFile text(const std::string& content, unsigned mode = 0644) {
  return {.content = content, .mode = mode};
}

std::vector<std::string> names_of(const LayerContent& layer) {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : layer) paths.push_back(path);
  return paths;
}

std::vector<std::string> paths_in(const ImageContent& from, const ImageContent& to) {
  const auto difference = difference_of(from, to);
  EXPECT_TRUE(difference) << difference.error().message();
  EXPECT_THAT(names_of(difference->base), IsEmpty());
  return names_of(difference->application);
}

TEST(DifferenceOf, EqualContentIsNothing) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(write_file(folder->path() / "file", "same"));
  ImageContent from;
  from.base["usr/a"] = text("same");
  from.application["usr/link"] = LayerLink{.target = "a"};
  from.application["usr/folder"] = LayerFolder{};
  ImageContent to = from;
  to.base["usr/a"] = LayerFile{.content = folder->path() / "file"};
  EXPECT_THAT(paths_in(from, to), IsEmpty());
}

TEST(DifferenceOf, HasWhatIsOtherwiseOrNew) {
  ImageContent from;
  from.application["bin/a"] = text("one");
  from.application["bin/mode"] = text("x");
  from.application["bin/link"] = LayerLink{.target = "a"};
  ImageContent to;
  to.application["bin/a"] = text("two");
  to.application["bin/mode"] = text("x", 0755);
  to.application["bin/link"] = LayerLink{.target = "b"};
  to.application["bin/new"] = text("new");
  EXPECT_THAT(paths_in(from, to), ElementsAre("bin/a", "bin/link", "bin/mode", "bin/new"));
}

TEST(DifferenceOf, TakesAwayWhatIsNotThere) {
  ImageContent from;
  from.application["bin/gone"] = text("x");
  from.application["bin/stays"] = text("x");
  from.application["share/all/of/it"] = text("x");
  from.application["share/all/more"] = text("x");
  ImageContent to;
  to.application["bin/stays"] = text("x");
  EXPECT_THAT(paths_in(from, to), ElementsAre(".wh.share", "bin/.wh.gone"));
}

TEST(DifferenceOf, TurnsNothingIntoAnotherKind) {
  ImageContent from;
  from.application["x"] = LayerFolder{};
  ImageContent to;
  to.application["x"] = text("a file");
  EXPECT_THAT(paths_in(from, to), ElementsAre(".wh.x", "x"));
}

TEST(DifferenceOf, KeepsTheMachinesFilesApart) {
  ImageContent from;
  from.base["lib/libold.so"] = text("x");
  from.base["lib/libsame.so"] = text("x");
  from.application["bin/a"] = text("one");
  from.application["lib/own.so"] = text("x");
  ImageContent to;
  to.base["lib/libnew.so"] = text("x");
  to.base["lib/libsame.so"] = text("x");
  to.application["bin/a"] = text("two");
  const auto difference = difference_of(from, to);
  ASSERT_TRUE(difference);
  EXPECT_THAT(names_of(difference->base), ElementsAre("lib/.wh.libold.so", "lib/libnew.so"));
  EXPECT_THAT(names_of(difference->application), ElementsAre("bin/a", "lib/.wh.own.so"));
}

TEST(DifferenceOf, HidesNothingOfTheNewBase) {
  ImageContent from;
  from.application["lib/x/own.so"] = text("x");
  ImageContent to;
  to.base["lib/x"] = text("a file");
  const auto difference = difference_of(from, to);
  ASSERT_TRUE(difference);
  EXPECT_THAT(names_of(difference->base), ElementsAre("lib/.wh.x", "lib/x"));
  EXPECT_THAT(names_of(difference->application), IsEmpty());
}

// A folder that has something in it has no entry of its own.
TEST(DifferenceOf, TurnsFullFoldersIntoFilesAndBack) {
  ImageContent from;
  from.application["share/x/deep/a"] = text("a");
  from.application["share/x/b"] = text("b");
  from.application["share/link"] = LayerLink{.target = "x"};
  ImageContent to;
  to.application["share/x"] = text("a file");
  to.application["share/link/c"] = text("c");
  EXPECT_THAT(paths_in(from, to),
              ElementsAre("share/.wh.link", "share/.wh.x", "share/link/c", "share/x"));
  EXPECT_THAT(paths_in(to, from), ElementsAre("share/.wh.link", "share/.wh.x", "share/link",
                                              "share/x/b", "share/x/deep/a"));
}

}  // namespace
}  // namespace xaas
