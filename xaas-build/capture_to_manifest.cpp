// SPDX-License-Identifier: Apache-2.0
#include "capture_to_manifest.hpp"

#include "install_prefix.hpp"
#include "link_table.hpp"

#include "xaas/frontend/canonicalize.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xaas {
namespace {

unsigned mode_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto permissions = std::filesystem::status(path, error).permissions();
  return error ? 0755U : static_cast<unsigned>(permissions) & 0777U;
}

/// The run path that the link line itself asks for.
std::vector<std::string> runpath_of(const Link& link) {
  std::vector<std::string> paths;
  bool next_is_path = false;
  const auto add = [&](std::string_view list) {
    while (!list.empty()) {
      const auto colon = list.find(':');
      if (colon != 0) paths.emplace_back(list.substr(0, colon));
      list = colon == std::string_view::npos ? "" : list.substr(colon + 1);
    }
  };
  for (const LinkItem& item : link.items) {
    const auto* option = std::get_if<LinkOption>(&item);
    if (option == nullptr) continue;
    const std::string_view text = option->text;
    if (next_is_path) {
      add(text);
      next_is_path = false;
    } else if (text == "-rpath" || text == "--rpath" || text == "-R") {
      next_is_path = true;
    } else if (text.starts_with("-rpath=") || text.starts_with("--rpath=")) {
      add(text.substr(text.find('=') + 1));
    }
  }
  return paths;
}

/// What the install step did to the linked file, to be redone after lowering.
Product make_product(const InstalledFile& file, std::size_t index, const Link& link) {
  Product product{
      .path = file.path, .link = index, .build_id = file.elf->build_id, .mode = mode_of(file.now)};
  if (!file.elf->has_symbol_table) {
    product.strip = StripLevel::all;
  } else if (!file.elf->has_debug_info) {
    product.strip = StripLevel::debug;
  }
  if (file.elf->runpath != runpath_of(link)) product.runpath = file.elf->runpath;
  return product;
}

bool is_linked(const InstalledFile& file) {
  return file.elf &&
         (file.elf->kind == ElfKind::executable || file.elf->kind == ElfKind::shared_library);
}

/// After the first program, else library, that is installed: the source folder's name differs from
/// checkout to checkout, and must not be in a digest.
std::string application_name(const IrManifest& manifest) {
  const auto file_name = [](const std::string& path) {
    return std::filesystem::path(path).filename().string();
  };
  for (const Product& product : manifest.products) {
    if (manifest.links[product.link].kind == LinkKind::executable) return file_name(product.path);
  }
  if (!manifest.products.empty()) return file_name(manifest.products.front().path);
  return manifest.generic_files.empty() ? "application"
                                        : file_name(manifest.generic_files.front().path);
}

class ManifestMaker {
 public:
  explicit ManifestMaker(const ManifestRequest& request)
      : request_(request),
        units_(*request.build, *request.blobs),
        links_(*request.build, units_, *request.blobs) {}

  Result<CapturedManifest> make(Progress& progress) {
    progress.stage("collecting links");
    for (const InstalledFile& file : *request_.installed) {
      if (!is_utf8(file.path)) {
        keep_nameless(file);
        continue;
      }
      if (is_linked(file)) XAAS_CHECK(add_product(file));
      if (!file.objects.empty()) add_archive(file);
    }
    describe();
    const std::string baseline = captured_.manifest.baseline;
    XAAS_TRY(captured_.manifest.units,
             units_.finish(request_.build->compiler, baseline, request_.jobs, progress));
    std::set<Digest> contents = referenced_blobs(captured_.manifest);
    contents.merge(debug_blobs(captured_.manifest));
    for (const Digest& digest : contents) {
      std::error_code error;
      captured_.manifest.blobs[digest].size =
          std::filesystem::file_size(request_.blobs->path_of(digest), error);
    }
    warn();
    return std::move(captured_);
  }

 private:
  Status add_product(const InstalledFile& file) {
    const LinkRecord* record = find_link(*request_.build, file);
    if (record == nullptr) {
      return keep_generic(file, "no captured link made it");
    }
    const auto known = link_indices_.find(record);
    if (known != link_indices_.end()) {
      add(file, known->second);
      return {};
    }
    const auto place = [this](const std::string& /*path*/, const std::string& soname,
                              const Digest&) {
      const auto& libraries = request_.content->libraries.by_soname;
      const auto found = libraries.find(soname);
      return found == libraries.end() ? std::string() : found->second;
    };
    auto link = links_.make_link(*record, place);
    if (!link && link.error().kind() == ErrorKind::unsupported) {
      return keep_generic(file, link.error().message());
    }
    if (!link) return std::move(link.error());
    put_prefix(*link, *request_.install);
    link_indices_[record] = captured_.manifest.links.size();
    captured_.manifest.links.push_back(*std::move(link));
    add(file, captured_.manifest.links.size() - 1);
    return {};
  }

