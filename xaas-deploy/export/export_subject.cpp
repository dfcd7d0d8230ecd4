// SPDX-License-Identifier: Apache-2.0
#include "check/check.hpp"
#include "check/mpi_world.hpp"
#include "export/export.hpp"
#include "interface/interface_command.hpp"
#include "specialize/deployment.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/rootfs/sif.hpp"
#include "xaas/rootfs/squashfs.hpp"
#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Kind = ExportSubject::Kind;

/// Of what is looked at in memory.
constexpr std::uint64_t k_longest_program = std::uint64_t{1} << 30U;

/// Nothing that is written may end a comment's line, whoever wrote a record.
std::string in_one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return text;
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

Error wrong_path(const std::string& path, std::string_view rule) {
  return fail(ErrorKind::invalid_input, "`{}` {}", in_one_line(path), rule)
      .with_code("export.path")
      .with_help("give it another name, or a link that leads to it");
}

fs::path absolute_path(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error).lexically_normal();
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

std::map<std::string, std::string> variables_in_list(const std::vector<std::string>& entries) {
  std::map<std::string, std::string> variables;
  for (const std::string& entry : entries) {
    const auto equals = entry.find('=');
    if (equals != entry.npos) variables[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return variables;
}

/// What the record tells where the programs cannot be looked at.
std::optional<MpiInstallation> recorded_mpi(const ExportSubject& subject) {
  const auto& libraries = subject.part.libraries;
  const auto linked = std::ranges::find(libraries, "mpi", &LinkedLibrary::interface);
  if (linked != libraries.end()) {
    return MpiInstallation{.flavour = linked->implementation,
                           .abi = linked->abi,
                           .version = linked->version,
                           .soname = linked->soname,
                           .path = linked->path,
                           .module = linked->module};
  }
  const auto& decision = subject.record.decision;
  if (!decision || decision->requirements.mpi.empty()) return std::nullopt;
  return MpiInstallation{.abi = decision->requirements.mpi};
}

std::optional<MpiInstallation> mpi_of(const ExportSubject& subject, const Deployed& deployed) {
  const bool is_tree = deployed.form == Deployed::Form::tree;
  const auto programs =
      mpi_programs(is_tree ? fs::path() : deployed.path, programs_of(deployed), deployed.bound);
  if (programs.empty()) return recorded_mpi(subject);
  return programs.front().mpi;
}

/// What a product in a squashfs file needs by a soname that tells the MPI's class.
std::optional<MpiInstallation> needed_mpi(const ExportSubject& subject) {
  const auto interfaces = known_interfaces();
  if (!interfaces) return std::nullopt;
  for (const DeployedProduct& product : subject.part.products) {
    const auto bytes = read_in_squashfs(subject.path, product.path.substr(1), k_longest_program);
    const auto elf = read_elf(bytes.value_or(""));
    if (!elf || !*elf) continue;
    for (const std::string& soname : (*elf)->needed) {
      const LibraryInterface* interface = interface_of(*interfaces, soname);
      if (interface != nullptr && interface->kind == PointKind::mpi)
        return MpiInstallation{.abi = class_of(*interface, soname), .soname = soname};
    }
  }
  return std::nullopt;
}

/// The tag of the image that was chosen: where a tag names several, each has one of its own.
Result<std::string> own_tag(const LayoutReference& reference, const std::string& digest) {
  XAAS_TRY(const auto layout, Layout::open(reference));
  XAAS_TRY(const auto tags, layout.tags());
  for (const std::string& tag : tags) {
    XAAS_TRY(const auto found, layout.find_tag(tag));
    if (found && found->digest.str() == digest) return tag;
  }
  return reference.tag;
}

/// `sif:FILE`, `sqsh:FILE`, or a file with a record as `specialize` writes one.
Result<std::optional<ExportSubject>> open_root_file(const std::string& name) {
  std::string file = name;
  for (const std::string_view form : {"sif:", "sqsh:"})
    if (name.starts_with(form)) file = name.substr(form.size());
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  ExportSubject subject{.kind = Kind::sif, .name = name, .path = absolute_path(file)};
  auto text = read_in_sif(file, std::string(k_sif_record), k_longest_document);
  if (!text) {
    subject.kind = Kind::squashfs;
    text = read_in_squashfs(file, std::string(k_record_path), k_longest_document);
  }
  if (!text) return std::nullopt;
  XAAS_TRY(subject.record,
           while_doing(parse_record(*text), fmt::format("reading the record of `{}`", name)));
  XAAS_TRY(const auto host, detect_host_processor());
  subject.part = part_for(subject.record, host);
  subject.bound = subject.part.bound;
  subject.mpi = recorded_mpi(subject);
  if (!subject.mpi && subject.kind == Kind::squashfs) subject.mpi = needed_mpi(subject);
  subject.program = subject.record.entrypoint;
  subject.settings = variables_in_list(subject.record.environment);
  return subject;
}

Result<ExportSubject> open_image_or_tree(const std::string& name) {
  XAAS_TRY(const auto deployed, open_deployment(name));
  ExportSubject subject{.name = name,
                        .path = deployed.path,
                        .digest = deployed.digest,
                        .record = *deployed.record,
                        .part = *deployed.part,
                        .program = deployed.entrypoint,
                        .settings = variables_in_list(deployed.environment),
                        .bound = deployed.bound};
  if (deployed.form == Deployed::Form::image) {
    XAAS_TRY(const auto reference, parse_layout_reference(name));
    subject.kind = reference.form == LayoutReference::Form::folder ? Kind::layout : Kind::archive;
    subject.path = absolute_path(reference.path);
    XAAS_TRY(subject.tag, own_tag(reference, subject.digest));
  } else if (!subject.program.empty()) {
    XAAS_TRY(const auto command, command_for(deployed, {}));
    subject.program.front() = command.argv.front();
  }
  subject.mpi = mpi_of(subject, deployed);
  return subject;
}

/// A deployment is made for a description of a name, or for the host.
Result<Target> machine_of(const ExportOptions& options, const Target& made_for) {
  if (!options.target.empty()) return resolve_target(options.target);
  XAAS_TRY(const auto known, find_target(made_for.name));
  return known ? resolve_target(made_for.name) : detect_host();
}

std::string command_of(const ExportOptions& options) {
  std::vector<std::string> words{"xaas-deploy", "export", options.deployed, "--for", options.form};
  if (options.form == "module" && options.syntax != "lua")
    words.insert(words.end(), {"--syntax", options.syntax});
  if (!options.target.empty()) words.insert(words.end(), {"--target", options.target});
  return shell_quoted(words);
}

}  // namespace

Result<ExportSubject> open_export_subject(const ExportOptions& options) {
  if (has_control_character(absolute_path(options.deployed).native()))
    return wrong_path(options.deployed, "has a line break or another control character");
  XAAS_TRY(auto file, open_root_file(options.deployed));
  ExportSubject subject;
  if (file) {
    subject = *std::move(file);
  } else {
    XAAS_TRY(subject, open_image_or_tree(options.deployed));
  }
  if (subject.digest.empty()) subject.digest = digest_of(print_record(subject.record)).str();
  XAAS_TRY(subject.machine, machine_of(options, subject.part.target));
  if (subject.mpi) subject.mpi->launcher = own_launcher(subject.machine, *subject.mpi);
  XAAS_TRY(subject.site, load_site_profile());
  subject.command = command_of(options);
  return subject;
}

std::string plain_name(const ExportSubject& subject) {
  std::string name = subject.record.application;
  std::ranges::replace_if(
      name, [](char c) { return !is_alphanumeric(c) && c != '-' && c != '_'; }, '-');
  const auto begin = std::min(name.find_first_not_of('-'), name.size());
  return begin == name.size() ? "deployment" : name.substr(begin);
}

std::string export_header(const ExportSubject& subject, std::string_view mark,
                          std::string_view what, const std::vector<std::string>& usage) {
  const DeploymentRecord& record = subject.record;
  std::string text;
  const auto line = [&](std::string said) {
    text += fmt::format("{} {}\n", mark, in_one_line(std::move(said)));
  };
  line(fmt::format("{} {}, specialized for {}", record.application, what,
                   subject.part.target.cpu.name));
  if (!record.configuration.empty()) line("configuration: " + record.configuration);
  line("deployment: " + subject.digest);
  line("made by: " + subject.command);
  for (const std::string& said : usage) line(said);
  return text;
}

Result<std::vector<std::string>> paths_to_bind(const ExportSubject& subject) {
  std::vector<std::string> paths = subject.bound.paths;
  for (const std::string& path : subject.site.bind)
    if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  for (const std::string& path : paths) {
    if (path.find_first_of(":,") != path.npos || has_control_character(path)) {
      return wrong_path(path,
                        "cannot be bound into a container: their options part paths at `:` "
                        "and `,`");
    }
  }
  return paths;
}

std::map<std::string, std::string> container_settings(const ExportSubject& subject) {
  std::map<std::string, std::string> settings;
  std::vector<std::string> folders = subject.bound.library_folders;
  const auto own = subject.settings.find("LD_LIBRARY_PATH");
  if (!folders.empty() && own != subject.settings.end()) folders.push_back(own->second);
  if (!folders.empty()) settings["LD_LIBRARY_PATH"] = fmt::format("{}", fmt::join(folders, ":"));
  // Each rank has a container of its own, from which it does not see the others in /proc.
  if (subject.mpi) settings["UCX_POSIX_USE_PROC_LINK"] = "n";
  return settings;
}

std::string default_arguments(const ExportSubject& subject) {
  if (subject.record.command.empty()) return {};
  return fmt::format("[ $# -gt 0 ] || set -- {}\n", shell_quoted(subject.record.command));
}

std::string needed_gpu(const ExportSubject& subject) {
  const auto& decision = subject.record.decision;
  return decision ? decision->requirements.gpu_backend : std::string();
}

std::vector<std::string> needed_modules(const DeployedTarget& part) {
  std::vector<std::string> modules;
  for (const LinkedLibrary& library : part.libraries) {
    std::istringstream words(library.module);
    for (std::string word; words >> word;)
      if (std::ranges::find(modules, word) == modules.end()) modules.push_back(word);
  }
  return modules;
}

Error wrong_kind(const ExportSubject& subject, std::string_view form, std::string_view help) {
  static const std::map<Kind, std::string_view> names{{Kind::tree, "a tree"},
                                                      {Kind::layout, "an image in a layout"},
                                                      {Kind::archive, "an image in an archive"},
                                                      {Kind::sif, "a SIF file"},
                                                      {Kind::squashfs, "a squashfs file"}};
  return fail(ErrorKind::unsupported, "`{}` is {}, which {} does not take", subject.name,
              names.at(subject.kind), form)
      .with_code("export.form")
      .with_help(std::string(help));
}

}  // namespace xaas
