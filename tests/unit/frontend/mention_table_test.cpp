// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/mention_table.hpp"

#include "compile.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::set<std::string> k_macros{"__AVX2__", "__AVX__"};

TEST(MentionsIn, AreWholeWords) {
  EXPECT_THAT(mentions_in("#if defined(__AVX2__) && x\n", k_macros).macros,
              ElementsAre("__AVX2__"));
  EXPECT_THAT(mentions_in("__AVX2__", k_macros).macros, ElementsAre("__AVX2__"));
  EXPECT_THAT(mentions_in("__AVX2__x MY__AVX__ __AVX512F__ __", k_macros).macros, IsEmpty());
}

TEST(MentionsIn, MayBeHidden) {
  EXPECT_TRUE(mentions_in("#if __has_builtin(__builtin_ia32_pdep_di)\n", k_macros).may_hide);
  EXPECT_TRUE(
      mentions_in("#pragma clang diagnostic ignored \"-Weverything\"\n", k_macros).may_hide);
  EXPECT_FALSE(mentions_in("#if __has_builtin(__builtin_trap)\n", k_macros).may_hide);
}

TEST(MentionsIn, TellOfOpenMpSelectors) {
  EXPECT_TRUE(mentions_in("#pragma omp begin declare variant match(device={isa(avx2)})", k_macros)
                  .has_openmp_selectors);
  EXPECT_FALSE(mentions_in("std::variant<int> declared;", k_macros).has_openmp_selectors);
}

TEST(MentionTable, ReadsAFileOnce) {
  const auto folder = testing::test_folder();
  MentionTable table(k_macros);
  EXPECT_EQ(table.read(folder / "a.h"), nullptr);
  ASSERT_TRUE(write_file(folder / "b.h", "__AVX2__"));
  const auto* first = table.read(folder / "b.h");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->content, digest_of("__AVX2__"));
  ASSERT_TRUE(write_file(folder / "b.h", "changed"));
  EXPECT_EQ(table.read(folder / "b.h"), first);
  EXPECT_THAT(first->mentions.macros, ElementsAre("__AVX2__"));
}

}  // namespace
}  // namespace xaas
