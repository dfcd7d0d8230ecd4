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

/// Macros of the processor that a text was asked about.
struct Asks {
  std::set<std::string> own;       // by the application, or by headers of the system
  std::set<std::string> compiler;  // by Clang's own headers

  [[nodiscard]] bool empty() const { return own.empty() && compiler.empty(); }
  void add(const Asks& more);
};

struct Preprocessed {
  std::string failure;  // the compiler's first error; text and digest are empty then
  std::string text;     // with line markers
  Digest bare;          // of the text without them, and without empty lines
  Asks asks;
};

/// The unit's text for the processor of `flags`. `marks` is a file that marked_macros made.
Result<Preprocessed> preprocess(const CompileCommand& command,
                                const std::vector<std::string>& flags,
                                const std::filesystem::path& marks);

/// The command with the marks in front, `what` it is to do behind, and our warnings alone: what
/// Clang says then is for read_asks.
std::vector<std::string> marked_command(const CompileCommand& command,
                                        const std::vector<std::string>& flags,
                                        const std::filesystem::path& marks,
                                        const std::vector<std::string>& what);
Asks read_asks(std::string_view messages);

/// A header after which Clang tells of each use of these macros, also in `#ifdef`.
/// Undefined::define defines those that are not, for there is nothing to be marked else.
enum class Undefined { leave, define };
std::string marked_macros(const std::set<std::string>& macros, Undefined undefined);

}  // namespace xaas
