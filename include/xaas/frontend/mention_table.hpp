// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/digest.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace xaas {

/// What the words of a source file can have to do with the processor, whatever is asked when.
struct Mentions {
  std::set<std::string> macros;  // those of the table's that stand in it
  /// It may depend on the processor without any macro: `__has_builtin` of an instruction's
  /// builtin, or diagnostics that it turns off, by which we would learn what it asks.
  bool may_hide = false;
  bool has_openmp_selectors = false;  // `declare variant`, `metadirective`: chosen by the compiler
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
