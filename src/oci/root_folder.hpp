// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "layout_files.hpp"

#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace xaas {

/// The folder that layers are unpacked into. Every path is walked from its open root, component by
/// component, without ever following a link, so nothing that an archive says can reach outside,
/// whatever links earlier entries or layers made.
class RootFolder {
 public:
  using Components = std::span<const std::string>;

  static Result<RootFolder> open(const std::filesystem::path& root);

  /// Each of these replaces what is there (layer.md, "Changeset over existing files") and makes
  /// the folders that are missing on the way, with 0755.
  Status make_folder(Components path, unsigned mode);
  Status make_link(Components path, const std::string& target);
  Status make_hard_link(Components path, Components target);
  Result<OpenFile> make_file(Components path);

  /// Removes what lower layers left at `path`; what was made through this object stays.
  Status remove_lower(Components path);
  /// The same for everything inside the folder `path`.
  Status remove_lower_children(Components path);

  /// How many entries were made so far, with the folders that were missing on the way.
  [[nodiscard]] std::size_t made_count() const { return made_.size(); }

  /// Folders are writable while a layer is unpacked; this gives them their own permissions.
  Status apply_folder_modes();

 private:
  RootFolder(std::filesystem::path name, OpenFile root)
      : name_(std::move(name)), root_(std::move(root)) {}

  enum class Missing { make, stop };
  Result<std::optional<OpenFile>> open_folder(Components path, Missing missing);
  Result<OpenFile> step_into(const OpenFile& folder, Components path_so_far, Missing missing,
                             bool& is_absent);
  Result<OpenFile> make_parent(Components path);
  Result<OpenFile> prepare_place(Components path);
  Status make_writable(const OpenFile& folder, const std::string& path);
  enum class Keep { nothing, own };
  Status remove_entry(const OpenFile& folder, const std::string& path, Keep keep);
  Status remove_children(const OpenFile& folder, const std::string& path, Keep keep);
  [[nodiscard]] std::filesystem::path shown(const std::string& path) const { return name_ / path; }

  std::filesystem::path name_;
  OpenFile root_;
  std::map<std::string, unsigned> folder_modes_;  // to be set at the end
  std::set<std::string> made_;
};

}  // namespace xaas
