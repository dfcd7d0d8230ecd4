// SPDX-License-Identifier: Apache-2.0
#include "xaas/lowering/chooser.hpp"

#include "compile.hpp"

#include "xaas/elf/package_note.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

// The chooser itself, on processors that qemu imitates, with scripts as the products. What real
// trees do is in tests/e2e/image/several-targets.test.

namespace xaas::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Chooser : public ::testing::Test {
 protected:
  /// A tree with a chooser for these processors, whose products print their view and arguments.
  void make_tree(const std::vector<std::string>& cpus, const std::string& baseline = "x86-64") {
    std::vector<Candidate> candidates;
    for (const std::string& cpu : cpus) {
      candidates.push_back({.view = cpu, .target = target_of_cpu(cpu).value()});
      write_product(cpu);
    }
    write_product("generic");
    const Candidate generic{.view = "generic", .target = target_of_cpu(baseline).value()};
    const auto program = chooser_program("bin/p", candidates, generic, R"({"type":"xaas"})");
    ASSERT_TRUE(program) << program.error().message();
    ASSERT_TRUE(make_folders(tree() / "bin"));
    ASSERT_TRUE(write_file(tree() / "bin/p", *program, 0755));
  }

  void write_product(const std::string& view) {
    const auto folder = tree() / k_views_folder / view / "bin";
    ASSERT_TRUE(make_folders(folder));
    ASSERT_TRUE(write_file(folder / "p", "#!/bin/sh\necho " + view + " \"$@\"\n", 0755));
  }

  Outcome start_on(const std::string& model, const std::string& generic = "",
                   const std::string& emulator = "qemu-x86_64") {
    Command command{.argv = {emulator, "-cpu", model, (tree() / "bin/p").string(), "a b", ""}};
    if (!generic.empty()) command.environment["XAAS_GENERIC"] = generic;
    auto outcome = run(command);
    return outcome ? std::move(*outcome) : Outcome{.exit_code = -1};
  }

  std::string output_on(const std::string& model, const std::string& generic = "") {
    const Outcome outcome = start_on(model, generic);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return outcome.output;
  }

  [[nodiscard]] std::filesystem::path tree() const { return folder_ / "tree"; }

 private:
  std::filesystem::path folder_ = test_folder();
};

TEST_F(Chooser, StartsTheBestThatRuns) {
  make_tree({"x86-64-v2", "haswell", "znver4"});
  EXPECT_EQ(output_on("Nehalem"), "x86-64-v2 a b \n");
  EXPECT_EQ(output_on("Haswell"), "haswell a b \n");
}

TEST_F(Chooser, PrefersTheOwnVendorsWithinALevel) {
  make_tree({"haswell", "znver2", "x86-64-v3"});
  EXPECT_EQ(output_on("Haswell"), "haswell a b \n");
  EXPECT_EQ(output_on("EPYC-Rome"), "znver2 a b \n");
}

TEST_F(Chooser, StartsTheGenericOneWithALineWhereNothingFits) {
  make_tree({"haswell"});
  const Outcome outcome = start_on("Nehalem");
  EXPECT_EQ(outcome.output, "generic a b \n");
  EXPECT_THAT(outcome.errors, HasSubstr("xaas: nothing of this deployment was made for this "
                                        "processor; starting the generic `bin/p`\n"));
}

TEST_F(Chooser, StartsTheGenericOneWhenAsked) {
  make_tree({"haswell"});
  EXPECT_EQ(output_on("Haswell", "1"), "generic a b \n");
  EXPECT_EQ(output_on("Haswell", "0"), "haswell a b \n");
  EXPECT_THAT(start_on("Nehalem", "1").errors, ::testing::Not(HasSubstr("xaas:")));
}

TEST_F(Chooser, AsksTheSystemOnAArch64) {
  make_tree({"neoverse-v1", "neoverse-n1"}, "armv8-a");
  EXPECT_EQ(start_on("neoverse-n1", "", "qemu-aarch64").output, "neoverse-n1 a b \n");
  EXPECT_EQ(start_on("cortex-a53", "", "qemu-aarch64").output, "generic a b \n");
}

TEST_F(Chooser, SaysWhatIsNotThere) {
  make_tree({"haswell"});
  std::filesystem::remove(tree() / k_views_folder / "haswell/bin/p");
  const Outcome outcome = start_on("Haswell");
  EXPECT_EQ(outcome.exit_code, 127);
  EXPECT_THAT(outcome.errors, HasSubstr("libexec/xaas/haswell/bin/p`: it, or the loader"));
}

TEST_F(Chooser, SaysThatItIsNoProgramByItself) {
  make_tree({"haswell"});
  std::filesystem::rename(tree() / "bin/p", tree() / "bin/q");
  const auto outcome = run({.argv = {(tree() / "bin/q").string()}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 127);
  EXPECT_THAT(outcome->errors, HasSubstr("bin/q` starts the programs of a tree"));
}

TEST_F(Chooser, CarriesThePackageNote) {
  make_tree({"haswell"});
  const auto notes = read_package_notes(read_file(tree() / "bin/p").value());
  ASSERT_TRUE(notes);
  ASSERT_EQ(notes->size(), 1U);
  EXPECT_EQ(notes->front().text, R"({"type":"xaas"})");
}

TEST_F(Chooser, RefusesMoreThanItHasRoomFor) {
  const Candidate generic{.view = "generic", .target = target_of_cpu("x86-64").value()};
  const std::vector<Candidate> many(32, generic);
  const auto program = chooser_program("bin/p", many, generic, "");
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code(), "deploy.targets");
}

/// A chooser has a bit for each check of x86 that there can be.
TEST_F(Chooser, HasRoomForAllProcessors) {
  std::vector<Candidate> candidates;
  for (const char* cpu : {"bdver4", "znver5", "diamondrapids", "sierraforest", "clearwaterforest",
                          "graniterapids-d", "tigerlake", "arrowlake-s", "novalake"})
    candidates.push_back({.view = cpu, .target = target_of_cpu(cpu).value()});
  const Candidate generic{.view = "generic", .target = target_of_cpu("x86-64").value()};
  const auto program = chooser_program("bin/p", candidates, generic, "");
  EXPECT_TRUE(program) << program.error().message();
}

}  // namespace
}  // namespace xaas::testing
