// SPDX-License-Identifier: Apache-2.0
#include "machine_library.hpp"

#include "library_search.hpp"
#include "loading.hpp"

#include "xaas/elf/elf_file.hpp"

#include <fmt/format.h>

#include <fnmatch.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

namespace xaas {
namespace {

/// Folders with more libraries of one interface are no installations of it, and no machine has
/// more.
constexpr std::size_t k_most_alike = 64;

bool is_like_one_of(std::string_view name, const std::vector<std::string>& patterns) {
  const std::string text(name);
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
  });
}

/// Debian's administrators choose what such a link leads to, and may choose anew: a program would
/// load another library than it was linked with.
bool is_alternative(const HostProbe& probe, const std::string& path) {
  return probe.link(path).starts_with("/etc/alternatives/");
}

/// Where the loader would come to this file by its soname: the folder that it was found in, or
/// that it lies in.
std::string folder_by_soname(const HostProbe& probe, const std::string& path,
                             const std::string& soname) {
  Links links(probe);
  const std::string file = links.without(path);
  for (const std::string_view folder : {folder_in(path), folder_in(file)}) {
    const std::string by_soname = fmt::format("{}/{}", folder, soname);
    if (links.without(by_soname) == file && !is_alternative(probe, by_soname))
      return std::string(folder);
  }
  return {};
}

class MachineLibraries {
 public:
  MachineLibraries(const HostProbe& probe, const std::set<std::string>& symbols,
                   std::string_view architecture)
      : probe_(probe),
        links_(probe),
        symbols_(symbols.begin(), symbols.end()),
        architecture_(architecture) {}

  void add(const std::string& path) {
    const std::string file = links_.without(path);
    if (file.empty() || !seen_.insert(file).second) return;
    const auto mapped = probe_.map(file);
    if (!mapped) return;
    const auto elf = read_elf(mapped->bytes());
    if (!elf || !*elf || (*elf)->kind != ElfKind::shared_library ||
        (*elf)->architecture != architecture_ || (*elf)->soname.contains('/'))
      return;  // with a folder in its soname, none would lead to it
    const auto exports = exported_among(mapped->bytes(), symbols_);
    if (!exports) return;
    MachineLibrary library{
        .path = path,
        .soname = (*elf)->soname.empty() ? std::string(name_in(path)) : (*elf)->soname};
    library.folder = folder_by_soname(probe_, path, library.soname);
    LoadedLibrary loaded = loaded_library(
        probe_,
        library.folder.empty() ? path : fmt::format("{}/{}", library.folder, library.soname));
    library.brings = std::move(loaded.brings);
    library.problems = std::move(loaded.problems);
    for (const auto& [symbol, text] : *exports) library.symbols.insert(symbol);
    found_.push_back(std::move(library));
  }

  std::vector<MachineLibrary> take() { return std::move(found_); }

 private:
  const HostProbe& probe_;
  Links links_;
  std::set<std::string, std::less<>> symbols_;
  std::string architecture_;
  std::set<std::string> seen_;
  std::vector<MachineLibrary> found_;
};

}  // namespace

std::vector<MachineLibrary> machine_libraries(const HostProbe& probe, const std::string& path,
                                              const std::vector<std::string>& patterns,
                                              const std::set<std::string>& symbols,
                                              std::string_view architecture) {
  MachineLibraries libraries(probe, symbols, architecture);
  libraries.add(path);
  // What lies in a folder of links to alternatives belongs to many.
  const std::string folder(folder_in(Links(probe).without(path)));
  std::size_t beside = 0;
  for (const std::string& name : probe.list(folder).value_or(std::vector<std::string>())) {
    if (!is_like_one_of(name, patterns)) continue;
    if (++beside > k_most_alike) break;
    libraries.add(fmt::format("{}/{}", folder, name));
  }
  return libraries.take();
}

std::vector<std::string> libraries_called_like(const HostProbe& probe,
                                               const std::vector<std::string>& patterns,
                                               std::string_view architecture) {
  const LibrarySearch search = search_libraries(probe, architecture, {});
  std::vector<std::string> found;
  std::set<std::string> seen;
  Links links(probe);
  for (const std::string& path : search.paths) {
    if (found.size() == k_most_alike) break;
    if (!is_like_one_of(name_in(path), patterns)) continue;
    const std::string file = links.without(path);
    if (!file.empty() && seen.insert(file).second) found.push_back(path);
  }
  return found;
}

bool is_usual_library_folder(std::string_view folder, std::string_view architecture) {
  const auto host = live_host();
  Links links(*host);
  const std::string path = links.without(folder);
  return std::ranges::any_of(usual_library_folders(architecture), [&](const std::string& usual) {
    return !path.empty() && links.without(usual) == path;
  });
}

std::vector<MachineLibrary> machine_libraries(const std::string& path,
                                              const std::vector<std::string>& patterns,
                                              const std::set<std::string>& symbols,
                                              std::string_view architecture) {
  return machine_libraries(*live_host(), path, patterns, symbols, architecture);
}

std::vector<std::string> libraries_called_like(const std::vector<std::string>& patterns,
                                               std::string_view architecture) {
  return libraries_called_like(*live_host(), patterns, architecture);
}

}  // namespace xaas
