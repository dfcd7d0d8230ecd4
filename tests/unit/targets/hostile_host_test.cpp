// SPDX-License-Identifier: Apache-2.0

// Whatever the files of a machine hold, detection ends, and its description can be read again.

#include "fake_host.hpp"

#include "xaas/targets/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using testing::FakeHost;
using ::testing::IsEmpty;

/// Every file of it holds the same.
class SameEverywhere final : public FakeHost {
 public:
  explicit SameEverywhere(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] Result<std::string> read(const std::string&) const override { return text_; }

 private:
  std::string text_;
};

std::string binary_garbage() {
  std::string bytes;
  unsigned state = 1;
  for (int i = 0; i < 65536; ++i) {
    state = state * 1103515245 + 12345;
    bytes += static_cast<char>(state >> 16);
  }
  return bytes;
}

class HostileHost : public ::testing::TestWithParam<const char*> {
 protected:
  void expect_a_description(const std::string& text) {
    SameEverywhere host(text);
    host.its_architecture = GetParam();
    host.variables = {{"HOME", text}, {"SCRATCH", "/" + text}};
    const Target target = detect_target(host);
    const auto again = parse_target(print_target(target));
    ASSERT_TRUE(again.has_value()) << again.error().message();
    EXPECT_EQ(*again, target);
  }
};

TEST_P(HostileHost, IsDescribedWithGarbageInEveryFile) {
  expect_a_description(binary_garbage());
}

TEST_P(HostileHost, IsDescribedWithAbsurdNumbers) {
  for (const auto* text : {"0", "-1", "4294967295", "4294967296", "0-4294967295",
                           "18446744073709551615", "99999999999999999999999K", "0-0,0-0", "1,",
                           "MemTotal: 18446744073709551615 kB", "isa : rv64imafdcv_zvl65536b_e",
                           "PRETTY_NAME=\"", "processor : 4294967295\nphysical id : 1e99\n"})
    expect_a_description(text);
}

TEST_P(HostileHost, IsDescribedWithEmptyFiles) {
  expect_a_description("");
}

INSTANTIATE_TEST_SUITE_P(Architectures, HostileHost,
                         ::testing::Values("amd64", "arm64", "riscv64", "ppc64le", "unknown"));

TEST(DetectTarget, DescribesAContainerWithNothingButProc) {
  FakeHost host;
  host.be_x86("haswell", {});
  host.files["/proc/cpuinfo"] =
      "processor : 0\nvendor_id : GenuineIntel\nmodel name : Intel(R) Xeon(R) CPU E5-2690 v3\n"
      "physical id : 0\ncore id : 0\n";
  host.files["/proc/meminfo"] = "MemTotal: 1024 kB\n";
  host.files["/proc/sys/kernel/osrelease"] = "6.1.0\n";
  host.files["/proc/self/mountinfo"] = "1 0 0:1 / / rw - overlay overlay rw\n";
  const Target target = detect_target(host);
  EXPECT_EQ(target.cpu.model, "Intel(R) Xeon(R) CPU E5-2690 v3");
  EXPECT_EQ(target.cpu.topology, (CpuTopology{.sockets = 1, .cores = 1, .threads = 1}));
  EXPECT_THAT(target.cpu.caches, IsEmpty());
  EXPECT_EQ(target.memory, 1U << 20);
  EXPECT_EQ(target.system.tmp, "overlay");
  EXPECT_EQ(target.system.distribution, "");
}

}  // namespace
}  // namespace xaas
