// SPDX-License-Identifier: Apache-2.0
#include "specialize/deployment.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace xaas {
namespace {

TEST(ParseDeploymentOutput, MakesTreesAbsolute) {
  const auto output = parse_deployment_output("tree:some/../place/");
  ASSERT_TRUE(output);
  const auto& tree = std::get<TreeOutput>(*output);
  EXPECT_EQ(tree.folder, std::filesystem::current_path() / "place");
}

TEST(ParseDeploymentOutput, ReadsLayouts) {
  const auto output = parse_deployment_output("oci:images:app");
  ASSERT_TRUE(output);
  EXPECT_EQ(std::get<LayoutReference>(*output).tag, "app");
}

TEST(ParseDeploymentOutput, RefusesWhatHasNoForm) {
  for (const char* text : {"", "tree:", "place", "docker:x", "tree:/"}) {
    const auto output = parse_deployment_output(text);
    ASSERT_FALSE(output) << text;
    EXPECT_EQ(output.error().code(), "output.form") << text;
  }
}

class OutputIsFree : public testing::Test {
 protected:
  TemporaryFolder folder_ = *TemporaryFolder::make();
  TreeOutput tree_{.folder = folder_.path() / "tree"};
};

TEST_F(OutputIsFree, WhenNothingOrAnEmptyFolderIsThere) {
  EXPECT_TRUE(check_output_is_free(tree_, false));
  ASSERT_TRUE(make_folders(tree_.folder));
  EXPECT_TRUE(check_output_is_free(tree_, false));
}

TEST_F(OutputIsFree, NotWhenADeploymentIsThereUnlessForced) {
  ASSERT_TRUE(write_file(tree_.folder / k_record_path, "{}"));
  const auto status = check_output_is_free(tree_, false);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "output.exists");
  EXPECT_TRUE(check_output_is_free(tree_, true));
}

TEST_F(OutputIsFree, NeverWhenItIsSomebodyElsesFolder) {
  ASSERT_TRUE(write_file(tree_.folder / "thesis.tex", "years of work"));
  const auto status = check_output_is_free(tree_, true);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), "output.not-ours");
}

}  // namespace
}  // namespace xaas
