// SPDX-License-Identifier: Apache-2.0
#include "lowering_fixture.hpp"

#include "xaas/support/cache_entry.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace xaas::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Not imported into the other unit, so that it shows whose machine code runs.
const Source k_one = {.text = "__attribute__((noinline, optnone)) int one(void) { return 1; }",
                      .name = "one.c"};
const Source k_main = {.text = R"(
  #include <stdio.h>
  int one(void);
  int main(void) { printf("%d\n", one()); return 0; })",
                       .name = "main.c"};

class ObjectCache : public Lowering {
 protected:
  void SetUp() override {
    job_.cache = (folder_ / "cache").string();
    EXPECT_EQ(lower(job_).cache, CacheNotes());
    for (const auto& entry : std::filesystem::directory_iterator(job_.cache))
      entries_.push_back(entry.path());
    ASSERT_EQ(entries_.size(), 2U);
  }
  static std::string bytes_of(const std::filesystem::path& file) {
    return read_file(file).value_or("");
  }

  LoweringJob job_ = program_of({k_main, k_one});
  std::vector<std::filesystem::path> entries_;
};

TEST_F(ObjectCache, KeepsObjectFilesThatTheNextLinkTakes) {
  EXPECT_EQ(printed(), "1\n");
  const auto plain = bytes_of(output_);
  const bool main_is_first = read_cache_entry(entries_[0]).content.contains("printf");
  const auto& one = entries_[main_is_first ? 1 : 0];
  const auto content = read_cache_entry(one).content;
  auto changed = content;
  const auto at = changed.find(std::string("\xb8\1\0\0\0", 5));  // mov $1,%eax
  ASSERT_NE(at, std::string::npos);
  changed[at + 1] = 7;
  ASSERT_TRUE(write_cache_entry(one, changed).has_value());
  EXPECT_EQ(lower(job_).cache, CacheNotes());
  EXPECT_EQ(printed(), "7\n");
  ASSERT_TRUE(write_cache_entry(one, content).has_value());
  lower(job_);
  EXPECT_EQ(bytes_of(output_), plain);
}

TEST_F(ObjectCache, MakesDamagedEntriesAnew) {
  const auto plain = bytes_of(output_);
  for (const auto& entry : entries_) {
    auto bytes = bytes_of(entry);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    ASSERT_TRUE(write_file(entry, bytes, 0600).has_value());
  }
  const auto notes = lower(job_).cache;
  ASSERT_EQ(notes.damaged.size(), 2U);
  EXPECT_THAT(notes.damaged[0], HasSubstr("/cache/"));
  EXPECT_THAT(notes.damaged[0], HasSubstr("its digest is another"));
  EXPECT_EQ(bytes_of(output_), plain);
  EXPECT_THAT(lower(job_).cache.damaged, IsEmpty());
}

TEST_F(ObjectCache, GoesOnWhereNothingCanBeKept) {
  const auto plain = bytes_of(output_);
  job_.cache = (folder_ / "file" / "cache").string();
  ASSERT_TRUE(write_file(folder_ / "file", "").has_value());
  const auto notes = lower(job_).cache;
  EXPECT_THAT(notes.problem, HasSubstr("Not a directory"));
  EXPECT_THAT(notes.damaged, IsEmpty());
  EXPECT_EQ(bytes_of(output_), plain);
}

}  // namespace
}  // namespace xaas::testing
