// SPDX-License-Identifier: Apache-2.0
#include "response_file.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using testing::ElementsAre;

TEST(SplitResponse, FollowsGccsQuoting) {
  EXPECT_THAT(split_response("-c 'a b.c'\n\t\"c\\\"d\" e\\ f ''  'x\"y'z"),
              ElementsAre("-c", "a b.c", "c\"d", "e f", "", "x\"yz"));
}

TEST(JoinResponse, IsReadBackAsItWas) {
  const std::vector<std::string> words{"a b", "", "\"", "back\\slash", "new\nline", "'", "@x"};
  EXPECT_EQ(split_response(join_response(words)), words);
}

class ExpandResponseFiles : public testing::Test {
 protected:
  TemporaryFolder folder_ = TemporaryFolder::make().value();

  [[nodiscard]] std::vector<std::string> expand(const std::vector<std::string>& argv) const {
    return expand_response_files(argv, folder_.path().string());
  }
};

TEST_F(ExpandResponseFiles, OpensFilesInsideFiles) {
  ASSERT_TRUE(write_file(folder_.path() / "outer", "-c @inner -g"));
  ASSERT_TRUE(write_file(folder_.path() / "inner", "a.c"));
  EXPECT_THAT(expand({"@outer", "-O2"}), ElementsAre("-c", "a.c", "-g", "-O2"));
}

TEST_F(ExpandResponseFiles, KeepsWhatIsNoFile) {
  EXPECT_THAT(expand({"@absent", "@"}), ElementsAre("@absent", "@"));
}

TEST_F(ExpandResponseFiles, EndsOnAFileThatNamesItself) {
  ASSERT_TRUE(write_file(folder_.path() / "loop", "@loop"));
  EXPECT_THAT(expand({"@loop"}), ElementsAre("@loop"));
}

TEST_F(ExpandResponseFiles, EndsSoonOnAFileThatNamesItselfOftenEnough) {
  ASSERT_TRUE(write_file(folder_.path() / "bush", "@bush @bush @bush @bush"));
  // Four to the power of sixteen words otherwise.
  EXPECT_LT(expand({"@bush"}).size(), 8000U);
}

}  // namespace
}  // namespace xaas
