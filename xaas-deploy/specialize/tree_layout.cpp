// SPDX-License-Identifier: Apache-2.0
#include "specialize/tree_layout.hpp"

#include "run/image_loader.hpp"
#include "specialize/c_library_pair.hpp"

#include "xaas/elf/c_library.hpp"
#include "xaas/elf/elf_file.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/mapped_file.hpp"
#include "xaas/targets/loading.hpp"

#include <fmt/format.h>

#include <fnmatch.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

constexpr const char* k_library_folder = "lib/xaas";

std::string folder_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

Result<std::vector<std::string>> installed_paths(const IrImage& image) {
  XAAS_TRY(const auto scratch, TemporaryFolder::make());
  for (const Descriptor& layer : image.application_layers)
    XAAS_CHECK(extract_layer(image.layout, layer, scratch.path()));
  XAAS_TRY(const auto paths, list_tree(scratch.path()));
  std::vector<std::string> installed;
  for (const std::filesystem::path& path : paths) {
    if (!path.string().starts_with("etc/ld.so.")) installed.push_back("/" + path.string());
  }
  return installed;
}

/// sonames that a file needs, transitively through the image's libraries, as image paths.
class LibrarySearch {
 public:
  /// Libraries that are the machine's are not followed: those that it never bundles, and those
  /// that stand for the image's.
  LibrarySearch(const std::filesystem::path& root, const std::vector<std::string>& folders,
                const TreeLibraries& libraries)
      : root_(root), libraries_(libraries) {
    for (const std::string& folder : folders) {
      std::error_code error;
      for (const auto& entry :
           std::filesystem::directory_iterator(root / folder.substr(1), error)) {
        by_name_.emplace(entry.path().filename().string(),
                         folder + "/" + entry.path().filename().string());
      }
    }
  }

  Status follow(const std::string& image_path) {
    std::deque<std::string> pending{image_path};
    while (!pending.empty()) {
      const std::string path = pending.front();
      pending.pop_front();
      XAAS_TRY(const auto file, path_in_root(root_, path));
      XAAS_TRY(const auto bytes, read_file(file));
      XAAS_TRY(const auto elf, read_elf(bytes));
      if (!elf) continue;
      for (const std::string& soname : elf->needed) {
        XAAS_TRY(const bool is_exchanged, exchange(path, bytes, soname));
        if (is_exchanged) continue;
        const auto found = by_name_.find(soname);
        if (is_c_library(soname) || found == by_name_.end()) continue;
        if (is_machines(soname)) {
          left_.insert(soname);
          continue;
        }
        if (found_.insert(found->second).second) pending.push_back(found->second);
      }
    }
    return {};
  }

  [[nodiscard]] const std::set<std::string>& found() const { return found_; }
  [[nodiscard]] const std::set<std::string>& left() const { return left_; }
  /// Of the image's, those that are needed by their own name although another stands for them.
  [[nodiscard]] const std::set<std::string>& aliases() const { return aliases_; }

 private:
  [[nodiscard]] const LibraryChoice* choice_for(const std::string& soname) const {
    for (const LibraryChoice& choice : libraries_.choices)
      if (choice.files.contains(soname)) return &choice;
    return nullptr;
  }

  /// Whether the machine's library serves what `path` needs by this name. What was linked anew does
  /// not need it any more.
  Result<bool> exchange(const std::string& path, std::string_view bytes,
                        const std::string& soname) {
    const LibraryChoice* choice = choice_for(soname);
    if (choice == nullptr) return false;
    if (libraries_.lowered.contains(path)) return true;
    const StandInLibrary& file = choice->files.at(soname);
    XAAS_TRY(const auto lacks, lacking(bytes, soname, file));
    if (lacks.empty()) {
      aliases_.insert(soname);
      return true;
    }
    if (choice->kind != PointKind::mpi && choice->kind != PointKind::fabric) return false;
    return fail(ErrorKind::incompatible,
                "`{}` is not linked anew and takes `{}` of {}, which the machine's `{}` lacks",
                path, lacks, soname, file.path)
        .with_code("deploy.machine-lacks")
        .with_help(fmt::format("`--library {}=image` brings the image's own for everything",
                               choice->interface));
  }

