// SPDX-License-Identifier: Apache-2.0

// A folder of modules holds `name/version`, with any folders above, and `.lua` behind it for Lmod.
// A site has thousands of them on a network's file system, links that go in circles, and folders
// that others may not read: all is bounded by counts.

#include "environment_modules.hpp"

#include "library_search.hpp"
#include "version_order.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_most_names = 8192;
constexpr std::size_t k_most_folders = 4096;
constexpr std::size_t k_most_read = 3000;
constexpr int k_deepest_name = 4;            // "group/compiler/name/version"
constexpr unsigned k_deepest_hierarchy = 3;  // compilers, their MPIs, what is built with both

/// Where MODULEPATH comes from when a shell starts.
constexpr auto k_module_path_files = std::to_array<const char*>(
    {"/etc/environment-modules/modulespath", "/usr/share/Modules/init/.modulespath",
     "/usr/share/modules/init/.modulespath", "/etc/lmod/modulespath", "/etc/lmod/.modulespath"});

/// What modules of MPIs and mathematics are called: read first where there are too many to read
/// all.
constexpr auto k_likely = std::to_array<std::string_view>(
    {"mpi", "mpich", "blas", "fft", "mkl", "libsci", "blis", "armpl", "nvpl", "lapack", "oneapi",
     "hpcx", "nvhpc", "mvapich"});

struct ModuleFolder {
  std::string path;
  std::string before;  // modules that must be loaded for it
  unsigned level = 0;  // of the hierarchy
};

struct NamedFile {
  std::string name;
  std::string path;
};

std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + " " + second;
}

std::string without_lua(const std::string& name) {
  return name.ends_with(".lua") ? name.substr(0, name.size() - 4) : name;
}

bool is_likely(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return std::ranges::any_of(k_likely, [&](std::string_view word) { return lower.contains(word); });
}

class ModuleSearch {
 public:
  explicit ModuleSearch(const HostProbe& probe)
      : probe_(&probe),
        links_(probe),
        environment_([&probe](const std::string& name) -> std::optional<std::string> {
          auto value = probe.variable(name);
          if (value.empty()) return {};
          return value;
        }) {}

  void find_loaded() {
    const auto names = words_of(probe_->variable("LOADEDMODULES"));
    const auto files = words_of(probe_->variable("_LMFILES_"));
    for (std::size_t i = 0; i < names.size(); ++i) {
      EnvironmentModule module{.name = names[i], .load = names[i]};
      if (names.size() == files.size()) {
        module.file = files[i];
        module.text = read(module.file, module.name);
        module.load = joined(loaded_before(module), module.name);
      }
      found_.loaded.push_back(std::move(module));
    }
  }

  void find_available() {
    for (const std::string& path : module_path()) enter({.path = path, .before = adder_of(path)});
    while (!folders_.empty()) {
      const ModuleFolder folder = std::move(folders_.front());
      folders_.pop_front();
      read_modules_of(folder);  // and enters what they add
    }
    if (is_cut_) {
      found_.problems.push_back(
          fmt::format("modules are more than {}: not all were read", k_most_read));
    }
  }

  EnvironmentModules take() { return std::move(found_); }

