// SPDX-License-Identifier: Apache-2.0
#include "library_closure.hpp"

#include "xaas/elf/c_library.hpp"
#include "xaas/ir/manifest.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <fmt/format.h>

#include <array>
#include <deque>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

/// A file whose needs are still to be met.
struct Pending {
  std::string image_path;
  ElfFacts elf;
};

/// Where loaders look without a cache (ld.so(8)), Debian's folders first.
constexpr auto k_loader_folders = std::to_array<const char*>(
#if defined(__aarch64__)
    {
      "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
#else
    {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
#endif
          "/lib64", "/usr/lib64", "/lib", "/usr/lib"
    });

/// Parts of the C library that programs are not linked with.
bool is_for_debuggers(const std::string& name) {
  return name.starts_with("libthread_db.so.") || name.starts_with("libc_malloc_debug.so.") ||
         name.starts_with("libBrokenLocale.so.");
}

class Closure {
 public:
  Closure(const std::vector<InstalledFile>& installed, std::map<std::string, std::string> cache,
          const std::filesystem::path& tools, const std::vector<LibraryInterface>& interfaces)
      : cache_(std::move(cache)),
        interfaces_(interfaces),
        tools_libraries_(tools.empty() ? tools : tools / "lib") {
    for (const InstalledFile& file : installed) {
      if (!file.elf || file.elf->kind == ElfKind::relocatable) continue;
      installed_.insert(file.path);
      if (file.elf->kind == ElfKind::shared_library) {
        const std::string name = file.elf->soname.empty()
                                     ? std::filesystem::path(file.path).filename().string()
                                     : file.elf->soname;
        result_.by_soname.emplace(name, file.path);
      }
      pending_.push_back({.image_path = file.path, .elf = *file.elf});
    }
  }

  Status add_root(const std::filesystem::path& host) { return add_host_file(host); }

  /// glibc opens it by itself when a thread is cancelled.
  Status add_unwinder() {
    const auto unwinder = on_machine("libgcc_s.so.1");
    return unwinder.empty() ? Status() : add_host_file(unwinder);
  }

  Result<LibraryClosure> close() {
    while (!pending_.empty()) {
      const Pending file = std::move(pending_.front());
      pending_.pop_front();
      XAAS_CHECK(meet_needs(file));
    }
    result_.missing.assign(missing_.begin(), missing_.end());
    return std::move(result_);
  }

 private:
  Status meet_needs(const Pending& file) {
    if (!file.elf.interpreter.empty()) XAAS_CHECK(add_host_file(file.elf.interpreter));
    for (const std::string& soname : file.elf.needed) {
      if (result_.by_soname.contains(soname)) continue;
      const std::filesystem::path found = find_on_host(file, soname);
      if (found.empty()) {
        missing_.insert(fmt::format("`{}`, which `{}` needs", soname, file.image_path));
        continue;
      }
      XAAS_CHECK(add_host_file(found));
      result_.by_soname.emplace(soname, place_of(found));
    }
    return {};
  }

  [[nodiscard]] std::filesystem::path find_on_host(const Pending& file,
                                                   const std::string& soname) const {
    std::error_code error;
    const std::string origin = std::filesystem::path(file.image_path).parent_path().string();
    for (std::string folder : file.elf.runpath) {
      for (const std::string_view token : {"${ORIGIN}", "$ORIGIN"}) {
        if (const auto at = folder.find(token); at != std::string::npos) {
          folder.replace(at, token.size(), origin);
        }
      }
      const std::filesystem::path candidate = std::filesystem::path(folder) / soname;
      if (folder.starts_with('/') && std::filesystem::exists(candidate, error)) return candidate;
    }
    if (!tools_libraries_.empty() && std::filesystem::exists(tools_libraries_ / soname, error))
      return tools_libraries_ / soname;
    return on_machine(soname);
  }

  [[nodiscard]] std::filesystem::path on_machine(const std::string& soname) const {
    const auto cached = cache_.find(soname);
    if (cached != cache_.end()) return cached->second;
    std::error_code error;
    for (const char* folder : k_loader_folders) {
      auto candidate = std::filesystem::path(folder) / soname;
      if (std::filesystem::exists(candidate, error)) return candidate;
    }
    return {};
  }

  [[nodiscard]] std::string place_of(const std::filesystem::path& host) const {
    if (!tools_libraries_.empty() && host.parent_path() == tools_libraries_)
      return (std::filesystem::path(k_tools_prefix) / "lib" / host.filename()).string();
    return image_path_of(host);
  }

  /// How programs come to a file.
  enum class Lookup { by_name, by_path };

  Status add_host_file(const std::filesystem::path& host, Lookup lookup = Lookup::by_name) {
    const std::string image_path = place_of(host);
    if (installed_.contains(image_path) || !result_.files.emplace(image_path, host).second)
      return {};
    XAAS_TRY(const auto bytes, while_doing(read_file(host), "collecting shared libraries"));
    XAAS_TRY(auto elf, read_elf(bytes));
    if (!elf) return {};
    if (!elf->soname.empty() && lookup == Lookup::by_name)
      result_.by_soname.emplace(elf->soname, image_path);
    if (elf->soname == "libc.so.6") XAAS_CHECK(add_c_library_beside(host));
    XAAS_CHECK(add_opened_by(host, elf->soname));
    pending_.push_back({.image_path = image_path, .elf = *std::move(elf)});
    return {};
  }

  /// Plugins and texts lie at paths that are compiled in.
  Status add_opened_by(const std::filesystem::path& host, const std::string& soname) {
    std::error_code error;
    const auto folder = std::filesystem::canonical(host, error).parent_path();
    const InterfaceOpening opening = opened_by(interfaces_, soname);
    result_.environment.insert(opening.environment.begin(), opening.environment.end());
    for (const std::string& pattern : opening.files) {
      for (const auto& file : files_like(folder, pattern))
        XAAS_CHECK(add_host_file(file, Lookup::by_path));
    }
    return {};
  }

  /// All of it, whatever the application needs: a library or plugin of the machine that needs more
  /// of it must not bring its own.
  Status add_c_library_beside(const std::filesystem::path& libc) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(libc.parent_path(), error)) {
      const std::string name = entry.path().filename().string();
      if (is_c_library(name) && name.contains(".so.") && !is_for_debuggers(name))
        XAAS_CHECK(add_host_file(entry.path()));
    }
    return {};
  }

  std::map<std::string, std::string> cache_;
  const std::vector<LibraryInterface>& interfaces_;
  std::filesystem::path tools_libraries_;  // empty: the compiler brings none
  std::set<std::string> installed_;
  std::deque<Pending> pending_;
  std::set<std::string> missing_;
  LibraryClosure result_;
};

