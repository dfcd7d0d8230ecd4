// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/digest.hpp"

#include <compare>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace xaas {

/// `#include <name>` or `#include "name"`.
struct Include {
  std::string name;
  bool is_quoted = false;

  friend auto operator<=>(const Include&, const Include&) = default;
};

/// What the words of source files can have to do with the processor, whatever is asked when.
struct Mentions {
  std::set<std::string> macros;  // those of the table's that stand in it
  /// Builtins of instructions in directives: `__has_builtin` tells whether the processor has them.
  bool has_builtins = false;
  /// Pragmas that turn off the warnings by which we would learn what it asks.
  bool hides_warnings = false;
  bool has_openmp_selectors = false;  // `declare variant`, `metadirective`: chosen by the compiler
  std::set<Include> includes;
  bool has_unknown_includes = false;  // their names come from macros

  void add(const Mentions& more);
};
Mentions mentions_in(std::string_view text, const std::set<std::string>& macros);

/// Reads each file once, for all units and from all threads. Files must not change meanwhile.
class MentionTable {
 public:
  /// `macros`: every name that is looked for.
  explicit MentionTable(std::set<std::string> macros) : macros_(std::move(macros)) {}

  struct File {
    Digest content;
    Mentions mentions;
  };
  /// Null when the file cannot be read.
  const File* read(const std::filesystem::path& path);

 private:
  struct Entry {
    std::once_flag once;
    std::optional<File> file;
  };
  std::set<std::string> macros_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace xaas
