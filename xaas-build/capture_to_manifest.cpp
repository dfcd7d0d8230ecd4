// SPDX-License-Identifier: Apache-2.0
#include "capture_to_manifest.hpp"

#include "install_prefix.hpp"
#include "library_uses.hpp"
#include "link_table.hpp"
#include "merge_equal.hpp"
#include "static_mpi.hpp"
#include "unit_differences.hpp"
#include "unsteady_sources.hpp"

#include "xaas/frontend/canonicalize.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/mapped_file.hpp"

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
  for (const std::size_t index : manifest.configurations.front().products) {
    const Product& product = manifest.products[index];
    if (manifest.links[product.link].kind == LinkKind::executable) return file_name(product.path);
  }
  if (!manifest.products.empty()) return file_name(manifest.products.front().path);
  return manifest.generic_files.empty() ? "application"
                                        : file_name(manifest.generic_files.front().path);
}

/// What one configuration adds to the manifest: its links and products, and what it installs.
class ConfigurationMaker {
 public:
  ConfigurationMaker(const BuiltConfiguration& built, const ManifestRequest& request,
                     UnitTable& units, IrManifest& manifest)
      : built_(built),
        install_(*request.install),
        units_(units),
        manifest_(manifest),
        blobs_(*request.blobs),
        links_(built.build, units, blobs_) {}

  Result<Configuration> make() {
    configuration_ = {.name = built_.name, .values = built_.values};
    own_ = {.glibc_floor = built_.content.glibc_floor,
            .glibc_version = built_.content.glibc_version};
    for (const InstalledFile& file : built_.installed) {
      if (!is_utf8(file.path)) {
        keep_nameless(file);
        continue;
      }
      if (!file.prefixed.places.empty()) own_.files.push_back(file.prefixed);
      if (file.has_pieces_of_placeholder) own_.unreached.push_back(file.path);
      if (is_linked(file)) XAAS_CHECK(add_product(file));
      if (!file.objects.empty()) add_archive(file);
    }
    configuration_.install = std::move(own_);
    return std::move(configuration_);
  }

 private:
  Status add_product(const InstalledFile& file) {
    const LinkRecord* record = find_link(built_.build, file);
    if (record == nullptr) {
      keep_generic(file, "no captured link made it");
      return {};
    }
    const auto known = link_indices_.find(record);
    if (known != link_indices_.end()) {
      add(file, known->second);
      return {};
    }
    const auto place = [this](const std::string& /*path*/, const std::string& soname,
                              const Digest&) {
      const auto& libraries = built_.content.libraries.by_soname;
      const auto found = libraries.find(soname);
      return found == libraries.end() ? std::string() : found->second;
    };
    auto link = links_.make_link(*record, place);
    if (!link && link.error().kind() == ErrorKind::unsupported) {
      keep_generic(file, link.error().message());
      return {};
    }
    if (!link) return std::move(link.error());
    XAAS_TRY(const MappedFile output, MappedFile::open(file.now));
    XAAS_CHECK(find_library_uses(output.bytes(), blobs_, *link));
    put_prefix(*link, install_);
    link_indices_[record] = manifest_.links.size();
    manifest_.links.push_back(*std::move(link));
    add(file, manifest_.links.size() - 1);
    return {};
  }

  void add_archive(const InstalledFile& file) {
    const auto captured = std::ranges::count_if(
        file.objects, [&](const UsedObject& used) { return units_.is_compiled(used.object); });
    if (captured == 0) {
      keep_generic(file, fmt::format("none of its {} objects is as a captured compile made it",
                                     file.objects.size()));
      return;
    }
    manifest_.links.push_back(
        links_.make_archive(std::filesystem::path(file.path).filename(), file.objects));
    add_product({.path = file.path, .link = manifest_.links.size() - 1, .mode = mode_of(file.now)});
  }

  void add(const InstalledFile& file, std::size_t link) {
    add_product(make_product(file, link, manifest_.links[link]));
  }

  void add_product(Product product) {
    configuration_.products.push_back(manifest_.products.size());
    manifest_.products.push_back(std::move(product));
  }

  void keep_generic(const InstalledFile& file, std::string reason) {
    own_.generic_files.push_back({.path = file.path, .reason = std::move(reason)});
  }

  /// The generic image has it under its own name; the manifest is JSON.
  void keep_nameless(const InstalledFile& file) {
    if (is_linked(file) || !file.objects.empty()) keep_generic(file, "its name is not UTF-8");
  }

  const BuiltConfiguration& built_;
  const Install& install_;
  UnitTable& units_;
  IrManifest& manifest_;
  const BlobFolder& blobs_;
  LinkTable links_;
  Configuration configuration_;
  ConfigurationInstall own_;
  std::map<const LinkRecord*, std::size_t> link_indices_;
};

class ManifestMaker {
 public:
  explicit ManifestMaker(const ManifestRequest& request)
      : request_(request), units_(*request.blobs) {}

  Result<CapturedManifest> make(Progress& progress) {
    IrManifest& manifest = captured_.manifest;
    progress.stage("collecting links");
    describe();
    for (const BuiltConfiguration& built : *request_.configurations) units_.add(built.build);
    for (const BuiltConfiguration& built : *request_.configurations) {
      XAAS_TRY(auto configuration, ConfigurationMaker(built, request_, units_, manifest).make());
      manifest.configurations.push_back(std::move(configuration));
    }
    put_first_into_manifest();
    manifest.application =
        request_.application.empty() ? application_name(manifest) : request_.application;
    manifest.packages = {{.name = manifest.application}};
    XAAS_TRY(manifest.units, units_.finish({.compiler = first().build.compiler,
                                            .isas = request_.isas,
                                            .jobs = request_.jobs,
                                            .scratch = request_.scratch},
                                           progress));
    find_differences(units_, merge_equal(manifest), manifest);
    list_blobs();
    warn();
    return std::move(captured_);
  }

