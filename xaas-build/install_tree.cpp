// SPDX-License-Identifier: Apache-2.0
#include "install_tree.hpp"

#include "build_paths.hpp"
#include "install_prefix.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

/// Outputs of final links, as the build saw them, each once.
std::vector<const LinkRecord*> linked_files(const BuildResult& build) {
  std::vector<const LinkRecord*> files;
  std::set<std::string> seen;
  for (const LinkRecord& link : build.log.links) {
    if (link.kind == LinkRecord::Kind::relocatable) continue;
    if (seen.insert(link.output).second) files.push_back(&link);
  }
  return files;
}

std::string list_linked_files(const BuildResult& build) {
  constexpr std::size_t k_most = 8;
  std::vector<std::string> names;
  for (const LinkRecord* link : linked_files(build))
    names.push_back(display_path(build, link->output));
  std::ranges::sort(names);
  if (names.empty()) return "nothing";
  const std::size_t more = names.size() > k_most ? names.size() - k_most : 0;
  names.resize(names.size() - more);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : std::string());
}

bool names_output(const std::string& name, const std::string& output) {
  return output == name || output.ends_with("/" + name);
}

/// libtool leaves a shell script at NAME and the program in .libs/NAME or .libs/lt-NAME.
bool names_libtool_output(const std::string& name, const std::string& output) {
  const std::filesystem::path path(name);
  const std::filesystem::path libs = path.parent_path() / ".libs";
  return names_output((libs / path.filename()).string(), output) ||
         names_output((libs / ("lt-" + path.filename().string())).string(), output);
}

Result<const LinkRecord*> find_requested(const BuildResult& build, const std::string& name) {
  std::vector<const LinkRecord*> found;
  for (const LinkRecord* link : linked_files(build)) {
    if (names_output(name, link->output) || names_libtool_output(name, link->output)) {
      found.push_back(link);
    }
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail(ErrorKind::not_found, "the build linked no `{}`", name)
        .with_code("build.no-product")
        .with_help(fmt::format("it linked: {}", list_linked_files(build)));
  }
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const LinkRecord* link : found) names.push_back(display_path(build, link->output));
  return fail(ErrorKind::invalid_input, "`{}` names {} files that the build linked", name,
              found.size())
      .with_code("build.ambiguous-product")
      .with_help(fmt::format("say which: {}", fmt::join(names, ", ")));
}

std::string default_destination(const LinkRecord& link, const std::string& name,
                                const std::string& prefix) {
  const std::string folder = link.kind == LinkRecord::Kind::shared_library ? "lib" : "bin";
  return prefix + "/" + folder + "/" + std::filesystem::path(name).filename().string();
}

/// The file without bitcode, empty when it has none to remove. Archives lie inside archives at most
/// `levels` deep.
Result<std::optional<std::string>> without_bitcode(const std::string& bytes,
                                                   const std::optional<ElfFacts>& elf,
                                                   unsigned levels = 8) {
  if (elf) {
    if (!elf->has_bitcode) return std::optional<std::string>();
    XAAS_TRY(auto stripped, strip_elf(bytes, Strip::nothing));
    return std::optional(std::move(stripped));
  }
  if (levels == 0 || !bytes.starts_with("!<arch>\n")) return std::optional<std::string>();
  XAAS_TRY(auto members, read_archive(bytes, ""));
  bool changed = false;
  for (ArchiveMember& member : *members) {
    XAAS_TRY(const auto facts, read_elf(member.bytes));
    XAAS_TRY(auto stripped, without_bitcode(member.bytes, facts, levels - 1));
    if (!stripped) continue;
    member.bytes = *std::move(stripped);
    changed = true;
  }
  if (!changed) return std::optional<std::string>();
  XAAS_TRY(auto archive, write_archive(*members));
  return std::optional(std::move(archive));
}

