// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace xaas::testing {

/// A folder in which real tools make the inputs of a test.
class Workshop : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make();
    ASSERT_TRUE(made.has_value());
    folder_ = std::move(*made);
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_->path(); }

  void write(const std::string& name, std::string_view text) const {
    ASSERT_TRUE(write_file(folder() / name, text).has_value());
  }

  /// Runs a command of a shell's in the folder; the test fails with what it said if it fails.
  void sh(const std::string& script) const {
    const auto outcome = run({.argv = {"sh", "-ec", script},
                              .folder = folder(),
                              .errors = Command::Errors::with_output});
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message();
    ASSERT_EQ(outcome->exit_code, 0) << script << "\n" << outcome->output;
  }

  [[nodiscard]] std::string bytes_of(const std::string& name) const {
    auto bytes = read_file(folder() / name);
    EXPECT_TRUE(bytes.has_value()) << name;
    return bytes ? std::move(*bytes) : std::string{};
  }

  [[nodiscard]] ElfFacts facts_of(const std::string& name) const {
    auto facts = read_elf(bytes_of(name));
    EXPECT_TRUE(facts.has_value()) << (facts ? "" : facts.error().message());
    EXPECT_TRUE(!facts || facts->has_value()) << name << " is not an ELF file";
    return facts && *facts ? std::move(**facts) : ElfFacts{};
  }

 private:
  std::optional<TemporaryFolder> folder_;
};

}  // namespace xaas::testing
