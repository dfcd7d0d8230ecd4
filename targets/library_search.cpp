// SPDX-License-Identifier: Apache-2.0
#include "library_search.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// A job's environment may name thousands of folders, and a folder hold as many files.
constexpr std::size_t k_most_folders = 1024;

bool ends_as_soname(std::string_view name) {
  static constexpr std::string_view k_mark = ".so.";
  const auto mark = name.rfind(k_mark);
  if (mark == name.npos) return false;
  const std::string_view number = name.substr(mark + k_mark.size());
  return !number.empty() &&
         std::ranges::all_of(number, [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::vector<std::string> usual_library_folders(std::string_view architecture) {
  // GNU's names, which Debian's folders have.
  static const std::map<std::string_view, std::string> triples = {
      {"amd64", "x86_64-linux-gnu"},
      {"arm64", "aarch64-linux-gnu"},
      {"riscv64", "riscv64-linux-gnu"},
      {"ppc64le", "powerpc64le-linux-gnu"}};
  const auto found = triples.find(architecture);
  if (found == triples.end()) return {"/lib64", "/usr/lib64", "/lib", "/usr/lib"};
  const std::string& triple = found->second;
  return {"/lib/" + triple, "/usr/lib/" + triple, "/lib64", "/usr/lib64", "/lib", "/usr/lib"};
}

// ldconfig's file is a table of zero-terminated strings behind a header whose layout varies; the
// strings are all that matters here.
std::vector<std::string> libraries_in_loader_cache(const HostProbe& probe, std::string_view begin) {
  std::vector<std::string> paths;
  const auto cache = probe.read("/etc/ld.so.cache");
  if (!cache) return paths;
  const std::string wanted = "/" + std::string(begin);
  for (auto at = cache->find(wanted); at != std::string::npos; at = cache->find(wanted, at + 1)) {
    const auto before = cache->rfind('\0', at);
    const auto first = before == std::string::npos ? 0 : before + 1;
    std::string path = cache->substr(first, cache->find('\0', at) - first);
    if (path.starts_with('/') && name_in(path).starts_with(begin)) paths.push_back(std::move(path));
  }
  return paths;
}

std::vector<std::string> absolute_folders_in(std::string_view search_path) {
  std::vector<std::string> folders;
  while (!search_path.empty() && folders.size() < k_most_folders) {
    const auto end = std::min(search_path.find(':'), search_path.size());
    if (search_path.starts_with('/')) folders.emplace_back(search_path.substr(0, end));
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
  }
  return folders;
}

std::vector<std::string> find_libraries(const HostProbe& probe, std::string_view architecture,
                                        std::string_view begin,
                                        const std::vector<std::string>& more) {
  std::vector<std::string> found;
  std::set<std::string> seen;
  const auto add = [&](std::string path) {
    if (ends_as_soname(name_in(path)) && seen.insert(path).second) found.push_back(std::move(path));
  };
  const auto add_folder = [&](const std::string& folder) {
    const auto names = probe.list(folder);
    if (!names) return;
    for (const std::string& name : *names)
      if (name.starts_with(begin)) add(fmt::format("{}/{}", folder, name));
  };
  std::ranges::for_each(absolute_folders_in(probe.variable("LD_LIBRARY_PATH")), add_folder);
  std::ranges::for_each(libraries_in_loader_cache(probe, begin), add);
  std::ranges::for_each(usual_library_folders(architecture), add_folder);
  std::ranges::for_each(more, add_folder);
  return found;
}

}  // namespace xaas
