// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/compiler_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FirstError, IsWhatStandsBehindTheWordOnItsLine) {
  EXPECT_EQ(first_error("a.c:1:2: warning: w\na.c:3:4: error: no such thing\n  more\n"),
            "no such thing");
  EXPECT_EQ(first_error("killed\nmore"), "killed");
  EXPECT_EQ(first_error(""), "");
}

TEST(HeaderFoldersIn, AreThoseThatClangLists) {
  EXPECT_THAT(header_folders_in("clang version 22\n"
                                "#include \"...\" search starts here:\n"
                                " quoted\n"
                                "#include <...> search starts here:\n"
                                " /usr/include/c++/12\n"
                                " /usr/include\n"
                                "End of search list.\n"
                                " nothing\n"),
              ElementsAre("quoted", "/usr/include/c++/12", "/usr/include"));
  EXPECT_THAT(header_folders_in(" before\nclang: error: no input\n"), IsEmpty());
}

TEST(IsIdentifierCharacter, HoldsForLettersDigitsAndUnderscores) {
  for (const char c : {'a', 'Z', '0', '_'}) EXPECT_TRUE(is_identifier_character(c)) << c;
  for (const char c : {' ', '-', '.', '$', '\0', '\xe4'}) EXPECT_FALSE(is_identifier_character(c));
}

}  // namespace
}  // namespace xaas
