// SPDX-License-Identifier: Apache-2.0
#include "followed_link.hpp"

#include <filesystem>

namespace xaas {

std::string followed_link(const HostProbe& probe, std::string path) {
  static constexpr int k_most_links = 8;
  for (int i = 0; i < k_most_links; ++i) {
    const std::filesystem::path target = probe.link(path);
    if (target.empty()) break;
    path = (std::filesystem::path(path).parent_path() / target).lexically_normal().string();
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  }
  return path;
}

}  // namespace xaas
