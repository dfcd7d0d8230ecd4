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

const std::set<std::string>& macros() {
  static const std::set<std::string> names{"__AVX2__", "__AVX__"};
  return names;
}

TEST(MentionsIn, AreWholeWords) {
  EXPECT_THAT(mentions_in("#if defined(__AVX2__) && x\n", macros()).macros,
              ElementsAre("__AVX2__"));
  EXPECT_THAT(mentions_in("__AVX2__", macros()).macros, ElementsAre("__AVX2__"));
  EXPECT_THAT(mentions_in("__AVX2__x MY__AVX__ __AVX512F__ __", macros()).macros, IsEmpty());
}

TEST(MentionsIn, AreBuiltinsOfInstructions) {
  EXPECT_TRUE(mentions_in("#if __has_builtin(__builtin_ia32_pdep_di)\n", macros()).has_builtins);
  EXPECT_TRUE(
      mentions_in("#if x && \\\n __has_builtin(__builtin_ia32_pdep_di)", macros()).has_builtins);
  EXPECT_FALSE(mentions_in("#if __has_builtin(__builtin_trap)\n", macros()).has_builtins);
  EXPECT_FALSE(mentions_in("#if x\n__builtin_ia32_pause();\n#endif", macros()).has_builtins);
}

TEST(MentionsIn, ArePragmasThatWouldHideAQuestion) {
  const std::string pragma = "#pragma clang diagnostic ignored ";
  EXPECT_TRUE(mentions_in(pragma + "\"-Weverything\"\n", macros()).hides_warnings);
  EXPECT_TRUE(mentions_in(pragma + "\"-Wdeprecated-pragma\"\n", macros()).hides_warnings);
  EXPECT_FALSE(mentions_in(pragma + "\"-Wunused\"\n", macros()).hides_warnings);
}

TEST(MentionsIn, AreIncludes) {
  const Mentions found = mentions_in(
      "#include <a.h>\n  #  include_next \"b/c.h\" // x\n#include<d>\nint include;\n#import <e>\n",
      macros());
  EXPECT_EQ(found.includes,
            (std::set<Include>{{"a.h", false}, {"b/c.h", true}, {"d", false}, {"e", false}}));
  EXPECT_FALSE(found.has_unknown_includes);
  EXPECT_FALSE(mentions_in("/* we\n   #include's name */\n", macros()).has_unknown_includes);
  EXPECT_TRUE(mentions_in("#include NAME\n", macros()).has_unknown_includes);
}

TEST(MentionsIn, TellOfOpenMpSelectors) {
  EXPECT_TRUE(mentions_in("#pragma omp begin declare variant match(device={isa(avx2)})", macros())
                  .has_openmp_selectors);
  EXPECT_FALSE(mentions_in("std::variant<int> declared;", macros()).has_openmp_selectors);
}

TEST(MentionTable, ReadsAFileOnce) {
  const auto folder = testing::test_folder();
  MentionTable table(macros());
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
