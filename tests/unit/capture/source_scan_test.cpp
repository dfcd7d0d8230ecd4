// SPDX-License-Identifier: Apache-2.0
#include "source_scan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ScanSource, ListsTheNamesOfIncludesAlsoInConditionsThatDoNotHold) {
  const SourceScan scan = scan_source(
      "#include \"a.h\"\n"
      "  #  include <sys/b.h>\n"
      "#if 0\n#include_next <c.h>\n#endif\n"
      "#import \"d.h\" // once\n");
  EXPECT_THAT(scan.quoted, ElementsAre("a.h", "d.h"));
  EXPECT_THAT(scan.angled, ElementsAre("c.h", "sys/b.h"));
  EXPECT_FALSE(scan.asks_more);
}

TEST(ScanSource, ListsWhatIsOnlyAskedFor) {
  const SourceScan scan = scan_source(
      "#ifdef __has_include\n#if defined(__has_include) && __has_include(\"x.h\")\n#endif\n#endif\n"
      "#if __has_include( <y.h> )\n#endif\n");
  EXPECT_THAT(scan.quoted, ElementsAre("x.h"));
  EXPECT_THAT(scan.angled, ElementsAre("y.h"));
  EXPECT_FALSE(scan.asks_more);
}

TEST(ScanSource, LeavesOrdinaryTextAlone) {
  const SourceScan scan = scan_source(
      "// embedded systems include a lot\nint include = 1; const char* s = \"#include\";\n"
      "#define EMBED 1\n#pragma once\n#if X\n#endif\n");
  EXPECT_THAT(scan.quoted, IsEmpty());
  EXPECT_THAT(scan.angled, IsEmpty());
}

class HiddenInput : public testing::TestWithParam<const char*> {};

TEST_P(HiddenInput, IsAReasonNotToTrustTheNames) {
  EXPECT_TRUE(scan_source(GetParam()).asks_more) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    All, HiddenInput,
    testing::Values("#include HEADER\n", "#include NAME(x)\n", "#embed \"data\"\n",
                    "# embed <data>\n", "__asm__(\".incbin \\\"x\\\"\");",
                    "int t[] = {__TIMESTAMP__};", "#if __has_include(HEADER)\n#endif",
                    "#if __has_embed(\"x\")\n#endif", "%:include \"a.h\"\n",
                    "\?\?=include \"a.h\"\n", "#/* */include \"a.h\"\n", "#incl\\\nude \"a.h\"\n",
                    "#\\\ninclude \"a.h\"\n", "#include \\\n\"a.h\"\n", "#incl\?\?/\nude \"a.h\"\n",
                    "#define HAS __has_include\n", "#if __has_include/**/(\"a.h\")\n"));

TEST(ScanSource, KnowsTheBlanksOfTheLanguage) {
  EXPECT_THAT(scan_source("#\f\vinclude\f\"a.h\"\n").quoted, ElementsAre("a.h"));
  EXPECT_TRUE(scan_source(std::string("#\0include \"a.h\"\n", 16)).asks_more);
}

}  // namespace
}  // namespace xaas
