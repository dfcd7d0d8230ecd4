// SPDX-License-Identifier: Apache-2.0
#include "image_content.hpp"

#include "capture_to_manifest.hpp"

#include "xaas/elf/c_library.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/glibc_version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_passwd =
    "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/sh\n";
constexpr std::string_view k_group = "root:x:0:\nnogroup:x:65534:\n";
constexpr std::string_view k_nsswitch =
    "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n";
constexpr const char* k_certificates = "/etc/ssl/certs/ca-certificates.crt";

LayerFile text_file(std::string_view text) {
  return {.content = std::string(text), .mode = 0644};
}

unsigned mode_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto permissions = std::filesystem::status(path, error).permissions();
  return error ? 0644U : static_cast<unsigned>(permissions) & 0777U;
}

void add_mount_points(LayerContent& content) {
  content["tmp"] = LayerFolder{.mode = 01777};
  content["var/tmp"] = LayerFolder{.mode = 01777};
  for (const char* folder : {"dev", "proc", "sys", "run", "root"}) content[folder] = LayerFolder{};
  for (const auto& [name, target] : root_links()) content[name] = LayerLink{.target = target};
}

void add_base_files(LayerContent& content) {
  content["etc/passwd"] = text_file(k_passwd);
  content["etc/group"] = text_file(k_group);
  content["etc/nsswitch.conf"] = text_file(k_nsswitch);
  std::error_code error;
  if (std::filesystem::exists(k_certificates, error)) {
    content[std::string(k_certificates).substr(1)] =
        LayerFile{.content = std::filesystem::path(k_certificates)};
  }
}

std::filesystem::path shell_here() {
  std::error_code error;
  return std::filesystem::canonical("/bin/sh", error);
}

void add_shell_link(LayerContent& content) {
  const std::string path = image_path_of(shell_here());
  if (path == "/usr/bin/sh" || path == "/bin/sh") return;
  content[content.contains("bin") ? "usr/bin/sh" : "bin/sh"] = LayerLink{.target = path};
}

Status add_stage(const std::filesystem::path& stage, ImageContent& content) {
  XAAS_TRY(const auto paths, list_tree(stage));
  for (const std::filesystem::path& relative : paths) {
    const std::filesystem::path from = stage / relative;
    const std::string to = relative.string();
    std::error_code error;
    const auto status = std::filesystem::symlink_status(from, error);
    if (std::filesystem::is_symlink(status)) {
      content.application[to] =
          LayerLink{.target = std::filesystem::read_symlink(from, error).string()};
    } else if (std::filesystem::is_directory(status)) {
      content.application[to] = LayerFolder{.mode = mode_of(from)};
    } else {
      content.application[to] = LayerFile{.content = from, .mode = mode_of(from)};
    }
  }
  return {};
}

/// Files below an `--include`, which may be one file or a folder. A link in it stays a link, and
/// the file that it leads to comes along.
Result<std::vector<std::filesystem::path>> included_files(const std::filesystem::path& include) {
  std::error_code error;
  if (!std::filesystem::is_directory(include, error)) return std::vector{include};
  XAAS_TRY(const auto paths, list_tree(include));
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& path : paths) {
    if (!std::filesystem::is_directory(include / path, error)) files.push_back(include / path);
  }
  return files;
}

void raise_to(const std::set<std::string>& versions, std::string& highest) {
  for (const std::string& version : versions) {
    if (!version.starts_with("GLIBC_")) continue;
    const std::string_view number = std::string_view(version).substr(6);
    if (is_older_version(highest, number)) highest = number;
  }
}

void raise_floor(const ElfFacts& elf, std::string& floor) {
  for (const auto& [library, versions] : elf.version_needs) raise_to(versions, floor);
}

Status find_glibc_versions(const std::vector<InstalledFile>& installed, ImageContent& content) {
  for (const InstalledFile& file : installed) {
    if (file.elf) raise_floor(*file.elf, content.glibc_floor);
  }
  for (const auto& [path, host] : content.libraries.files) {
    XAAS_TRY(const auto bytes, read_file(host));
    XAAS_TRY(const auto elf, read_elf(bytes));
    if (!elf) continue;
    if (!is_c_library(elf->soname)) raise_floor(*elf, content.glibc_floor);
    if (elf->soname == "libc.so.6")
      content.glibc_version = glibc_version_of(bytes, native_architecture());
  }
  return {};
}

