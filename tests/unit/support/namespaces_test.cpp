// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/namespaces.hpp"

#include "expect.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <sys/mount.h>
#include <unistd.h>

namespace xaas {
namespace {

bool is_allowed() {
  const MountNamespace mounts;
  Command trial{.argv = {"true"}};
  trial.in_child = [&mounts]() -> Status {
    if (mounts.enter()) return {};
    return fail(ErrorKind::unsupported, "no mount namespace");
  };
  return run(trial).has_value();
}

TEST(MountNamespace, HidesItsMountsAndKeepsWhoWeAre) {
  if (!is_allowed()) GTEST_SKIP() << "this machine allows no mount namespace";
  const auto folder = TemporaryFolder::make();
  ASSERT_OK(folder);
  const std::string place = folder->path().string();
  const MountNamespace mounts;
  Command command{.argv = {"sh", "-c", "id -u; id -g; touch inside; ls"}, .folder = {}};
  command.in_child = [&]() -> Status {
    if (mounts.enter() && ::mount("none", place.c_str(), "tmpfs", 0, nullptr) == 0 &&
        ::chdir(place.c_str()) == 0)
      return {};
    return fail(ErrorKind::io, "no mount in the namespace");
  };
  const auto outcome = run(command);
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->output,
            std::to_string(::geteuid()) + "\n" + std::to_string(::getegid()) + "\ninside\n");
  EXPECT_TRUE(std::filesystem::is_empty(folder->path()));
}

}  // namespace
}  // namespace xaas
