// SPDX-License-Identifier: Apache-2.0
#include "export/library_binds.hpp"

#include "run/image_loader.hpp"

#include "xaas/support/files.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// Parts of an MPI that go with none but the libmpi that they came with.
constexpr std::string_view k_parts[] = {"libmpi", "libopen-", "libmca_"};

/// More than any library has.
constexpr std::size_t k_most_plugins = 4096;

/// A folder without `..` and a `/` at its end.
fs::path plain(const fs::path& folder) {
  return (folder / "").lexically_normal().parent_path();
}

/// Where a library finds what it opens by itself: folders, and files alone in those that it lies
/// below, as there is more in these. None below another one.
std::vector<std::string> opened_places(const std::vector<LibraryInterface>& interfaces,
                                       const fs::path& library) {
  std::vector<std::string> places;
  const auto add_place = [&](const fs::path& place) {
    const auto holds = [&](const std::string& other) { return is_at_or_below(place, other); };
    if (std::ranges::none_of(places, holds)) places.push_back(place);
  };
  const fs::path own = library.parent_path();
  for (const std::string& pattern : opened_by(interfaces, library.filename()).files) {
    std::error_code error;
    const fs::path folder = plain(own / fs::path(pattern).parent_path());
    if (!is_at_or_below(library, folder) && fs::is_directory(folder, error)) {
      add_place(folder);
      continue;
    }
    for (const fs::path& file : files_like(own, pattern))
      add_place(is_at_or_below(library, file.parent_path()) ? file : file.parent_path());
  }
  return places;
}

/// The same as files.
std::vector<std::string> plugins_of(const std::vector<LibraryInterface>& interfaces,
                                    const fs::path& library) {
  std::vector<std::string> plugins;
  const auto add_plugin = [&](const fs::path& path) {
    if (path.extension() == ".so" && plugins.size() < k_most_plugins) plugins.push_back(path);
  };
  for (const std::string& place : opened_places(interfaces, library)) {
    add_plugin(place);
    std::error_code error;
    for (fs::recursive_directory_iterator entry(place, error), end;
         !error && entry != end && plugins.size() < k_most_plugins; entry.increment(error))
      add_plugin(entry->path());
  }
  std::ranges::sort(plugins);
  return plugins;
}

bool is_part(const fs::path& library) {
  return std::ranges::any_of(k_parts, [&](std::string_view begin) {
    return library.filename().native().starts_with(begin);
  });
}

void add(std::vector<std::string>& to, const std::string& path) {
  if (std::ranges::find(to, path) == to.end()) to.push_back(path);
}

class Binds {
 public:
  Binds(fs::path root, const std::vector<LibraryInterface>& interfaces)
      : root_(std::move(root)),
        interfaces_(interfaces),
        folders_(loader_folders(root_).value_or(std::vector<std::string>())) {}

  void add_library(const fs::path& path) {
    add_with_folder(path);
    // The file that a link leads to may have its plugins beside it.
    std::error_code error;
    const fs::path file = fs::canonical(path, error);
    if (!error && file.parent_path() != path.parent_path() && !holds(file.parent_path()))
      add(bound_.paths, file.parent_path());
    for (const std::string& place : opened_places(interfaces_, path)) add(bound_.paths, place);
  }

  void add_needed(const fs::path& found) {
    // The loader's cache may name it by /lib, where that leads to /usr/lib.
    std::error_code error;
    const fs::path folder = fs::canonical(found.parent_path(), error);
    const fs::path path = error ? found : folder / found.filename();
    const bool has_it = std::ranges::any_of(folders_, [&](const std::string& folder) {
      return holds(fs::path(folder) / path.filename());
    });
    if (!has_it || is_part(path)) add_library(path);
  }

  /// Without what lies below another place: in an image that ran before, a place for it would be
  /// there, and hold that one.
  BoundFiles take() {
    const std::vector<std::string> all = bound_.paths;
    std::erase_if(bound_.paths, [&](const std::string& path) {
      return std::ranges::any_of(all, [&](const std::string& other) {
        return other != path && is_at_or_below(path, other);
      });
    });
    return std::move(bound_);
  }

 private:
  void add_with_folder(const fs::path& path) {
    const std::string folder = path.parent_path();
    add(bound_.paths, holds(folder) ? path.string() : folder);
    // The image's loader looks into its own folders anyway.
    const auto place = path_in_root(root_, folder);
    const bool is_own = std::ranges::any_of(folders_, [&](const std::string& own) {
      return path_in_root(root_, own).value_or(fs::path()) == place.value_or(folder);
    });
    if (!is_own) add(bound_.library_folders, folder);
  }

  /// Whether the image has more there than an empty place that something was bound to before.
  [[nodiscard]] bool holds(const fs::path& path) const {
    const auto place = path_in_root(root_, path);
    std::error_code error;
    return place && fs::exists(*place, error) && !fs::is_empty(*place, error);
  }

  fs::path root_;
  const std::vector<LibraryInterface>& interfaces_;
  std::vector<std::string> folders_;
  BoundFiles bound_;
};

}  // namespace

BoundFiles binds_of(const std::vector<std::string>& libraries,
                    const std::vector<std::string>& needed, const fs::path& root,
                    const std::vector<LibraryInterface>& interfaces) {
  Binds binds(root, interfaces);
  for (const std::string& path : libraries) binds.add_library(path);
  for (const std::string& path : needed) binds.add_needed(path);
  return binds.take();
}

BoundFiles library_binds(const std::vector<LinkedLibrary>& libraries, const fs::path& root,
                         const std::vector<LibraryInterface>& interfaces) {
  std::vector<std::string> paths;
  paths.reserve(libraries.size());
  for (const LinkedLibrary& library : libraries) paths.push_back(library.path);
  std::vector<std::string> needed = loaded_with(paths);
  std::vector<std::string> plugins;
  for (const std::string& path : needed) {
    std::ranges::move(plugins_of(interfaces, path), std::back_inserter(plugins));
  }
  for (const std::string& path : loaded_with(plugins)) add(needed, path);
  return binds_of(paths, needed, root, interfaces);
}

}  // namespace xaas
