// SPDX-License-Identifier: Apache-2.0
#include "lowering_fixture.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The job as a message, and everything that can go wrong with it.

namespace xaas::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const Source k_one = {.text = "int one(void) { return 1; }", .name = "one.c"};
const Source k_main = {.text = "int one(void); int main(void) { return one() - 1; }",
                       .name = "main.c"};

std::string contents(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  EXPECT_TRUE(bytes) << path;
  return bytes ? *bytes : std::string();
}

TEST(LoweringJob, SurvivesItsTripToTheChild) {
  LoweringJob job{.name = "bin/a \"b\"\n",
                  .archive = "libb.a",
                  .items = {LoweringJob::Option{"-pie"}, LoweringJob::Object{"-T", "x.ld"},
                            LoweringJob::Bitcode{"u.bc", "u.c", {"+avx2"}},
                            LoweringJob::Library{{LoweringJob::Object{"", "o.o"},
                                                  LoweringJob::Bitcode{"v.bc", "v.c", {}}},
                                                 "liba.a",
                                                 true}},
                  .output = "out",
                  .cpu = "znver4",
                  .tune = "znver5",
                  .features = {"+avx2", "-pku"},
                  .opt_level = 3,
                  .full_lto = true,
                  .frame_pointers = true,
                  .source_folder = "/src",
                  .build_id = "abcd",
                  .threads = 7,
                  .cache = "cache",
                  .save_temps = "temps",
                  .work = "work"};
  const auto parsed = parse_job(print_job(job));
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, job);
  EXPECT_EQ(parsed->name, job.name);
  EXPECT_EQ(std::get<LoweringJob::Library>(parsed->items[3]).members.size(), 2U);
  EXPECT_THAT(std::get<LoweringJob::Bitcode>(parsed->items[2]).extra_features,
              ElementsAre("+avx2"));
}

TEST(LoweringJob, RefusesAnItemOfNoKind) {
  EXPECT_FALSE(parse_job(R"({"name": "a", "output": "o", "cpu": "c", "work": "w",
                             "items": [{"colour": "red"}]})"));
  EXPECT_FALSE(parse_job("[]"));
}

TEST(LoweringJob, RefusesNumbersThatDoNotFit) {
  const auto job = parse_job(R"({"name": "a", "output": "o", "cpu": "c", "work": "w",
                                 "threads": 4294967298, "items": []})");
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code(), "support.json-field");
}

TEST_F(Lowering, TheSameJobGivesTheSameBytes) {
  LoweringJob job = program_of({k_main, k_one}, "x86-64-v3");
  lower(job);
  const std::string first = contents(output_);
  job.threads = 1;
  job.work = (folder_ / "elsewhere").string();
  job.output = (folder_ / "other").string();
  lower(job);
  EXPECT_EQ(contents(job.output), first);
}

TEST_F(Lowering, TheCacheIsFilledAndUsed) {
  LoweringJob job = program_of({k_main, k_one}, "x86-64-v3");
  job.cache = (folder_ / "cache").string();
  lower(job);
  const std::string first = contents(output_);
  EXPECT_FALSE(std::filesystem::is_empty(job.cache));
  lower(job);
  EXPECT_EQ(contents(output_), first);
}

TEST_F(Lowering, FullLtoIsRegularLto) {
  LoweringJob job = program_of({k_main, k_one}, "x86-64-v3");
  job.full_lto = true;
  job.save_temps = (folder_ / "temps").string();
  lower(job);
  EXPECT_EQ(printed(), "");
  // Regular LTO has one combined module and no combined summary index.
  const auto dumps = list_tree(job.save_temps);
  ASSERT_TRUE(dumps);
  std::string names;
  for (const auto& dump : *dumps) names += dump.string() + "\n";
  EXPECT_THAT(names, HasSubstr("program.0.5.precodegen.bc"));
  EXPECT_THAT(names, Not(HasSubstr("main.c.bc.5.precodegen.bc")));
}

TEST_F(Lowering, StageDumpsGoWhereTheyAreAskedFor) {
  LoweringJob job = program_of({k_main, k_one});
  job.save_temps = (folder_ / "temps").string();
  lower(job);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "temps/0000-main.c.bc.5.precodegen.bc"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "temps/program.index.bc"));
}

