// SPDX-License-Identifier: Apache-2.0
#include "library_search.hpp"

#include "xaas/support/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
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
  return !number.empty() && std::ranges::all_of(number, is_digit);
}

bool is_called_as_library(std::string_view name) {
  return name.ends_with(".so") || name.contains(".so.");
}

/// What Debian's update-alternatives knows of libraries: each file of its database is lines, those
/// with a path name what can be chosen. Folders of what is not chosen are in no search path.
std::vector<std::string> debian_alternatives(const HostProbe& probe) {
  const std::string folder = "/var/lib/dpkg/alternatives";
  std::vector<std::string> paths;
  const auto names = probe.list(folder);
  if (!names) return paths;
  for (const std::string& name : *names) {
    if (!name.starts_with("lib") || !is_called_as_library(name)) continue;
    std::istringstream lines(probe.read(fmt::format("{}/{}", folder, name)).value_or(""));
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with('/') && is_called_as_library(name_in(line))) paths.push_back(line);
  }
  return paths;
}

}  // namespace

std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view folder_in(std::string_view path) {
  return path.substr(0, path.rfind('/'));
}

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
  for (std::string_view rest = *cache; !rest.empty();) {
    const auto end = std::min(rest.find('\0'), rest.size());
    const std::string_view path = rest.substr(0, end);
    if (path.starts_with('/') && name_in(path).starts_with(begin)) paths.emplace_back(path);
    rest.remove_prefix(std::min(end + 1, rest.size()));
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

std::string Links::without(std::string_view path) {
  constexpr int k_most_links = 40;  // as Linux, path_resolution(7)
  int links = 0;
  std::string done;
  std::string rest(path);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('/'), rest.size());
    const std::string part = rest.substr(0, end);
    rest.erase(0, std::min(end + 1, rest.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done.erase(std::min(done.rfind('/'), done.size()));
      continue;
    }
    const std::string next = fmt::format("{}/{}", done, part);
    const auto [known, is_new] = known_.try_emplace(next);
    if (is_new) known->second = probe_.link(next);
    const std::string& to = known->second;
    if (to.empty()) {
      done = next;
      continue;
    }
    if (++links > k_most_links) return {};
    if (to.starts_with('/')) done.clear();
    rest = fmt::format("{}/{}", to, rest);
  }
  return done;
}

LibrarySearch search_libraries(const HostProbe& probe, std::string_view architecture,
                               const std::vector<std::string>& more) {
  LibrarySearch search;
  std::set<std::string> seen;
  const auto add_folder = [&](const std::string& folder) {
    if (!seen.insert(folder).second) return;
    const auto names = probe.list(folder);
    if (!names && names.error().kind() != ErrorKind::not_found) {
      search.problems.push_back(
          fmt::format("{}: its libraries are unknown", names.error().message()));
    }
    if (!names) return;
    search.looked_into_any = true;
    for (const std::string& name : *names)
      if (is_called_as_library(name)) search.paths.push_back(fmt::format("{}/{}", folder, name));
  };
  std::ranges::for_each(absolute_folders_in(probe.variable("LD_LIBRARY_PATH")), add_folder);
  std::ranges::copy(libraries_in_loader_cache(probe, "lib"), std::back_inserter(search.paths));
  std::ranges::for_each(usual_library_folders(architecture), add_folder);
  std::ranges::for_each(more, add_folder);
  std::ranges::copy(debian_alternatives(probe), std::back_inserter(search.paths));
  return search;
}

std::vector<std::string> libraries_beginning(const LibrarySearch& search, std::string_view begin) {
  std::vector<std::string> found;
  std::set<std::string_view> seen;
  for (const std::string& path : search.paths) {
    const std::string_view name = name_in(path);
    if (name.starts_with(begin) && ends_as_soname(name) && seen.insert(path).second)
      found.push_back(path);
  }
  return found;
}

std::vector<LibraryFile> libraries_called(const HostProbe& probe, const LibrarySearch& search,
                                          std::span<const std::string_view> parts) {
  std::vector<LibraryFile> found;
  Links links(probe);
  std::set<std::string> seen;
  for (const std::string& path : search.paths) {
    const std::string_view name = name_in(path);
    const auto is_in_name = [name](std::string_view part) { return name.contains(part); };
    if (std::ranges::none_of(parts, is_in_name)) continue;
    std::string file = links.without(path);
    if (file.empty() || !seen.insert(file).second) continue;
    found.push_back({.path = path, .file = std::move(file)});
    if (found.size() == k_most_candidates) break;
  }
  return found;
}

}  // namespace xaas
