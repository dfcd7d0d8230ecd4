// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compile.hpp"

#include "xaas/lowering/lower.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas::testing {

/// What main() of this program takes as the request to be the linker's process.
inline constexpr const char* k_child_command = "--lowering-child";
/// Requests to be a linker's process that goes wrong.
inline constexpr const char* k_crash_command = "--crash";
inline constexpr const char* k_babble_command = "--babble";

/// Compiles small sources, lowers them into a program, runs it.
class Lowering : public ::testing::Test {
 protected:
  /// A job that links `sources` (each one a unit) into a program, for `cpu`.
  LoweringJob program_of(const std::vector<Source>& sources, const std::string& cpu = "x86-64");

  /// A unit written to a file of its own.
  LoweringJob::Bitcode unit_of(const Source& source);

  /// Lowers; fails the test when that fails.
  LoweringResult lower(const LoweringJob& job);
  /// Lowers; the message of the error it ends with.
  static std::string error_of(const LoweringJob& job);

  /// Instructions of one function of the program, one per line, or of all.
  std::string instructions(const std::string& function = {}) const;
  /// What the program prints.
  std::string printed() const { return output_of({output_.string()}); }

  std::filesystem::path folder_ = test_folder();
  std::filesystem::path output_ = folder_ / "program";

 private:
  unsigned units_ = 0;
};

/// The items of an ordinary dynamic link around `units`.
std::vector<LoweringJob::Item> program_items(const std::vector<LoweringJob::Bitcode>& units);

}  // namespace xaas::testing