TEST_F(Lowering, AnUndefinedSymbolIsNamed) {
  EXPECT_THAT(error_of(program_of({k_main})),
              AllOf(HasSubstr("could not lower `program`: undefined symbol: one"),
                    HasSubstr("[lowering.failed]")));
}

TEST_F(Lowering, AFailedLinkLeavesTheOldFileAndNothingElse) {
  const LoweringJob job = program_of({k_main});
  ASSERT_TRUE(write_file(folder_ / "out/program", "old"));
  LoweringJob failing = job;
  failing.output = (folder_ / "out/program").string();
  error_of(failing);
  EXPECT_EQ(contents(failing.output), "old");
  const auto left = list_tree(folder_ / "out");
  ASSERT_TRUE(left);
  EXPECT_EQ(left->size(), 1U);
}

TEST_F(Lowering, ACrashNamesTheLink) {
  const auto result = lower_in_child(program_of({k_main, k_one}), k_crash_command);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "the linker crashed with SIGSEGV while lowering `program`");
  EXPECT_EQ(result.error().code(), "lowering.crashed");
}

TEST_F(Lowering, AChildThatSaysSomethingElseIsAnError) {
  EXPECT_FALSE(lower_in_child(program_of({k_main, k_one}), k_babble_command));
}

TEST_F(Lowering, BrokenBitcodeIsNamed) {
  LoweringJob job = program_of({k_main, k_one});
  for (LoweringJob::Item& item : job.items)
    if (auto* unit = std::get_if<LoweringJob::Bitcode>(&item))
      ASSERT_TRUE(write_file(unit->path, "no bitcode"));
  EXPECT_THAT(error_of(job), AllOf(HasSubstr("`main.c`"), HasSubstr("does not hold together")));
}

TEST_F(Lowering, AMissingUnitIsNamed) {
  LoweringJob job = program_of({k_main, k_one});
  for (LoweringJob::Item& item : job.items)
    if (auto* unit = std::get_if<LoweringJob::Bitcode>(&item)) unit->path = "/nowhere/unit.bc";
  EXPECT_THAT(error_of(job), HasSubstr("/nowhere/unit.bc"));
}

// The parent lives on, whatever one damaged bit does to the child.
TEST_F(Lowering, DamagedBitcodeNeverEndsTheParent) {
  LoweringJob job = program_of({k_main, k_one});
  for (LoweringJob::Item& item : job.items) {
    auto* unit = std::get_if<LoweringJob::Bitcode>(&item);
    if (unit == nullptr || unit->name != "one.c") continue;
    const std::string good = contents(unit->path);
    for (std::size_t at = 8; at < good.size(); at += good.size() / 12) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
      ASSERT_TRUE(write_file(unit->path, bad));
      const auto result = lower_in_child(job, k_child_command);
      if (!result) {
        EXPECT_EQ(result.error().kind(), ErrorKind::tool_failed);
      }
    }
  }
}

TEST_F(Lowering, AnUnknownProcessorIsNamed) {
  EXPECT_THAT(error_of(program_of({k_main, k_one}, "znver44")),
              HasSubstr("LLVM knows no processor `znver44`"));
}

// Else a unit would take another object's place, or an object would stay generic without a word.
TEST_F(Lowering, AnArchiveOfMoreObjectsThanTheImageNamesIsRefused) {
  LoweringJob job = program_of({k_one});
  job.items = {unit_of(k_one)};
  job.archive = (folder_ / "libone.a").string();
  ASSERT_TRUE(
      write_file(job.archive, *write_archive({{"one.o", "BC\xC0\xDE"}, {"readme", "text"}})));
  lower(job);
  ASSERT_TRUE(
      write_file(job.archive, *write_archive({{"one.o", "BC\xC0\xDE"}, {"two.o", "BC\xC0\xDE"}})));
  EXPECT_THAT(error_of(job), HasSubstr("libone.a` has 2 objects, and the image names 1"));
}

TEST_F(Lowering, AnOutputFolderThatCannotBeMadeIsNamed) {
  LoweringJob job = program_of({k_main, k_one});
  job.output = "/proc/nowhere/program";
  EXPECT_THAT(error_of(job), HasSubstr("/proc/nowhere"));
}

}  // namespace
}  // namespace xaas::testing
