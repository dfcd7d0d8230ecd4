// SPDX-License-Identifier: Apache-2.0
#include "layer_path.hpp"

#include <cstddef>

namespace xaas {
namespace {

// PATH_MAX of Linux. A bound matters because one path may ask for thousands of folders.
constexpr std::size_t k_longest_path = 4096;

Error unsafe_path(std::string_view path, std::string_view rule) {
  return fail(ErrorKind::corrupt, "layer entry `{}` {}", path, rule).with_code("layer.unsafe-path");
}

}  // namespace

Result<std::vector<std::string>> split_layer_path(std::string_view path) {
  if (path.size() > k_longest_path)
    return unsafe_path(path.substr(0, 60), "and so on has a path of more than 4096 bytes");
  if (path.starts_with('/')) return unsafe_path(path, "has an absolute path");
  std::vector<std::string> components;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto component = path.substr(begin, end - begin);
    if (component == "..") return unsafe_path(path, "leaves the image's root by `..`");
    if (!component.empty() && component != ".") components.emplace_back(component);
    begin = end + 1;
  }
  return components;
}

std::string join_layer_path(const std::vector<std::string>& components) {
  std::string path;
  for (const auto& component : components) {
    if (!path.empty()) path += '/';
    path += component;
  }
  return path;
}

}  // namespace xaas
