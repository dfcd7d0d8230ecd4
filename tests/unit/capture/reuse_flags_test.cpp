// SPDX-License-Identifier: Apache-2.0
#include "reuse_flags.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

CompilerInvocation invocation_of(std::vector<std::string> flags) {
  flags.insert(flags.end(), {"-c", "a.c"});
  return parse_invocation(Driver::c, flags);
}

FlagEffect effect_of_flag(const std::vector<std::string>& flag) {
  return effect_of(invocation_of(flag).arguments.front());
}

TEST(ReuseFlags, WhatIsNotKnownCountsForTheObject) {
  for (const char* flag : {"-O3", "-mavx2", "-ffast-math", "-Wall", "-g", "-fno-such-flag"})
    EXPECT_EQ(effect_of_flag({flag}), FlagEffect::object) << flag;
  EXPECT_EQ(effect_of(invocation_of({}).arguments.back()), FlagEffect::object);
}

TEST(ReuseFlags, ThePreprocessorsFlagsAreInItsText) {
  for (const char* flag : {"-DA=1", "-UA", "-Ifolder", "-isystemfolder", "-pthread", "-MD"})
    EXPECT_EQ(effect_of_flag({flag}), FlagEffect::text) << flag;
  EXPECT_EQ(effect_of_flag({"-include", "a.h"}), FlagEffect::text);
  // Not told apart, which costs a hit at most.
  EXPECT_EQ(effect_of_flag({"-Wp,-DA,-UB"}), FlagEffect::object);
}

TEST(ReuseFlags, PlacesOfResultsDoNotCount) {
  EXPECT_EQ(effect_of_flag({"-o", "a.o"}), FlagEffect::output);
  EXPECT_EQ(effect_of_flag({"-MF", "a.d"}), FlagEffect::output);
  EXPECT_EQ(effect_of_flag({"-MT", "a"}), FlagEffect::output);
}

TEST(ReuseFlags, OpenMpCountsWhereTheTextHasSome) {
  EXPECT_EQ(effect_of_flag({"-fopenmp"}), FlagEffect::openmp);
  EXPECT_EQ(effect_of_flag({"-fopenmp-targets=nvptx64"}), FlagEffect::object);
}

TEST(ReuseFlags, WhatNothingTellsOfForbidsReuse) {
  for (const char* flag :
       {"-save-temps", "-fplugin=a.so", "-Wp,-MD,a.d", "-fmodules", "-H", "--config=a.cfg", "-P"})
    EXPECT_EQ(effect_of_flag({flag}), FlagEffect::elsewhere) << flag;
  EXPECT_EQ(effect_of_flag({"-Xclang", "-Ifolder"}), FlagEffect::elsewhere);
  // A flag of one letter is no beginning of another.
  EXPECT_EQ(effect_of_flag({"-Csomething"}), FlagEffect::object);
}

TEST(ReuseFlags, QuietFlagsOnlyTakeMessagesAway) {
  for (const char* flag : {"-w", "-Wno-unused", "-Wno-everything"})
    EXPECT_EQ(effect_of_flag({flag}), FlagEffect::quiet) << flag;
  for (const char* flag :
       {"-Wall", "-Werror", "-Wno-error", "-Wno-error=unused", "-Wframe-larger-than=1"})
    EXPECT_EQ(effect_of_flag({flag}), FlagEffect::object) << flag;
  EXPECT_EQ(message_flags(invocation_of({"-Wall", "-O2", "-Wp,-DA", "-Wno-x", "-w"})),
            (std::vector<std::string>{"-Wall", "-Wno-x", "-w"}));
}

TEST(ReuseFlags, MoreQuietFlagsSayNoMore) {
  using Flags = std::vector<std::string>;
  EXPECT_TRUE(says_no_more({}, {}));
  EXPECT_TRUE(says_no_more(Flags{"-Wno-a"}, {}));
  EXPECT_TRUE(says_no_more(Flags{"-Wno-a", "-Wall", "-Wno-b", "-w"}, Flags{"-Wall", "-Wno-b"}));
  EXPECT_FALSE(says_no_more({}, Flags{"-Wno-a"}));
  EXPECT_FALSE(says_no_more(Flags{"-Wall"}, {}));
  // The last one counts.
  EXPECT_FALSE(says_no_more(Flags{"-Wno-a", "-Wa"}, Flags{"-Wa", "-Wno-a"}));
}

TEST(ReuseFlags, NamesAreAsTheyAreWritten) {
  const auto invocation = invocation_of({"-Ia", "-isystem", "b", "-include", "c.h", "-DI=d"});
  EXPECT_EQ(search_folders(invocation), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(forced_headers(invocation), (std::vector<std::string>{"c.h"}));
}

TEST(ReuseFlags, SystemsThatMoveAndDebugInformation) {
  EXPECT_TRUE(moves_the_system(invocation_of({"--sysroot=/x"})));
  EXPECT_FALSE(moves_the_system(invocation_of({"-Ix"})));
  EXPECT_TRUE(asks_for_debug_info(invocation_of({"-g"})));
  EXPECT_FALSE(asks_for_macros(invocation_of({"-g"})));
  EXPECT_TRUE(asks_for_macros(invocation_of({"-ggdb3"})));
}

}  // namespace
}  // namespace xaas