/// Folders that the image's loader must know: the defaults, and where installed libraries lie.
std::string loader_folders(const std::vector<InstalledFile>& installed,
                           const LibraryClosure& libraries) {
  std::set<std::string> folders;
  for (const InstalledFile& file : installed) {
    if (file.elf && file.elf->kind == ElfKind::shared_library && !file.elf->soname.empty()) {
      folders.insert(std::filesystem::path(file.path).parent_path().string());
    }
  }
  for (const auto& [soname, path] : libraries.by_soname) {
    folders.insert(std::filesystem::path(path).parent_path().string());
  }
  std::string text;
  for (const std::string& folder : folders) text += folder + "\n";
  return text;
}

/// Lays the libraries out in `root` and lets this machine's ldconfig make the image's loader cache.
Result<std::string> make_loader_cache(const ImageContent& content, const std::string& folders,
                                      const std::filesystem::path& root) {
  for (const LayerContent* layer : {&content.base, &content.application}) {
    for (const auto& [path, entry] : *layer) {
      if (!path.contains(".so") && !std::holds_alternative<LayerLink>(entry)) continue;
      const std::filesystem::path to = root / path;
      XAAS_CHECK(make_folders(to.parent_path()));
      std::error_code error;
      if (const auto* link = std::get_if<LayerLink>(&entry)) {
        std::filesystem::create_symlink(link->target, to, error);
      } else if (const auto* file = std::get_if<LayerFile>(&entry)) {
        if (const auto* from = std::get_if<std::filesystem::path>(&file->content)) {
          XAAS_CHECK(xaas::copy_file(std::filesystem::canonical(*from, error), to));
        }
      }
    }
  }
  XAAS_CHECK(write_file(root / "etc/ld.so.conf", folders));
  const std::string program =
      std::filesystem::exists("/sbin/ldconfig") ? "/sbin/ldconfig" : "/usr/sbin/ldconfig";
  XAAS_TRY(const auto outcome, run({.argv = {program, "-i", "-X", "-r", root.string()}}));
  if (!outcome.succeeded()) {
    return fail(ErrorKind::tool_failed, "`{}` ended with {}", program, outcome.exit_code)
        .with_code("build.ldconfig")
        .with_help(outcome.errors);
  }
  return read_file(root / "etc/ld.so.cache");
}

}  // namespace

std::map<std::string, std::string> root_links() {
  std::map<std::string, std::string> links;
  for (const char* name : {"bin", "sbin", "lib", "lib32", "lib64", "libx32"}) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(std::string("/") + name, error);
    if (!error) links[name] = target.string();
  }
  return links;
}

Status check_include(const std::filesystem::path& include) {
  std::error_code error;
  const bool is_known = std::filesystem::is_regular_file(include, error) ||
                        std::filesystem::is_directory(include, error);
  if (include.is_absolute() && is_known) return {};
  return fail(ErrorKind::not_found,
              "`--include {}` names no file of this machine by its absolute path", include.string())
      .with_code("build.include")
      .with_help("it is added to the image at the path it has here, e.g. `/usr/lib/libextra.so.1`");
}

Result<ImageContent> collect_image_content(const BuildResult& build, Base base,
                                           const std::vector<InstalledFile>& installed,
                                           const std::vector<std::filesystem::path>& includes,
                                           const std::filesystem::path& scratch) {
  ImageContent content;
  add_mount_points(content.base);
  if (base == Base::small) add_base_files(content.base);
  XAAS_CHECK(add_stage(build.stage, content));
  std::error_code error;
  std::vector<std::filesystem::path> roots;
  if (base == Base::small) roots.push_back(shell_here());
  for (const std::filesystem::path& include : includes) {
    XAAS_TRY(auto files, included_files(include));
    roots.insert(roots.end(), files.begin(), files.end());
  }
  XAAS_TRY(const auto interfaces, load_interfaces({}));
  XAAS_TRY(content.libraries, close_over_libraries(installed, roots, build.tools, interfaces));
  for (const auto& [path, host] : content.libraries.files) {
    const std::filesystem::path real = std::filesystem::canonical(host, error);
    content.base[path.substr(1)] = LayerFile{.content = real, .mode = mode_of(real)};
  }
  if (base == Base::small) add_shell_link(content.base);
  XAAS_CHECK(find_glibc_versions(installed, content));
  for (const std::string& missing : content.libraries.missing) {
    content.warnings.push_back(
        fmt::format("this machine does not have {}: the generic image lacks it", missing));
  }
  const std::string folders = loader_folders(installed, content.libraries);
  XAAS_TRY(auto cache, make_loader_cache(content, folders, scratch));
  content.application["etc/ld.so.conf"] = text_file(folders);
  content.application["etc/ld.so.cache"] = text_file(cache);
  return content;
}

}  // namespace xaas
