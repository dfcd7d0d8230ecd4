// SPDX-License-Identifier: Apache-2.0
#include "preprocessed_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using testing::ElementsAre;

const std::string k_text =
    "# 1 \"a.c\"\n# 1 \"<built-in>\" 1\n# 1 \"a.c\" 2\n# 1 \"in/b \\\"x\\\".h\" 1\nint b;\n# 3 "
    "\"a.c\" 2\nint a;\n";

PreprocessedText c_text(const std::string& text) {
  return read_preprocessed(text, false);
}

TEST(ReadPreprocessed, ListsTheFilesOnce) {
  EXPECT_THAT(c_text(k_text).files, ElementsAre("a.c", "in/b \"x\".h"));
}

TEST(ReadPreprocessed, IsTheSameWithoutPlaces) {
  const auto moved = c_text("# 1 \"a.c\"\n\n# 7 \"other.h\" 1\nint b;\n\n# 9 \"a.c\" 2\nint a;\n");
  EXPECT_EQ(moved.bare, c_text(k_text).bare);
  EXPECT_NE(moved.exact, c_text(k_text).exact);
}

TEST(ReadPreprocessed, CountsNoMacrosOfTheCompiler) {
  const std::string before = "# 1 \"a.cpp\"\n# 487 \"<built-in>\" 3\n";
  const std::string other = "# 1 \"a.cpp\"\n# 488 \"<built-in>\" 3\n";
  const std::string text = "# 1 \"a.cpp\" 2\nint a;\n";
  EXPECT_EQ(c_text(before + text).exact, c_text(other + text).exact);
  EXPECT_NE(c_text(before + text).exact, c_text(before + "# 2 \"a.cpp\" 2\nint a;\n").exact);
  // In a raw string it is text.
  EXPECT_NE(c_text("R\"(\n" + before + ")\"\n").exact, c_text("R\"(\n" + other + ")\"\n").exact);
}

TEST(ReadPreprocessed, TellsOtherTextApart) {
  EXPECT_NE(c_text("int a;\n").bare, c_text("int b;\n").bare);
  EXPECT_NE(c_text("int a;\nint b;\n").bare, c_text("int b;\nint a;\n").bare);
  EXPECT_NE(c_text("int a;\n").bare, c_text("int  a;\n").bare);
}

TEST(ReadPreprocessed, TellsSystemHeadersApart) {
  EXPECT_NE(c_text("# 1 \"a.h\" 1 3\nint a;\n").bare, c_text("# 1 \"a.h\" 1\nint a;\n").bare);
}

TEST(ReadPreprocessed, SeesWhatTheCompilerMakesOfPlaces) {
  EXPECT_FALSE(c_text("int a;\n").tells_places);
  EXPECT_TRUE(c_text("int a = __builtin_LINE();\n").tells_places);
  EXPECT_TRUE(c_text("const char* f = __builtin_FILE();\n").tells_places);
  // In a raw string every line counts.
  EXPECT_TRUE(c_text("const char* s = R\"(a\n\nb)\";\n").tells_places);
  EXPECT_FALSE(c_text("const char* f(void) { return __PRETTY_FUNCTION__; }\n").tells_places);
  EXPECT_TRUE(
      read_preprocessed("auto f = [] { return __PRETTY_FUNCTION__; };\n", true).tells_places);
}

TEST(ReadPreprocessed, SeesUnnamedTypesInTheNamesOfFunctions) {
  const std::string use = "{ return __PRETTY_FUNCTION__; }\n";
  EXPECT_FALSE(c_text("typedef struct { int x; } t;\nchar *f(t *a) " + use).tells_places);
  EXPECT_TRUE(c_text("char *f(struct { int x; } *a) " + use).tells_places);
  EXPECT_TRUE(c_text("char *f(int n,\n const union\n{ int x; } *a) " + use).tells_places);
}

TEST(ReadPreprocessed, SeesFilesThatAreReadLater) {
  EXPECT_FALSE(c_text("int a;\n").reads_files);
  EXPECT_TRUE(c_text("__asm__(\".incbin \\\"x\\\"\");\n").reads_files);
}

TEST(ReadPreprocessed, SeesDirectivesOfOpenMp) {
  EXPECT_FALSE(c_text("int comp, omp1, prompt_;\n#pragma once\n").has_openmp);
  EXPECT_TRUE(c_text("  # pragma  omp parallel\n").has_openmp);
  EXPECT_TRUE(c_text("#pragma omp threadprivate(a)\n").has_openmp);
  EXPECT_TRUE(c_text("[[using omp : directive(parallel)]] f();\n").has_openmp);
  EXPECT_TRUE(c_text("n = omp_get_max_threads();\n").has_openmp);
}

}  // namespace
}  // namespace xaas
