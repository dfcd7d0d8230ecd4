// SPDX-License-Identifier: Apache-2.0
#include "run/image_loader.hpp"

#include "xaas/support/files.hpp"

#include <sstream>
#include <utility>

namespace xaas {

Result<std::vector<std::string>> loader_folders(const std::filesystem::path& root) {
  XAAS_TRY(const auto file, path_in_root(root, "etc/ld.so.conf"));
  XAAS_TRY(const auto text, read_file(file));
  std::vector<std::string> folders;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) folders.push_back(std::move(line));
  return folders;
}

Result<std::vector<std::string>> loader_command(const std::filesystem::path& root,
                                                const std::string& interpreter) {
  XAAS_TRY(const auto folders, loader_folders(root));
  std::string path;
  for (const std::string& folder : folders)
    path += (path.empty() ? "" : ":") + root.string() + folder;
  XAAS_TRY(const auto loader, path_in_root(root, interpreter));
  return std::vector<std::string>{loader.string(), "--inhibit-cache", "--library-path", path};
}

}  // namespace xaas
