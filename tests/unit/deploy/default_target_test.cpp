// SPDX-License-Identifier: Apache-2.0
#include "specialize/default_target.hpp"

#include "xaas/support/diagnostics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DefaultTargets, AreThisMachineWhereProgramsRun) {
  for (const Scheduler& scheduler :
       {Scheduler(), Scheduler{.name = "none"}, Scheduler{.name = "slurm", .is_allocated = true},
        Scheduler{.name = "pbs", .is_allocated = true}})
    EXPECT_THAT(default_targets(scheduler).value(), ElementsAre("host"));
}

TEST(DefaultTargets, AreNotThereOnALoginNode) {
  for (const auto& [name, way] : {std::pair{"slurm", "detect --slurm"},
                                  {"pbs", "in a job"},
                                  {"lsf", "--via 'bsub -I'"},
                                  {"flux", "--via 'flux run -N1'"},
                                  {"sge", "--via 'qrsh -now no'"}}) {
    const auto targets = default_targets({.name = name});
    ASSERT_FALSE(targets);
    EXPECT_EQ(exit_code_of(targets.error()), k_exit_usage);
    EXPECT_THAT(targets.error().help(), HasSubstr(way));
    EXPECT_THAT(targets.error().help(), HasSubstr("`--target host`"));
  }
}

}  // namespace
}  // namespace xaas