  /// The first symbol that a file takes of one of the image's libraries and another lacks; empty:
  /// it has them all.
  [[nodiscard]] Result<std::string> lacking(std::string_view bytes, const std::string& soname,
                                            const StandInLibrary& file) const {
    const auto own = by_name_.find(soname);
    if (own == by_name_.end()) return std::string();
    XAAS_TRY(const auto undefined, undefined_symbols(bytes));
    std::set<std::string, std::less<>> names;
    for (const std::string& symbol : undefined) names.insert(symbol.substr(0, symbol.find('@')));
    XAAS_TRY(const auto own_file, path_in_root(root_, own->second));
    XAAS_TRY(const auto own_bytes, MappedFile::open(own_file));
    XAAS_TRY(const auto taken, exported_among(own_bytes.bytes(), names));
    XAAS_TRY(const auto others_bytes, MappedFile::open(file.path));
    XAAS_TRY(const auto there, exported_among(others_bytes.bytes(), names));
    for (const auto& [symbol, text] : taken)
      if (!there.contains(symbol)) return symbol;
    return std::string();
  }

  [[nodiscard]] bool is_machines(const std::string& soname) const {
    return std::ranges::any_of(libraries_.never_bundled, [&](const std::string& pattern) {
      return ::fnmatch(pattern.c_str(), soname.c_str(), 0) == 0;
    });
  }

  const std::filesystem::path& root_;
  const TreeLibraries& libraries_;
  std::set<std::string> aliases_;
  std::set<std::string> left_;
  std::map<std::string, std::string> by_name_;
  std::set<std::string> found_;
};

/// Newer ones of a compiler's libraries serve both sides; they are chosen by their versions. The C
/// library is whose was asked for.
bool is_chosen_apart(const std::string& soname) {
  return soname == "libstdc++.so.6" || soname == "libgcc_s.so.1" || is_c_library(soname);
}

/// Whether the image's of this soname is linked although the machine's could be.
bool is_images(std::span<const LibraryChoice> choices, const std::string& soname) {
  return std::ranges::any_of(choices, [&](const LibraryChoice& choice) {
    return choice.name.empty() && std::ranges::find(choice.sonames, soname) != choice.sonames.end();
  });
}

/// Whether a library of the machine that is linked needs this one, and so the machine's, unless the
/// image's is chosen: it serves both then.
bool is_brought(std::span<const LibraryChoice> choices, const std::string& soname) {
  if (is_chosen_apart(soname) || is_images(choices, soname)) return false;
  return std::ranges::any_of(choices, [&](const LibraryChoice& choice) {
    const auto brings = [&](const StandInLibrary& file) { return file.brings.contains(soname); };
    return std::ranges::any_of(choice.demanded, brings) ||
           std::ranges::any_of(choice.files, [&](const auto& file) { return brings(file.second); });
  });
}

/// Whether a library says of its own folder, `$ORIGIN`, that others are there.
bool looks_beside_itself(const std::string& path) {
  const auto bytes = MappedFile::open(path);
  const auto elf = bytes ? read_elf(bytes->bytes()) : std::optional<ElfFacts>();
  return elf && *elf && std::ranges::any_of((*elf)->runpath, [](const std::string& folder) {
           return folder.starts_with("$ORIGIN") || folder.starts_with("${ORIGIN}");
         });
}

/// `$ORIGIN` of what a link leads to is the link's folder. So what lies beside it has links there,
/// too.
void add_what_lies_beside(std::map<std::string, std::string>& links,
                          std::span<const LibraryChoice> choices) {
  std::map<std::string, std::string> beside;
  for (const auto& [place, path] : links) {
    if (!looks_beside_itself(path)) continue;
    for (const std::string& loaded : loaded_with({path})) {
      const std::string name = std::filesystem::path(loaded).filename();
      if (folder_of(loaded) == folder_of(path) && is_brought(choices, name))
        beside.emplace(fmt::format("{}/{}", k_library_folder, name), loaded);
    }
  }
  links.merge(beside);
}

