// SPDX-License-Identifier: Apache-2.0
#include "xaas/image/delta.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace xaas {
namespace {

/// Bytes that do not compress.
std::string noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

void expect_refused(const Result<std::string>& content, std::string_view words) {
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code(), "image.blob");
  EXPECT_NE(content.error().message().find(words), std::string::npos) << content.error().message();
}

TEST(Delta, GivesTheContentBack) {
  const std::string base = noise(100'000);
  std::string content = base;
  content.replace(5000, 10, "other");
  content += noise(100, 2);
  for (const auto& [from, to] : {std::pair{base, content},
                                 {content, base},
                                 {base, base},
                                 {"", base},
                                 {base, ""},
                                 {"", ""},
                                 {"a", "b"}}) {
    const auto delta = make_delta(from, to);
    ASSERT_TRUE(delta) << delta.error().message();
    EXPECT_EQ(apply_delta(from, *delta, to.size()).value(), to);
  }
  EXPECT_LT(make_delta(base, content)->size(), 300U);
}

TEST(Delta, SeesTheBeginningOfALongBase) {
  const std::string base = noise(6 << 20);
  const std::string content = noise(2 << 20, 2) + base.substr(0, 1 << 20);
  const auto delta = make_delta(base, content);
  ASSERT_TRUE(delta) << delta.error().message();
  EXPECT_LT(delta->size(), (2U << 20) + 10'000);
  EXPECT_EQ(apply_delta(base, *delta, content.size()).value(), content);
}

TEST(Delta, IsTheSameEachTime) {
  const std::string base = noise(50'000);
  const std::string content = noise(10'000, 3) + base;
  EXPECT_EQ(make_delta(base, content).value(), make_delta(base, content).value());
}

TEST(Delta, IsWhatZstdCallsAPatch) {
  const auto folder = TemporaryFolder::make().value();
  const std::string base = noise(50'000);
  const std::string content = base + "more";
  ASSERT_TRUE(write_file(folder.path() / "base", base));
  ASSERT_TRUE(write_file(folder.path() / "delta", make_delta(base, content).value()));
  const Command command{
      .argv = {"zstd", "-qdc", "--patch-from=" + (folder.path() / "base").string(),
               (folder.path() / "delta").string()},
      .output = Command::Output::capture};
  const auto outcome = run(command);
  ASSERT_TRUE(outcome && outcome->succeeded());
  EXPECT_EQ(outcome->output, content);
}

TEST(Delta, RefusesOtherSizesBeforeItTakesMemory) {
  const std::string base = noise(1000);
  const std::string delta = make_delta(base, base + "x").value();
  expect_refused(apply_delta(base, delta, 1000), "another number of bytes");
  expect_refused(apply_delta(base, delta, std::uint64_t{1} << 50), "another number of bytes");
}

/// A frame of RFC 8878 that states a size and then repeats one byte, 128 KiB for four bytes.
std::string bomb(std::uint64_t size, unsigned blocks) {
  std::string frame("\x28\xb5\x2f\xfd\xe0", 5);  // magic; size of 8 bytes, single segment
  for (unsigned i = 0; i < 8; ++i) frame += static_cast<char>(size >> (8 * i));
  for (unsigned i = 0; i < blocks; ++i) {
    const std::uint32_t header = ((1U << 17) << 3) | 2U | (i + 1 == blocks ? 1U : 0U);
    for (unsigned n = 0; n < 3; ++n) frame += static_cast<char>(header >> (8 * n));
    frame += 'x';
  }
  return frame;
}

TEST(Delta, RefusesWhatGrowsBeyondAllMeasure) {
  const std::uint64_t size = std::uint64_t{1} << 31;
  expect_refused(apply_delta("base", bomb(size, 1U << 14), size), "beyond all measure");
  const std::uint64_t honest = std::uint64_t{4} << 17;
  EXPECT_EQ(apply_delta("base", bomb(honest, 4), honest).value(), std::string(honest, 'x'));
}

TEST(Delta, RefusesWhatIsDamaged) {
  const std::string base = noise(5000);
  const std::string content = noise(3000, 4) + base;
  const std::string delta = make_delta(base, content).value();
  expect_refused(apply_delta(base, "", content.size()), "no zstd frame");
  expect_refused(apply_delta(base, "no frame at all", content.size()), "no zstd frame");
  expect_refused(apply_delta(base, delta.substr(0, delta.size() - 1), content.size()), "cut short");
  expect_refused(apply_delta(base, delta + delta, content.size()), "something follows");
  std::mt19937 random(5);  // NOLINT(bugprone-random-generator-seed): the same bits each time
  for (int i = 0; i < 2000; ++i) {
    std::string changed = delta;
    char& byte = changed[random() % changed.size()];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (random() % 8)));
    const auto result = apply_delta(base, changed, content.size());
    if (result) {
      EXPECT_EQ(result->size(), content.size());
    } else {
      EXPECT_EQ(result.error().code(), "image.blob");
    }
  }
}

TEST(Delta, OfAnotherBaseIsNoFaultOfMemory) {
  const std::string base = noise(5000);
  const std::string delta = make_delta(base, base + "x").value();
  for (const std::string& other : {std::string(), noise(10), noise(5000, 6), noise(100'000, 7)}) {
    const auto result = apply_delta(other, delta, base.size() + 1);
    if (result) EXPECT_NE(*result, base + "x");
  }
}

}  // namespace
}  // namespace xaas
