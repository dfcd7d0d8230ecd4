// SPDX-License-Identifier: Apache-2.0
#include "detect/detect_via.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

std::string why_not(const Launcher& launcher) {
  const auto target = detect_via(launcher);
  if (target) return "";
  return target.error().message() + "; " + target.error().help();
}

TEST(DetectVia, WaitsNoLongerThanItMay) {
  EXPECT_EQ(why_not({.command = "echo queued >&2; sleep 30;",
                     .called = "srun",
                     .time_limit = std::chrono::milliseconds(200)}),
            "`srun` did not come to an end within 0.2 s; it said: queued");
}

TEST(DetectVia, SaysThatItWasStopped) {
  const auto target = detect_via({.command = "kill -TERM $$;"});
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code(), k_stopped);
}

TEST(DetectVia, LeavesTheLauncherNoVariableThatLeadsItElsewhere) {
  EXPECT_EQ(why_not({.command = "echo \"${HOME-nothing}\" >&2; false", .unset = {"HOME"}}),
            "`echo \"${HOME-nothing}\" >&2; false` ended with 1; it said: nothing");
}

}  // namespace
}  // namespace xaas