/// The objects of an installed archive, none for any other file.
Result<std::vector<UsedObject>> objects_of(const BuildResult& build, const std::string& path,
                                           const std::string& bytes) {
  std::vector<UsedObject> objects;
  if (!bytes.starts_with("!<arch>\n")) return objects;
  XAAS_TRY(const auto members, read_archive(bytes, ""));
  for (const ArchiveMember& member : *members) {
    if (!is_object_file(member.bytes)) continue;
    UsedObject object{.object = digest_of(member.bytes),
                      .path = fmt::format("{}({})", path, member.name)};
    XAAS_CHECK(write_file(build.store / object.object.hex(), member.bytes));
    objects.push_back(std::move(object));
  }
  return objects;
}

Result<InstalledFile> read_installed_file(const BuildResult& build, const Install& install,
                                          const std::filesystem::path& relative) {
  InstalledFile file{.path = "/" + relative.string(), .now = build.stage / relative};
  XAAS_TRY(const auto bytes, read_file(file.now));
  XAAS_TRY(file.elf, read_elf(bytes));
  XAAS_TRY(file.objects, objects_of(build, file.path, bytes));
  XAAS_TRY(const auto stripped, without_bitcode(bytes, file.elf));
  PrefixedContent content = put_prefix(stripped ? *stripped : bytes, file.path, install);
  file.prefixed = std::move(content.facts);
  file.has_pieces_of_placeholder =
      !file.prefixed.is_text && has_pieces_of(install.placeholder, content.bytes);
  if (stripped || !file.prefixed.places.empty()) {
    std::error_code error;
    const auto mode = std::filesystem::status(file.now, error).permissions();
    XAAS_CHECK(write_file(file.now, content.bytes, static_cast<unsigned>(mode) & 07777));
  }
  if (file.elf) {
    file.elf->has_bitcode = false;
    for (std::string& folder : file.elf->runpath)
      folder = without_padding(replaced(folder, install.placeholder, install.prefix));
  }
  return file;
}

}  // namespace

Status install_requested(const BuildResult& build, const std::string& prefix,
                         const std::vector<ProductRequest>& requests) {
  for (const ProductRequest& request : requests) {
    XAAS_TRY(const LinkRecord* link, find_requested(build, request.name));
    const std::string destination = request.destination.empty()
                                        ? default_destination(*link, request.name, prefix)
                                        : request.destination;
    const std::filesystem::path to = build.stage / destination.substr(1);
    XAAS_CHECK(make_folders(to.parent_path()));
    XAAS_CHECK(while_doing(xaas::copy_file(current_path(build, link->output), to),
                           fmt::format("installing `{}` for --product", request.name)));
  }
  return {};
}

Result<std::vector<InstalledFile>> read_install_tree(const BuildResult& build,
                                                     const Install& install) {
  XAAS_TRY(const auto paths, list_tree(build.stage));
  std::vector<InstalledFile> files;
  for (const std::filesystem::path& relative : paths) {
    std::error_code error;
    const auto status = std::filesystem::symlink_status(build.stage / relative, error);
    if (error || !std::filesystem::is_regular_file(status)) continue;
    XAAS_TRY(auto file, while_doing(read_installed_file(build, install, relative),
                                    fmt::format("reading installed `/{}`", relative.string())));
    files.push_back(std::move(file));
  }
  return files;
}

Error empty_install_tree(const BuildResult& build) {
  const auto links = linked_files(build);
  std::string help =
      "does the project name its compiler by path? $CC and $CXX are the ones that are captured";
  if (!links.empty()) {
    help = fmt::format(
        "name what to install, e.g. `--product {}`, or let the build install it below $DESTDIR",
        std::filesystem::path(links.front()->output).filename().string());
  }
  return fail(ErrorKind::invalid_input, "the build installed nothing; it linked {}",
              list_linked_files(build))
      .with_code("build.empty-install")
      .with_help(std::move(help));
}

const LinkRecord* find_link(const BuildResult& build, const InstalledFile& file) {
  if (!file.elf || file.elf->build_id.empty()) return nullptr;
  for (const LinkRecord& link : build.log.links) {
    if (link.kind != LinkRecord::Kind::relocatable && link.build_id == file.elf->build_id)
      return &link;
  }
  return nullptr;
}

}  // namespace xaas