 private:
  static std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty() && words.size() < k_most_folders) {
      const auto end = std::min(text.find(':'), text.size());
      words.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
  }

  std::vector<std::string> module_path() const {
    auto folders = absolute_folders_in(probe_->variable("MODULEPATH"));
    if (!folders.empty()) return folders;
    for (const char* file : k_module_path_files) {
      const auto text = probe_->read_up_to(file, k_longest_modulefile);
      if (!text) continue;
      std::string lines = *text;
      std::ranges::replace(lines, '\n', ':');
      for (std::string& folder : absolute_folders_in(lines)) folders.push_back(std::move(folder));
    }
    return folders;
  }

  ModuleText read(const std::string& path, const std::string& name) const {
    const auto text = probe_->read_up_to(path, k_longest_modulefile);
    return text ? read_modulefile(*text, path, name, environment_) : ModuleText{};
  }

  /// What is loaded and adds this folder to MODULEPATH; empty when nothing does.
  std::string adder_of(const std::string& folder) const {
    for (const EnvironmentModule& module : found_.loaded) {
      for (const auto& [variable, value] : module.text.settings)
        if (variable == "MODULEPATH" && value == folder) return module.load;
    }
    return {};
  }

  std::string loaded_before(const EnvironmentModule& module) const {
    auto folder = module.file;
    for (auto end = folder.rfind('/'); end != folder.npos && end != 0; end = folder.rfind('/')) {
      folder.resize(end);
      if (auto adder = adder_of(folder); !adder.empty()) return adder;
    }
    return {};
  }

  void enter(ModuleFolder folder) {
    if (folder.level > k_deepest_hierarchy || entered_.size() >= k_most_folders) return;
    if (entered_.insert(links_.without(folder.path)).second) folders_.push_back(std::move(folder));
  }

  void read_modules_of(const ModuleFolder& folder) {
    std::vector<NamedFile> files;
    seen_.insert(links_.without(folder.path));
    if (auto names = probe_->list(folder.path)) collect(folder.path, "", *std::move(names), files);
    for (const NamedFile& file : files) read_module(file, folder);
  }

  void read_module(const NamedFile& file, const ModuleFolder& folder) {
    if (read_count_ == k_most_read) {
      is_cut_ = true;
      return;
    }
    ++read_count_;
    EnvironmentModule module{.name = file.name, .file = file.path};
    module.text = read(file.path, file.name);
    if (module.text == ModuleText{}) return;
    module.load = joined(joined(folder.before, module.text.prerequisite), module.name);
    for (const auto& [variable, value] : module.text.settings) {
      if (variable != "MODULEPATH") continue;
      for (const std::string& added : absolute_folders_in(value))
        enter({.path = added, .before = module.load, .level = folder.level + 1});
    }
    found_.available.push_back(std::move(module));
  }

  /// Which of `names`, all in `folder`, is the default; empty: none is said to be.
  std::string default_of(const std::string& folder, const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      if (without_lua(name) == "default") {
        const std::string target = probe_->link(fmt::format("{}/{}", folder, name));
        if (!target.empty()) return without_lua(target.substr(target.rfind('/') + 1));
      }
      if (name != ".version" && name != ".modulerc" && name != ".modulerc.lua") continue;
      const auto text =
          probe_->read_up_to(fmt::format("{}/{}", folder, name), k_longest_modulefile);
      if (auto version = text ? default_version_in(*text) : ""; !version.empty()) return version;
    }
    return {};
  }

  /// Modulefiles below a folder of which `name` is known so far. Hidden ones are not for everybody.
  void collect(const std::string& folder, const std::string& name, std::vector<std::string> names,
               std::vector<NamedFile>& files) {
    const std::string first = default_of(folder, names);
    std::erase_if(names, [](const std::string& one) {
      return one.starts_with('.') || without_lua(one) == "default" || one.ends_with('~');
    });
    std::ranges::sort(names, [&](const std::string& a, const std::string& b) {
      if (name.empty()) return is_likely(a) != is_likely(b) ? is_likely(a) : a < b;
      const bool is_a = without_lua(a) == first;
      const bool is_b = without_lua(b) == first;
      return is_a != is_b ? is_a : is_newer_version(a, b);
    });
    for (const std::string& one : names) {
      if (files.size() >= k_most_names || seen_.size() >= k_most_folders) {
        is_cut_ = true;
        return;
      }
      const std::string path = fmt::format("{}/{}", folder, one);
      const std::string whole = name.empty() ? one : fmt::format("{}/{}", name, one);
      std::optional<std::vector<std::string>> inner;
      if (!one.ends_with(".lua")) inner = folder_names(path);
      if (!inner) {
        files.push_back({.name = without_lua(whole), .path = path});
      } else if (std::ranges::count(whole, '/') + 1 < k_deepest_name &&
                 seen_.insert(links_.without(path)).second) {
        collect(path, whole, *std::move(inner), files);
      }
    }
  }

  /// Empty: it is no folder, or not for us.
  std::optional<std::vector<std::string>> folder_names(const std::string& path) const {
    auto names = probe_->list(path);
    if (!names) return {};
    return *std::move(names);
  }

  const HostProbe* probe_;
  Links links_;
  Variables environment_;
  EnvironmentModules found_;
  std::deque<ModuleFolder> folders_;  // to be read
  std::set<std::string> entered_;     // of folders_, and those that were read
  std::set<std::string> seen_;        // these, and what is below them
  std::size_t read_count_ = 0;
  bool is_cut_ = false;
};

}  // namespace

EnvironmentModules find_environment_modules(const HostProbe& probe) {
  ModuleSearch search(probe);
  search.find_loaded();
  search.find_available();
  return search.take();
}

}  // namespace xaas
