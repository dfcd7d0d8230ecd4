// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/capture/records.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// What a compile left, and what it depended on.
struct CachedCompile {
  Digest object;
  std::string messages;      // on standard error
  std::string dependencies;  // its dependency file behind the target; empty: it had none
  std::vector<CompileInput> inputs;
  /// Files of the build that were not there, and that would have been taken for one that was.
  std::vector<std::string> absent;
  /// Files of the build that were there and only asked for, `__has_include`.
  std::vector<std::string> present;
  /// With which it had these messages: `-Wall`, `-Wno-unused`.
  std::vector<std::string> message_flags;
};

/// As compilers make their files: the umask decides.
unsigned mode_of_new_files();

/// Compiles of one capture, for its other configurations: objects by digest, and what leads to
/// them. Written by many processes at once: every file is renamed into place, and its name comes
/// from its content or from all that decides about it.
class CompileCache {
 public:
  explicit CompileCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Of an earlier compile with this key whose files are as they are now; empty when there is none.
  [[nodiscard]] std::optional<CachedCompile> find_by_inputs(const Digest& key) const;
  /// Of an earlier compile of the same text under the same key, without files.
  [[nodiscard]] std::optional<CachedCompile> find_by_text(const Digest& key) const;

  Status keep_by_inputs(const Digest& key, const CachedCompile& compile) const;
  Status keep_by_text(const Digest& key, const CachedCompile& compile) const;

  /// Puts the object there, with a time of its own; false when the cache does not have it whole.
  [[nodiscard]] bool take_object(const Digest& object, const std::filesystem::path& to) const;
  /// Gives its digest.
  Result<Digest> keep_object(const std::filesystem::path& object) const;

 private:
  [[nodiscard]] std::filesystem::path object_path(const Digest& object) const {
    return folder_ / "objects" / object.hex();
  }
  std::filesystem::path folder_;
};

}  // namespace xaas
