// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "settings.hpp"
#include "source_scan.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace xaas {

/// Whether a configuration may have put it there: everything that is not the system's.
bool is_of_the_build(const WrapperSettings& settings, const std::string& path);

/// Of the files that a compile names, read from `folder`, those of the build: absolute, in order.
std::set<std::string, std::less<>> files_of_the_build(const WrapperSettings& settings,
                                                      const std::string& folder,
                                                      const std::vector<std::string>& names);

/// Where headers may have been looked for before they were found. A file that turns up in such a
/// place is read in place of another.
class HeaderCandidates {
 public:
  /// `search_path`: the folders that the flags name. `settings` must outlive this.
  HeaderCandidates(const WrapperSettings& settings, std::vector<std::string> search_path);

  /// What a file in `folder` includes.
  void add_names_in(const std::string& folder, const SourceScan& scan);

  /// What a header of the system includes, and the name by which it was found itself.
  void add_names_of(const std::string& header);

  struct Places {
    std::vector<std::string> absent;   // nothing is there, nor below it
    std::vector<std::string> present;  // a file is there, and the compile did not read it
    bool are_files = true;             // none is a folder, which may become a file
  };
  /// Those that are none of the files `read`, as they are now.
  [[nodiscard]] Places places_beside(const std::set<std::string, std::less<>>& read) const;

 private:
  void add_everywhere(const std::string& name);
  void add(const std::string& folder, const std::string& name);

  const WrapperSettings& settings_;
  std::vector<std::string> search_path_;
  std::set<std::string> folders_;  // the build's of these
  std::set<std::string> paths_;
};

}  // namespace xaas
