// SPDX-License-Identifier: Apache-2.0
#include "merge_equal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using testing::ElementsAre;

TranslationUnit unit_of(const char* source, const char* code) {
  return {.source = source, .language = "c", .bitcode = digest_of(code)};
}

TEST(MergeEqual, KeepsTheFirstOfEachAndLeadsAllToIt) {
  IrManifest manifest;
  manifest.units = {unit_of("a.c", "a"), unit_of("b.c", "b"), unit_of("a.c", "a"),
                    unit_of("b.c", "other b")};
  manifest.links = {{.name = "app", .items = {LinkUnit{0}, LinkUnit{1}}},
                    {.name = "app", .items = {LinkUnit{2}, LinkUnit{1}}},
                    {.name = "app", .items = {LinkArchive{.name = "x.a", .members = {2, 3}}}}};
  manifest.products = {{.path = "/bin/app", .link = 0},
                       {.path = "/bin/app", .link = 1},
                       {.path = "/bin/app", .link = 2}};
  manifest.configurations = {{.name = "1", .products = {0}},
                             {.name = "2", .products = {1}},
                             {.name = "3", .products = {2}}};
  EXPECT_THAT(merge_equal(manifest), ElementsAre(0, 1, 0, 2));
  EXPECT_EQ(manifest.units.size(), 3U);
  ASSERT_EQ(manifest.links.size(), 2U);
  EXPECT_THAT(std::get<LinkArchive>(manifest.links[1].items[0]).members, ElementsAre(0, 2));
  EXPECT_EQ(manifest.products.size(), 2U);
  EXPECT_THAT(manifest.configurations[1].products, ElementsAre(0));
  EXPECT_THAT(manifest.configurations[2].products, ElementsAre(1));
}

TEST(MergeEqual, KeepsUnitsOfOneCodeAndOtherFlags) {
  IrManifest manifest;
  manifest.units = {unit_of("a.c", "a"), unit_of("a.c", "a"), unit_of("a.c", "a")};
  manifest.units[1].floor = {"avx2"};
  manifest.units[2].pipeline_flags = {"-O3"};
  EXPECT_THAT(merge_equal(manifest), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace xaas
