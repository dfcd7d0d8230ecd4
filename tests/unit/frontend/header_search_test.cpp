// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/header_search.hpp"

#include "compile.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::set<Include> angled(const std::vector<std::string>& names) {
  std::set<Include> includes;
  for (const std::string& name : names) includes.insert({.name = name});
  return includes;
}

class HeaderSearchTest : public ::testing::Test {
 protected:
  Mentions of(const std::set<Include>& includes, std::vector<std::string> arguments = {},
              const std::string& language = "c") {
    arguments.emplace_back("x.c");
    const CompileCommand command{.compiler = "clang-22",
                                 .arguments = std::move(arguments),
                                 .source = "x.c",
                                 .language = language,
                                 .inside = [](Command same) { return same; }};
    auto found = search_.mentions_of(command, folder_.string(), includes);
    if (!found) ADD_FAILURE() << found.error().message();
    return found ? *std::move(found) : Mentions{};
  }
  void write(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(write_file(folder_ / name, text));
  }

  std::filesystem::path folder_ = testing::test_folder();
  MentionTable table_{{"__AVX2__", "__SSE3__", "__AVX512F__"}};
  HeaderSearch search_{table_};
};

TEST_F(HeaderSearchTest, FollowsIncludesUnderAnyCondition) {
  write("dir/a.h", "#if 0\n#include \"inner/b.h\"\n#endif\n");
  write("dir/inner/b.h", "#include \"c.h\"\n#include <a.h>\n");
  write("dir/inner/c.h", "#ifdef __AVX2__\n#endif\n");
  const std::string flag = "-I" + (folder_ / "dir").string();
  EXPECT_THAT(of(angled({"a.h"}), {flag}).macros, ElementsAre("__AVX2__"));
  EXPECT_THAT(of(angled({"c.h"}), {flag}).macros, IsEmpty());
  EXPECT_THAT(of(angled({"a.h"})).macros, IsEmpty());
}

TEST_F(HeaderSearchTest, LooksIntoEveryFolder) {
  write("one/a.h", "");
  write("two/a.h", "__AVX512F__\n");
  EXPECT_THAT(of(angled({"a.h"}),
                 {"-I", (folder_ / "one").string(), "-isystem", (folder_ / "two").string()})
                  .macros,
              ElementsAre("__AVX512F__"));
}

TEST_F(HeaderSearchTest, KnowsWhatTheCommandItselfIncludes) {
  write("forced.h", "__AVX2__\n");
  EXPECT_THAT(of({}, {"-include", (folder_ / "forced.h").string()}).macros,
              ElementsAre("__AVX2__"));
}

TEST_F(HeaderSearchTest, KnowsTheSystemsHeaders) {
  EXPECT_THAT(of(angled({"stdlib.h", "math.h", "stdio.h"})).macros, IsEmpty());
  EXPECT_THAT(of(angled({"random"}), {}, "c++").macros, ElementsAre("__SSE3__"));
  const Mentions usual = of(angled({"memory", "thread", "algorithm", "iostream"}), {}, "c++");
  EXPECT_THAT(usual.macros, IsEmpty());
  EXPECT_FALSE(usual.has_unknown_includes || usual.has_builtins || usual.hides_warnings);
}

TEST_F(HeaderSearchTest, SaysWhatItCannotKnow) {
  write("computed.h", "#include NAME\n");
  EXPECT_TRUE(of(angled({"computed.h"}), {"-I" + folder_.string()}).has_unknown_includes);
  EXPECT_TRUE(of({}, {"-include-pch", "x.pch"}).has_unknown_includes);
}

}  // namespace
}  // namespace xaas
