// SPDX-License-Identifier: Apache-2.0
#include "specialize/c_library_pair.hpp"

#include "run/image_loader.hpp"

#include "xaas/elf/c_library.hpp"
#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string_view>
#include <system_error>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// The numbers of "GLIBCXX_3.4.30", the highest of these versions; empty when it has none.
std::vector<unsigned> highest_version(const fs::path& library, std::string_view name) {
  std::vector<unsigned> highest;
  const auto bytes = read_file(library);
  if (!bytes) return highest;
  const auto elf = read_elf(*bytes);
  if (!elf || !*elf) return highest;
  for (const std::string& version : (*elf)->version_definitions) {
    if (!version.starts_with(name)) continue;
    std::vector<unsigned> numbers{0};
    for (const char c : std::string_view(version).substr(name.size())) {
      if (c == '.') {
        numbers.push_back(0);
      } else if (is_digit(c)) {
        numbers.back() = numbers.back() * 10 + static_cast<unsigned>(c - '0');
      }
    }
    highest = std::max(highest, numbers);
  }
  return highest;
}

/// Where loaders look without being told (ld.so(8)), Debian's folders first.
constexpr auto k_folders = std::to_array<const char*>(
#if defined(__aarch64__)
    {"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib",
     "/usr/lib"});
#else
    {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib",
     "/usr/lib"});
#endif

constexpr auto k_linked =
    std::to_array<const char*>({"libanl.so.", "libdl.so.", "libm.so.", "libmvec.so.",
                                "libpthread.so.", "libresolv.so.", "librt.so.", "libutil.so."});

}  // namespace

Result<std::vector<std::string>> c_library_files(const fs::path& root) {
  XAAS_TRY(const auto folders, loader_folders(root));
  std::map<std::string, std::string> by_name;
  for (const fs::path folder : folders) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root / folder.relative_path(), error)) {
      const fs::path name = entry.path().filename();
      if (is_c_library(name.string())) by_name.emplace(name.string(), (folder / name).string());
    }
  }
  std::vector<std::string> files;
  files.reserve(by_name.size());
  for (const auto& [name, path] : by_name) files.push_back(path);
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> linked_files(const std::vector<std::string>& c_library) {
  std::vector<std::string> linked;
  std::ranges::copy_if(c_library, std::back_inserter(linked), [](const std::string& path) {
    const std::string name = fs::path(path).filename().string();
    return std::ranges::any_of(k_linked,
                               [&](const char* start) { return name.starts_with(start); });
  });
  return linked;
}

bool is_newer_here(const fs::path& root, const std::string& image_path) {
  const std::string name = fs::path(image_path).filename().string();
  const std::string_view versions = name == "libstdc++.so.6"  ? "GLIBCXX_"
                                    : name == "libgcc_s.so.1" ? "GCC_"
                                                              : "";
  if (versions.empty()) return false;
  const auto file = path_in_root(root, image_path);
  if (!file) return false;
  const auto ours = highest_version(*file, versions);
  return std::ranges::any_of(k_folders, [&](const char* folder) {
    return highest_version(fs::path(folder) / name, versions) > ours;
  });
}

}  // namespace xaas