std::map<std::string, std::string> links_to_site(std::span<const LibraryChoice> choices,
                                                 const std::set<std::string>& aliases) {
  std::map<std::string, std::string> links;
  const auto add = [&](const std::string& name, const std::string& path) {
    links[fmt::format("{}/{}", k_library_folder, name)] = path;
  };
  for (const LibraryChoice& choice : choices) {
    for (const auto& [soname, file] : choice.files) {
      if (file.folder.empty()) add(file.soname, file.path);
      if (aliases.contains(soname) && soname != file.soname) add(soname, file.path);
    }
    for (const StandInLibrary& file : choice.demanded)
      if (file.folder.empty()) add(file.soname, file.path);
  }
  add_what_lies_beside(links, choices);
  return links;
}

/// Folders of libraries that something needs by their own name which is not linked anew. Whoever
/// loads that may take nothing of them itself.
std::vector<std::string> folders_for_all(std::span<const LibraryChoice> choices,
                                         const std::set<std::string>& aliases) {
  std::set<std::string> folders;
  for (const LibraryChoice& choice : choices) {
    for (const auto& [soname, file] : choice.files)
      if (aliases.contains(soname) && soname == file.soname) folders.insert(file.folder);
  }
  folders.erase("");
  return {folders.begin(), folders.end()};
}

}  // namespace

Result<TreeLayout> TreeLayout::make(const IrImage& image, const std::filesystem::path& root,
                                    const TreeLibraries& libraries) {
  TreeLayout layout;
  layout.prefix_ = image.ir.install.prefix;
  const auto folders_of_loader = loader_folders(root);
  LibrarySearch search(root, folders_of_loader.value_or(std::vector<std::string>{}), libraries);
  XAAS_TRY(layout.installed_, installed_paths(image));
  for (const std::string& path : layout.installed_) {
    XAAS_TRY(const auto file, path_in_root(root, path));
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) XAAS_CHECK(search.follow(path));
  }
  layout.left_out_.assign(search.left().begin(), search.left().end());
  std::set<std::string> needed = search.found();
  if (libraries.c_library == CLibrary::image) {
    XAAS_TRY(layout.c_library_, c_library_files(root));
    needed.insert(layout.c_library_.begin(), layout.c_library_.end());
  } else if (libraries.runs_here) {
    std::erase_if(needed, [&](const std::string& path) { return is_newer_here(root, path); });
  }
  std::erase_if(needed, [&](const std::string& path) {
    return is_brought(libraries.choices, std::filesystem::path(path).filename().string()) &&
           !path.starts_with(layout.prefix_ + "/");
  });
  layout.site_links_ = links_to_site(libraries.choices, search.aliases());
  layout.site_folders_ = folders_for_all(libraries.choices, search.aliases());
  std::set<std::string> folders;
  if (!layout.site_links_.empty()) folders.insert(k_library_folder);
  for (const std::string& path : needed) {
    const bool own = path.starts_with(layout.prefix_ + "/");
    if (!own) layout.bundled_.push_back(path);
    folders.insert(folder_of(layout.place_of(path)));
  }
  layout.library_folders_.assign(folders.begin(), folders.end());
  return layout;
}

std::string TreeLayout::loader() const {
  for (const std::string& path : c_library_) {
    const std::string place = place_of(path);
    if (std::filesystem::path(place).filename().string().starts_with("ld-linux")) return place;
  }
  return {};
}

std::string TreeLayout::place_of(const std::string& image_path) const {
  if (image_path == prefix_) return ".";
  if (image_path.starts_with(prefix_ + "/")) return image_path.substr(prefix_.size() + 1);
  if (std::ranges::find(bundled_, image_path) != bundled_.end()) {
    return std::string(k_library_folder) + "/" +
           std::filesystem::path(image_path).filename().string();
  }
  return image_path.substr(1);
}

std::vector<std::string> TreeLayout::runpath_of(const Product& product) const {
  const std::filesystem::path here = folder_of(place_of(product.path));
  std::vector<std::string> runpath;
  for (const std::string& folder : library_folders_) {
    const std::string relative = std::filesystem::path(folder).lexically_relative(here).string();
    runpath.push_back(relative == "." ? "$ORIGIN" : "$ORIGIN/" + relative);
  }
  runpath.insert(runpath.end(), site_folders_.begin(), site_folders_.end());
  return runpath;
}

}  // namespace xaas
