// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/frontend/canonicalize.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas::testing {

/// One source file and the flags of its compile.
struct Source {
  std::string text;
  std::vector<std::string> isa_flags = {};    // -m flags
  std::vector<std::string> other_flags = {};  // e.g. -g
  std::string name = "unit.c";                // c++ when it ends in .cpp
};

/// The bitcode in the fat object that the capture's compile makes; fails the test when clang does.
/// Written and compiled in `folder`, by its file name.
std::string fat_bitcode(const std::filesystem::path& folder, const Source& source);

/// The same, canonical.
CanonicalUnit canonical_unit(const std::filesystem::path& folder, const Source& source);

/// What a command prints; fails the test when it does not succeed.
std::string output_of(const std::vector<std::string>& argv);

/// LLVM assembly of some bitcode.
std::string disassembled(const std::filesystem::path& folder, const std::string& bitcode);

/// A fresh folder for each test, removed at its end.
std::filesystem::path test_folder();

}  // namespace xaas::testing