  void add_archive(const InstalledFile& file) {
    const auto captured = std::ranges::count_if(
        file.objects, [&](const UsedObject& used) { return units_.is_compiled(used.object); });
    if (captured == 0) {
      std::string reason = fmt::format("none of its {} objects is as a captured compile made it",
                                       file.objects.size());
      captured_.manifest.generic_files.push_back({.path = file.path, .reason = std::move(reason)});
      return;
    }
    std::vector<Link>& links = captured_.manifest.links;
    links.push_back(links_.make_archive(std::filesystem::path(file.path).filename(), file.objects));
    captured_.manifest.products.push_back(
        {.path = file.path, .link = links.size() - 1, .mode = mode_of(file.now)});
  }

  void add(const InstalledFile& file, std::size_t link) {
    captured_.manifest.products.push_back(make_product(file, link, captured_.manifest.links[link]));
  }

  Status keep_generic(const InstalledFile& file, std::string reason) {
    captured_.manifest.generic_files.push_back({.path = file.path, .reason = std::move(reason)});
    return {};
  }

  /// The generic image has it under its own name; the manifest is JSON.
  void keep_nameless(const InstalledFile& file) {
    if (!is_linked(file) && file.objects.empty()) return;
    captured_.manifest.generic_files.push_back(
        {.path = file.path, .reason = "its name is not UTF-8"});
  }

  void describe() {
    IrManifest& manifest = captured_.manifest;
    manifest.application = application_name(manifest);
    manifest.packages = {{.name = manifest.application}};
    manifest.producer = fmt::format("xaas-build {}", XAAS_VERSION);
    manifest.llvm_version = XAAS_LLVM_VERSION;
    manifest.architecture = native_architecture();
    manifest.triple =
        manifest.architecture == "arm64" ? "aarch64-unknown-linux-gnu" : "x86_64-unknown-linux-gnu";
    manifest.baseline = !request_.baseline.empty()         ? request_.baseline
                        : manifest.architecture == "arm64" ? "armv8-a"
                                                           : "x86-64";
    manifest.glibc_floor = request_.content->glibc_floor;
    manifest.glibc_version = request_.content->glibc_version;
    manifest.build_system = name_of(request_.build->system);
    manifest.install = *request_.install;
    for (const InstalledFile& file : *request_.installed) {
      if (!file.prefixed.places.empty() && is_utf8(file.path))
        manifest.install.files.push_back(file.prefixed);
      if (file.has_pieces_of_placeholder && is_utf8(file.path))
        manifest.install.unreached.push_back(file.path);
    }
    Configuration configuration{.name = "default"};
    for (std::size_t i = 0; i < manifest.products.size(); ++i) configuration.products.push_back(i);
    manifest.configurations.push_back(std::move(configuration));
  }

  void warn() {
    captured_.warnings = request_.content->warnings;
    const auto& from_build = request_.build->log.warnings;
    captured_.warnings.insert(captured_.warnings.end(), from_build.begin(), from_build.end());
    std::map<std::string, std::size_t> neutralized;
    for (const TranslationUnit& unit : captured_.manifest.units) {
      for (const std::string& flag : unit.neutralized) ++neutralized[flag];
    }
    for (const auto& [flag, count] : neutralized) {
      captured_.warnings.push_back(
          fmt::format("{} was left out of {} compiles: it names the build machine; deployment "
                      "chooses the processor",
                      flag, count));
    }
    for (const InstalledFile& file : *request_.installed) {
      if (!file.has_pieces_of_placeholder) continue;
      captured_.warnings.push_back(
          fmt::format("`{}` holds its install prefix in pieces: the generic image has `{}` for it",
                      file.path, request_.install->placeholder));
    }
    warn_of_folder_in_names();
    for (const std::string& text : units_.build_paths()) {
      captured_.warnings.push_back(
          fmt::format("a string of the program names the build folder: `{}`", text));
    }
  }

  /// flang makes names from the path of the source, and has no map for them.
  void warn_of_folder_in_names() {
    const auto is_fortran = [](const TranslationUnit& unit) { return unit.language == "fortran"; };
    if (request_.build->fixed_path || std::ranges::none_of(captured_.manifest.units, is_fortran))
      return;
    captured_.warnings.emplace_back(
        "Fortran units name the folder of this build, which no mount namespace hides here: the "
        "image's digest is another one each time");
  }

  const ManifestRequest& request_;
  CapturedManifest captured_;
  UnitTable units_;
  LinkTable links_;
  std::map<const LinkRecord*, std::size_t> link_indices_;
};

}  // namespace

std::string native_architecture() {
#if defined(__aarch64__)
  return "arm64";
#else
  return "amd64";
#endif
}

Result<CapturedManifest> make_manifest(const ManifestRequest& request, Progress& progress) {
  return ManifestMaker(request).make(progress);
}

}  // namespace xaas
