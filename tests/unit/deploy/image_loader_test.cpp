// SPDX-License-Identifier: Apache-2.0
#include "run/image_loader.hpp"

#include "../support/expect.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace xaas {
namespace {

using ::testing::ElementsAre;

class ImageLoader : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make();
    ASSERT_OK(made);
    folder_ = std::make_unique<TemporaryFolder>(*std::move(made));
    ASSERT_OK(write_file(root() / "etc/ld.so.conf", "/usr/local/lib\n\n/lib/x86_64-linux-gnu"));
  }
  [[nodiscard]] std::filesystem::path root() const { return folder_->path(); }

 private:
  std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(ImageLoader, LooksInTheFoldersOfTheConfiguration) {
  const auto folders = loader_folders(root());
  ASSERT_OK(folders);
  EXPECT_THAT(*folders, ElementsAre("/usr/local/lib", "/lib/x86_64-linux-gnu"));
}

TEST_F(ImageLoader, IsStartedWithTheImagesFoldersOnly) {
  const auto command = loader_command(root(), "/lib64/ld.so");
  ASSERT_OK(command);
  const std::string at = root().string();
  EXPECT_THAT(*command, ElementsAre(at + "/lib64/ld.so", "--inhibit-cache", "--library-path",
                                    at + "/usr/local/lib:" + at + "/lib/x86_64-linux-gnu"));
}

TEST_F(ImageLoader, NeedsAConfiguration) {
  EXPECT_FALSE(loader_folders(root() / "elsewhere"));
  EXPECT_FALSE(loader_command(root() / "elsewhere", "/lib64/ld.so"));
}

}  // namespace
}  // namespace xaas