std::string native_cache_tag() {
#if defined(__x86_64__)
  return "libc6,x86-64";
#elif defined(__aarch64__)
  return "libc6,AArch64";
#else
  return "libc6";
#endif
}

}  // namespace

Result<std::map<std::string, std::string>> read_loader_cache() {
  std::map<std::string, std::string> cache;
  for (const char* program : {"/sbin/ldconfig", "/usr/sbin/ldconfig"}) {
    std::error_code error;
    if (!std::filesystem::exists(program, error)) continue;
    XAAS_TRY(const auto outcome, run({.argv = {program, "-p"}}));
    std::istringstream lines(outcome.output);
    // "\tlibz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1"; the first of a name wins.
    for (std::string line; std::getline(lines, line);) {
      const auto open = line.find(" (");
      const auto arrow = line.find(" => ");
      if (line.empty() || line[0] != '\t' || open == std::string::npos ||
          arrow == std::string::npos)
        continue;
      if (!line.substr(open + 2).starts_with(native_cache_tag())) continue;
      cache.emplace(line.substr(1, open - 1), line.substr(arrow + 4));
    }
    return cache;
  }
  return fail(ErrorKind::not_found, "there is no `ldconfig` in /sbin or /usr/sbin")
      .with_code("build.no-ldconfig")
      .with_help("it is part of the C library's package (libc-bin on Debian)");
}

std::string image_path_of(const std::filesystem::path& host_path) {
  std::error_code error;
  const auto folder = std::filesystem::canonical(host_path.parent_path(), error);
  if (error) return host_path.string();
  return (folder / host_path.filename()).string();
}

Result<LibraryClosure> close_over_libraries(const std::vector<InstalledFile>& installed,
                                            const std::vector<std::filesystem::path>& roots,
                                            const std::filesystem::path& tools,
                                            const std::vector<LibraryInterface>& interfaces) {
  XAAS_TRY(auto cache, read_loader_cache());
  Closure closure(installed, std::move(cache), tools, interfaces);
  for (const std::filesystem::path& root : roots) XAAS_CHECK(closure.add_root(root));
  XAAS_CHECK(closure.add_unwinder());
  return closure.close();
}

}  // namespace xaas
