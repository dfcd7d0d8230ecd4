// SPDX-License-Identifier: Apache-2.0
#include "vector_width.hpp"

#include "fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;

Target described(const std::string& cpu, const FakeHost& host = {}) {
  Target target = target_of_cpu(cpu).value();
  describe_vector_width(host, target);
  return target;
}

constexpr const char* k_sve_file = "/proc/sys/abi/sve_default_vector_length";

TEST(DescribeVectorWidth, FollowsFromTheFeatures) {
  EXPECT_EQ(described("x86-64-v2").cpu.vector_bits, 128U);
  EXPECT_EQ(described("haswell").cpu.vector_bits, 256U);
  EXPECT_EQ(described("znver4").cpu.vector_bits, 512U);
  EXPECT_EQ(described("neoverse-n1").cpu.vector_bits, 128U);
  EXPECT_EQ(described("pwr9").cpu.vector_bits, 128U);
  EXPECT_EQ(described("haswell").origins.at("cpu.vector_bits"), "cpu.features");
}

TEST(DescribeVectorWidth, AsksTheSystemForSve) {
  FakeHost host;
  host.files[k_sve_file] = "32\n";
  const Target by_file = described("neoverse-v2", host);
  EXPECT_EQ(by_file.cpu.vector_bits, 256U);
  EXPECT_EQ(by_file.origins.at("cpu.vector_bits"), k_sve_file);
  host.its_sve_bytes = 16;
  const Target asked = described("neoverse-v2", host);
  EXPECT_EQ(asked.cpu.vector_bits, 128U);
  EXPECT_EQ(asked.origins.at("cpu.vector_bits"), "prctl");
}

TEST(DescribeVectorWidth, KnowsSomeProcessorsWithSve) {
  const Target target = described("a64fx");
  EXPECT_EQ(target.cpu.vector_bits, 512U);
  EXPECT_EQ(target.origins.at("cpu.vector_bits"), "cpu.name");
  EXPECT_EQ(described("neoverse-v1").cpu.vector_bits, 256U);
}

TEST(DescribeVectorWidth, IsUnknownOfAnotherProcessorWithSve) {
  const Target target = described("armv9-a");
  EXPECT_EQ(target.cpu.vector_bits, 0U);
  EXPECT_THAT(target.probe_errors, ElementsAre(HasSubstr("SVE")));
}

TEST(DescribeVectorWidth, BelievesNoLengthThatTheArchitectureDoesNotHave) {
  for (const auto* bytes : {"0", "17", "512", "-16", "4294967328", "2305843009213693968", "x"}) {
    FakeHost host;
    host.files[k_sve_file] = bytes;
    EXPECT_EQ(described("a64fx", host).cpu.vector_bits, 512U) << bytes;
  }
}

}  // namespace
}  // namespace xaas
