// SPDX-License-Identifier: Apache-2.0
#include "upkeep/find_deployments.hpp"

#include "record/deployment_record.hpp"
#include "run/deployed.hpp"
#include "upkeep/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

class Walk {
 public:
  explicit Walk(std::size_t most_folders) : most_folders_(most_folders) {}

  void look_below(const fs::path& root) {
    // No recursion: how deep folders lie is not ours to decide.
    std::vector<fs::path> pending{root};
    while (!pending.empty()) {
      const fs::path folder = std::move(pending.back());
      pending.pop_back();
      if (!seen_.insert(folder).second) continue;
      if (seen_.size() > most_folders_) {
        found_.passed_over.push_back(
            fmt::format("stopped in `{}` after {} folders: name the folders that hold deployments",
                        folder.string(), most_folders_));
        return;
      }
      look_at(folder, pending);
    }
  }

  FoundDeployments finish() {
    std::ranges::sort(found_.places);
    std::ranges::sort(found_.interrupted);
    return std::move(found_);
  }

 private:
  void look_at(const fs::path& folder, std::vector<fs::path>& pending) {
    std::error_code error;
    if (fs::exists(folder / k_record_path, error)) {
      if (!is_unpacked_root(folder)) found_.places.push_back(folder);
      return;
    }
    fs::directory_iterator entry(folder, error);
    for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
      std::error_code failed;
      const auto type = entry->symlink_status(failed).type();
      if (type == fs::file_type::directory) add(entry->path(), pending);
      if (type == fs::file_type::none) pass_over(entry->path(), failed);
    }
    if (error) pass_over(folder, error);
  }

  void pass_over(const fs::path& path, const std::error_code& reason) {
    found_.passed_over.push_back(
        fmt::format("`{}` was passed over: {}", path.string(), reason.message()));
  }

  void add(const fs::path& folder, std::vector<fs::path>& pending) {
    if (const auto place = place_set_aside(folder)) {
      std::error_code error;
      if (!fs::exists(fs::symlink_status(*place, error))) found_.interrupted.push_back(*place);
    } else if (!is_kept_beside(folder)) {
      pending.push_back(folder);
    }
  }

  std::size_t most_folders_;
  std::set<fs::path> seen_;
  FoundDeployments found_;
};

}  // namespace

Result<FoundDeployments> find_deployments(std::span<const fs::path> folders,
                                          std::size_t most_folders) {
  Walk walk(most_folders);
  for (const fs::path& folder : folders) {
    std::error_code error;
    const fs::path root = fs::canonical(folder, error);
    if (error || !fs::is_directory(root, error)) {
      return fail(ErrorKind::not_found, "`{}` is no folder", folder.string())
          .with_code("upkeep.no-folder")
          .with_help("name the folders that deployments lie in");
    }
    walk.look_below(root);
  }
  return walk.finish();
}

}  // namespace xaas
