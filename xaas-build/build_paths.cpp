// SPDX-License-Identifier: Apache-2.0
#include "build_paths.hpp"

#include <algorithm>

namespace xaas {

bool is_in_build(const BuildResult& build, const std::string& path) {
  return std::ranges::any_of(build.seen_paths,
                             [&](const auto& seen) { return path.starts_with(seen.first + "/"); });
}

std::filesystem::path current_path(const BuildResult& build, const std::string& path) {
  for (const auto& [seen, now] : build.seen_paths) {
    if (path.starts_with(seen + "/")) return now / path.substr(seen.size() + 1);
  }
  return path;
}

std::string display_path(const BuildResult& build, const std::string& path) {
  for (const std::filesystem::path& root : {build.source, build.build}) {
    const std::string prefix = root.string() + "/";
    if (path.starts_with(prefix)) return path.substr(prefix.size());
  }
  return path;
}

std::string build_root(const BuildResult& build) {
  return build.source.parent_path().string();
}

}  // namespace xaas
