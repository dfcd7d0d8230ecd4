// SPDX-License-Identifier: Apache-2.0
#include "expect.hpp"

#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace xaas {
namespace {

TEST(ForEachParallel, DoesEveryIndexOnce) {
  for (const unsigned threads : {0U, 1U, 4U, 200U}) {
    std::vector<std::atomic<int>> done(100);
    ASSERT_OK(for_each_parallel(done.size(), threads, [&](std::size_t i) -> Status {
      ++done[i];
      return {};
    }));
    for (const auto& times : done) EXPECT_EQ(times, 1);
  }
}

TEST(ForEachParallel, OfNothingIsDone) {
  EXPECT_OK(for_each_parallel(
      0, 4, [](std::size_t) -> Status { return fail(ErrorKind::internal, "called"); }));
}

TEST(ForEachParallel, GivesTheErrorOfTheLowestIndex) {
  for (int round = 0; round < 50; ++round) {
    const auto status = for_each_parallel(64, 4, [](std::size_t i) -> Status {
      if (i >= 5) return fail(ErrorKind::io, "{}", i);
      return {};
    });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message(), "5");
  }
}

TEST(ForEachParallel, StopsHandingOutAfterAFailure) {
  std::atomic<int> called{0};
  (void)for_each_parallel(1000, 1, [&](std::size_t) -> Status {
    ++called;
    return fail(ErrorKind::io, "no");
  });
  EXPECT_EQ(called, 1);
}

TEST(ForEachParallel, TurnsAnExceptionIntoAnError) {
  const auto status =
      for_each_parallel(3, 2, [](std::size_t) -> Status { throw std::runtime_error{"thrown"}; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind(), ErrorKind::internal);
}

TEST(ForEachParallel, MayRunPrograms) {
  std::vector<std::string> outputs(40);
  ASSERT_OK(for_each_parallel(outputs.size(), 8, [&](std::size_t i) -> Status {
    XAAS_TRY(auto outcome, run({.argv = {"echo", std::to_string(i)}}));
    outputs[i] = outcome.output;
    return {};
  }));
  for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(outputs[i], std::to_string(i) + "\n");
}

}  // namespace
}  // namespace xaas
