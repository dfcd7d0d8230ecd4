// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/frontend/find_variants.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

struct Preprocessed {
  std::string failure;                  // the compiler's first error; the rest is empty then
  std::string text;                     // with line markers
  Digest bare;                          // of the text without them, and without empty lines
  std::set<std::string> asks;           // macros of the processor that it was asked about
  std::set<std::string> compiler_asks;  // the same, by Clang's own headers
};

/// The unit's text for the processor of `flags`. `marks` is a file that marked_macros made.
Result<Preprocessed> preprocess(const CompileCommand& command,
                                const std::vector<std::string>& flags,
                                const std::filesystem::path& marks);

/// A header after which Clang tells of each use of these macros, also in `#ifdef`.
/// Undefined::define defines those that are not, for there is nothing to be marked else.
enum class Undefined { leave, define };
std::string marked_macros(const std::set<std::string>& macros, Undefined undefined);

}  // namespace xaas
