// SPDX-License-Identifier: Apache-2.0
#include "xaas/lowering/guard.hpp"

#include "compile.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The guards themselves, without a C library around them, on processors that qemu imitates. What
// real programs and libraries do is in tests/e2e/lowering/guard.test.

namespace xaas::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A program that runs its guard as the C library would, and ends with 0.
std::string start_of(const std::string& architecture) {
  const std::string exit = architecture == "x86_64" ? "mov $60, %eax; xor %edi, %edi; syscall"
                                                    : "mov x8, #93; mov x0, #0; svc #0";
  return "typedef void (*initializer)(void);"
         "extern const initializer __preinit_array_start[], __preinit_array_end[];"
         "void _start(void) {"
         "  for (const initializer *i = __preinit_array_start; i != __preinit_array_end; ++i) "
         "(*i)();"
         "  __asm__ volatile(\"" +
         exit + "\"); __builtin_unreachable(); }";
}

class Guard : public ::testing::Test {
 protected:
  /// How a program with the guard for `cpu` ends on what qemu calls `model`.
  Outcome outcome_on(const std::string& architecture, const std::string& cpu,
                     const std::string& model) {
    const auto target = target_of_cpu(cpu).value();
    const std::string guard = (folder_ / "guard.o").string();
    const std::string program = (folder_ / "program").string();
    EXPECT_TRUE(write_file(guard, guard_object(GuardPlace::program, target).value()));
    const auto built = run({.argv = {"clang-22", "--target=" + architecture + "-linux-gnu", "-O1",
                                     "-static", "-nostdlib", "-ffreestanding", "-fuse-ld=lld", "-x",
                                     "c", "-", "-x", "none", guard, "-o", program},
                            .input = start_of(architecture)});
    EXPECT_TRUE(built && built->succeeded()) << (built ? built->errors : built.error().message());
    auto outcome = run({.argv = {"qemu-" + architecture, "-cpu", model, program}});
    return outcome ? std::move(*outcome) : Outcome{.exit_code = -1};
  }

 private:
  std::filesystem::path folder_ = test_folder();
};

TEST_F(Guard, IsNothingForTheBaseline) {
  EXPECT_EQ(guard_object(GuardPlace::program, target_of_cpu("x86-64").value()).value(), "");
  EXPECT_NE(guard_object(GuardPlace::program, target_of_cpu("x86-64-v2").value()).value(), "");
}

TEST_F(Guard, LetsPassWhoHasEverything) {
  EXPECT_EQ(outcome_on("x86_64", "x86-64-v2", "Nehalem").exit_code, 0);
  EXPECT_EQ(outcome_on("aarch64", "neoverse-n1", "neoverse-n1").exit_code, 0);
}

TEST_F(Guard, NamesWhatIsMissing) {
  const Outcome old = outcome_on("x86_64", "x86-64-v3", "Nehalem");
  EXPECT_EQ(old.exit_code, 126);
  EXPECT_THAT(old.errors, HasSubstr("xaas: this program was made for x86-64-v3; this processor, or "
                                    "its system, lacks "));
  EXPECT_THAT(old.errors, HasSubstr("avx2"));
  EXPECT_THAT(old.errors, Not(HasSubstr("sse4.2")));
  const Outcome arm = outcome_on("aarch64", "neoverse-n1", "cortex-a57");
  EXPECT_EQ(arm.exit_code, 126);
  EXPECT_THAT(arm.errors, HasSubstr("lacks lse"));
  EXPECT_THAT(arm.errors, Not(HasSubstr("neon")));
}

// Each one that a description may have finds its room in the guard and in its sentence.
TEST_F(Guard, HasRoomForEverything) {
  Target target = target_of_cpu("diamondrapids").value();
  target.cpu.features.insert({"fma4", "xop", "tbm", "sse4a"});
  EXPECT_TRUE(guard_object(GuardPlace::library, target).has_value());
  const Outcome outcome = outcome_on("x86_64", "diamondrapids", "qemu64");
  EXPECT_EQ(outcome.exit_code, 126);
  EXPECT_TRUE(outcome.errors.ends_with("; specialize its image for this machine\n"))
      << outcome.errors;
}

}  // namespace
}  // namespace xaas::testing
