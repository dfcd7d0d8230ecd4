// SPDX-License-Identifier: Apache-2.0
#include "unit_table.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

TEST(UnhonouredFlag, IsNoneForTheLevelsOfALink) {
  EXPECT_EQ(unhonoured_flag({"-O2"}, "c"), "");
  EXPECT_EQ(unhonoured_flag({"-O0", "-O3"}, "c"), "");
  EXPECT_EQ(unhonoured_flag({"-Os"}, "c"), "");
}

TEST(UnhonouredFlag, IsTheAbsenceOfOptimization) {
  EXPECT_EQ(unhonoured_flag({}, "c"), "compiled without optimization");
  EXPECT_EQ(unhonoured_flag({"-O2", "-O0"}, "c"), "compiled without optimization");
}

TEST(UnhonouredFlag, NamesAllThatOnePipelineCannotDo) {
  EXPECT_EQ(unhonoured_flag({"-O1"}, "c"),
            "compiled with -O1, and a link has one optimization pipeline");
  EXPECT_EQ(unhonoured_flag({"-fveclib=libmvec", "-O3", "-mllvm -x=1"}, "c"),
            "compiled with -fveclib=libmvec -mllvm -x=1, and a link has one optimization pipeline");
}

TEST(UnhonouredFlag, LeavesUnrollingToTheLoopsWhereTheCompilerMarksThem) {
  EXPECT_EQ(unhonoured_flag({"-O2", "-fno-unroll-loops"}, "c++"), "");
  EXPECT_NE(unhonoured_flag({"-O2", "-fno-unroll-loops"}, "fortran"), "");
}

TEST(BlobFolder, KeepsContentUnderItsDigestOnce) {
  const auto folder = TemporaryFolder::make();
  const BlobFolder blobs(folder->path());
  const auto first = blobs.put("content");
  const auto second = blobs.put("content");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(*read_file(blobs.path_of(*first)), "content");
}

TEST(UnitTable, GivesEqualObjectsOneIndex) {
  BuildResult build;
  build.log.compiles = {{.source = "/s/a.c", .object = digest_of("object")}};
  const auto folder = TemporaryFolder::make();
  const BlobFolder blobs(folder->path());
  UnitTable table(blobs);
  table.add(build);
  EXPECT_TRUE(table.is_compiled(digest_of("object")));
  EXPECT_FALSE(table.is_compiled(digest_of("other")));
  EXPECT_EQ(table.index_of(build, {.object = digest_of("object"), .path = "a.o"}), 0U);
  EXPECT_EQ(table.index_of(build, {.object = digest_of("other"), .path = "b.o"}), 1U);
  EXPECT_EQ(table.index_of(build, {.object = digest_of("object"), .path = "copy.o"}), 0U);
}

TEST(UnitTable, KnowsAnObjectOfAnotherBuild) {
  BuildResult first;
  first.log.compiles = {{.source = "/s/z.c", .object = digest_of("object")}};
  BuildResult second;
  second.log.compiles = {{.source = "/s/a.c", .object = digest_of("object")},
                         {.source = "/s/b.c", .object = digest_of("own")}};
  const auto folder = TemporaryFolder::make();
  const BlobFolder blobs(folder->path());
  UnitTable table(blobs);
  table.add(first);
  table.add(second);
  EXPECT_EQ(table.index_of(first, {.object = digest_of("object"), .path = "z.o"}), 0U);
  EXPECT_EQ(table.index_of(second, {.object = digest_of("object"), .path = "a.o"}), 0U);
  EXPECT_EQ(table.index_of(second, {.object = digest_of("own"), .path = "b.o"}), 1U);
  EXPECT_EQ(table.compile_of(0)->source, "/s/z.c");
  EXPECT_EQ(table.build_of(0), &first);
  EXPECT_EQ(table.build_of(1), &second);
}

TEST(UnitTable, TellsEqualObjectsOfOtherFlagsApart) {
  BuildResult first;
  first.log.compiles = {
      {.source = "/s/a.c", .object = digest_of("object"), .pipeline_flags = {"-O2"}}};
  BuildResult second;
  second.log.compiles = {{.source = "/s/a.c",
                          .object = digest_of("object"),
                          .pipeline_flags = {"-O2", "-fno-vectorize"}}};
  const auto folder = TemporaryFolder::make();
  const BlobFolder blobs(folder->path());
  UnitTable table(blobs);
  table.add(first);
  table.add(second);
  EXPECT_EQ(table.index_of(first, {.object = digest_of("object"), .path = "a.o"}), 0U);
  EXPECT_EQ(table.index_of(second, {.object = digest_of("object"), .path = "a.o"}), 1U);
}

TEST(UnitTable, TakesTheFlagsOfAnObjectThatADeploymentMustHonour) {
  BuildResult build;
  build.log.compiles = {
      {.source = "/s/a.c", .object = digest_of("object"), .pipeline_flags = {"-O2"}},
      {.source = "/s/b.c", .object = digest_of("object"), .pipeline_flags = {"-O1"}}};
  const auto folder = TemporaryFolder::make();
  const BlobFolder blobs(folder->path());
  UnitTable table(blobs);
  table.add(build);
  EXPECT_EQ(table.index_of(build, {.object = digest_of("object"), .path = "a.o"}), 0U);
  EXPECT_EQ(table.compile_of(0)->source, "/s/b.c");
}

}  // namespace
}  // namespace xaas