 private:
  [[nodiscard]] const BuiltConfiguration& first() const { return request_.configurations->front(); }

  void describe() {
    IrManifest& manifest = captured_.manifest;
    manifest.producer = fmt::format("xaas-build {}", XAAS_VERSION);
    manifest.llvm_version = XAAS_LLVM_VERSION;
    manifest.architecture = request_.isas.architecture;
    manifest.triple =
        manifest.architecture == "arm64" ? "aarch64-unknown-linux-gnu" : "x86_64-unknown-linux-gnu";
    manifest.baseline = request_.isas.baseline;
    for (const IsaLevel& level : request_.isas.levels) manifest.isas.push_back(level.name);
    manifest.build_system = name_of(first().build.system);
    manifest.install = *request_.install;
    manifest.points = request_.points;
  }

  /// What the first installs stands where readers find it that know of one configuration only.
  void put_first_into_manifest() {
    IrManifest& manifest = captured_.manifest;
    ConfigurationInstall& own = *manifest.configurations.front().install;
    manifest.install.files = std::move(own.files);
    manifest.install.unreached = std::move(own.unreached);
    manifest.generic_files = std::move(own.generic_files);
    manifest.glibc_floor = std::move(own.glibc_floor);
    manifest.glibc_version = std::move(own.glibc_version);
    manifest.configurations.front().install.reset();
  }

  void list_blobs() {
    IrManifest& manifest = captured_.manifest;
    std::set<Digest> contents = referenced_blobs(manifest);
    contents.merge(debug_blobs(manifest));
    for (const Digest& digest : contents) {
      std::error_code error;
      manifest.blobs[digest].size =
          std::filesystem::file_size(request_.blobs->path_of(digest), error);
    }
  }

  /// Each once, also when several configurations are the reason.
  void warn() {
    for (const BuiltConfiguration& built : *request_.configurations) {
      for (const auto* warnings : {&built.content.warnings, &built.build.log.warnings})
        for (const std::string& warning : *warnings) say(warning);
    }
    for (std::string& warning : unsteady_sources(*request_.configurations, captured_.manifest))
      say(std::move(warning));
    for (std::string& warning : static_mpi_warnings(*request_.configurations))
      say(std::move(warning));
    warn_of_native_flags();
    for (const BuiltConfiguration& built : *request_.configurations) {
      for (const InstalledFile& file : built.installed) {
        if (!file.has_pieces_of_placeholder) continue;
        say(fmt::format(
            "`{}` holds its install prefix in pieces: the generic image has `{}` for it", file.path,
            request_.install->placeholder));
      }
    }
    warn_of_folder_in_names();
    warn_of_lost_variants();
    for (const std::string& text : units_.build_paths())
      say(fmt::format("a string of the program names the build folder: `{}`", text));
  }

  void say(std::string warning) {
    std::vector<std::string>& said = captured_.warnings;
    if (std::ranges::find(said, warning) == said.end()) said.push_back(std::move(warning));
  }

  void warn_of_native_flags() {
    // Of every compile: one without the flag may have made the unit.
    std::map<std::string, std::size_t> neutralized;
    for (const BuiltConfiguration& built : *request_.configurations) {
      for (const CompileRecord& compile : built.build.log.compiles)
        for (const std::string& flag : compile.neutralized) ++neutralized[flag];
    }
    for (const auto& [flag, count] : neutralized) {
      say(
          fmt::format("{} was left out of {} compiles: it names the build machine; deployment "
                      "chooses the processor",
                      flag, count));
    }
  }

  void warn_of_lost_variants() {
    constexpr std::size_t k_named = 5;
    for (const auto& [failure, units] : units_.variant_failures()) {
      std::vector<std::string> named;
      for (const std::string& unit : units)
        if (named.size() < k_named) named.push_back("`" + unit + "`");
      say(fmt::format("{}{} may lack code for other processors: {}", fmt::join(named, ", "),
                      units.size() > k_named ? ", ..." : "", failure));
    }
  }

  /// flang makes names from the path of the source, and has no map for them.
  void warn_of_folder_in_names() {
    const auto is_fortran = [](const TranslationUnit& unit) { return unit.language == "fortran"; };
    if (first().build.fixed_path || std::ranges::none_of(captured_.manifest.units, is_fortran))
      return;
    say("Fortran units name the folder of this build, which no mount namespace hides here: the "
        "image's digest is another one each time");
  }

  const ManifestRequest& request_;
  CapturedManifest captured_;
  UnitTable units_;
};

}  // namespace

std::string native_architecture() {
#if defined(__aarch64__)
  return "arm64";
#else
  return "amd64";
#endif
}

std::string baseline_of(const std::string& asked) {
  if (!asked.empty()) return asked;
  return native_architecture() == "arm64" ? "armv8-a" : "x86-64";
}

Result<IsaChoice> choose_isas(const std::string& baseline, const std::string& isas) {
  const std::string architecture = native_architecture();
  IsaChoice choice{.architecture = architecture, .baseline = baseline_of(baseline)};
  XAAS_TRY(choice.levels,
           while_doing(parse_isa_levels(isas.empty() ? default_isa_list(architecture) : isas,
                                        architecture, choice.baseline),
                       "reading --isa"));
  return choice;
}

Result<CapturedManifest> make_manifest(const ManifestRequest& request, Progress& progress) {
  return ManifestMaker(request).make(progress);
}

}  // namespace xaas
