// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/image/xaas_image.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace xaas {

/// What a tree brings of the libraries that its programs need.
struct TreeLibraries {
  CLibrary c_library = CLibrary::host;  // with the image's, the tree brings loader and library
  bool runs_here = false;  // what this machine has newer ones of is left to it, unless the C
                           // library is the image's
  std::span<const std::string> never_bundled;  // sonames with * and ?, always the machine's
  std::span<const LibraryChoice> choices;      // of libraries that are linked
  std::set<std::string> lowered;               // image paths: linked with what was chosen
};

/// Where an image path lands in a tree: below the folder what is below the prefix in the image,
/// everything else under its own path; shared libraries of the machine that built the image under
/// `lib/xaas/`.
class TreeLayout {
 public:
  /// `root` is the generic image, unpacked. `incompatible` where something that is not linked anew
  /// would need the image's MPI beside the machine's.
  static Result<TreeLayout> make(const IrImage& image, const std::filesystem::path& root,
                                 const TreeLibraries& libraries);

  /// Relative to the tree.
  [[nodiscard]] std::string place_of(const std::string& image_path) const;
  /// Folders in which this product finds libraries: those that the tree holds, by `$ORIGIN`, and
  /// the machine's that something beside it needs which is not linked anew.
  [[nodiscard]] std::vector<std::string> runpath_of(const Product& product) const;
  /// Shared libraries that the tree must bring: image path.
  [[nodiscard]] const std::vector<std::string>& bundled() const { return bundled_; }
  /// sonames of those that it needs and must not bring.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }
  /// Of the former, the C library, and the loader among its files, relative to the tree; none, and
  /// empty: they are the machine's.
  [[nodiscard]] const std::vector<std::string>& c_library() const { return c_library_; }
  [[nodiscard]] std::string loader() const;
  /// Links to libraries of the machine that its loader would not find by the names by which they
  /// are needed: place in the tree -> path.
  [[nodiscard]] const std::map<std::string, std::string>& site_links() const { return site_links_; }
  /// Files, links and empty folders of the install tree, as image paths.
  [[nodiscard]] const std::vector<std::string>& installed() const { return installed_; }

 private:
  TreeLayout() = default;
  std::string prefix_;
  std::vector<std::string> installed_;
  std::vector<std::string> bundled_;
  std::vector<std::string> left_out_;
  std::vector<std::string> c_library_;
  std::map<std::string, std::string> site_links_;
  std::vector<std::string> site_folders_;     // of the machine
  std::vector<std::string> library_folders_;  // in the tree
};

}  // namespace xaas
