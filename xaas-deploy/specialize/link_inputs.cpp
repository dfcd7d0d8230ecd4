// SPDX-License-Identifier: Apache-2.0
#include "specialize/lowering_jobs.hpp"

#include "xaas/ir/link_rules.hpp"
#include "xaas/support/files.hpp"

#include <fstream>
#include <string>
#include <variant>

// The parsed manifest holds harmless options alone (ir/link_rules.hpp). What is in the files has
// to be as harmless: a linker script or a thin archive can make lld open any other file.

namespace xaas {
namespace {

Error unsafe(const std::string& link, const std::string& file, std::string_view what) {
  return fail(ErrorKind::corrupt,
              "`{}` links `{}`, {}: the linker would open files that are not the image's", link,
              file, what)
      .with_code("ir.link-file")
      .with_help("package again with a newer xaas-build");
}

/// All of a linker script, the first bytes of everything else: archives may be large.
Result<std::string> content_to_check(const std::filesystem::path& path, std::string_view prefix) {
  constexpr std::size_t k_magic = 8;
  std::error_code error;
  // Opening a pipe, which an image's symlink can lead to, may never end.
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorKind::not_found, "`{}` is not a file", path.string())
        .with_code("file.missing");
  }
  std::ifstream stream(path, std::ios::binary);
  std::string head(k_magic, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return is_linker_script(head) || !prefix.empty() ? read_file(path) : head;
}

/// Goes over what one link reads.
class InputCheck {
 public:
  InputCheck(const IrManifest& manifest, const DeploymentPlan& plan, const LinkPlan& link,
             const LoweringPlaces& places)
      : manifest_(manifest),
        link_(manifest.links[link.link]),
        libraries_(plan.libraries),
        places_(places) {}

  Status check_units(const LinkPlan& plan) const {
    for (const UnitPlan& unit : plan.units) {
      const TranslationUnit& source = manifest_.units[unit.unit];
      if (unit.treatment == Treatment::machine_code)
        XAAS_CHECK(check_file("", source.source, source.machine_code));
    }
    return {};
  }

  Status operator()(const LinkFile& item) const {
    return check_file(item.prefix, item.name, item.content);
  }
  Status operator()(const LinkLibrary& item) const {
    XAAS_TRY(const auto file, file_of(item));
    XAAS_TRY(const auto content, content_to_check(file, ""));
    if (content.starts_with("\177ELF")) return {};
    return unsafe(link_.name, item.soname, "which is no shared library");
  }
  Status operator()(const auto& /*units and options*/) const { return {}; }

  [[nodiscard]] Result<std::filesystem::path> file_of(const LinkLibrary& library) const {
    if (const StandInLibrary* file = exchanged(libraries_, library.soname)) return file->path;
    if (library.path.empty()) return places_.blobs / library.content.hex();
    return path_in_root(places_.root, library.path);
  }

 private:
  [[nodiscard]] Status check_file(std::string_view prefix, const std::string& name,
                                  const Digest& digest) const {
    XAAS_TRY(const auto content, content_to_check(places_.blobs / digest.hex(), prefix));
    const std::string objection = objection_to_link_file(prefix, content);
    return objection.empty() ? Status() : unsafe(link_.name, name, objection);
  }

  const IrManifest& manifest_;
  const Link& link_;
  const std::vector<LibraryChoice>& libraries_;
  const LoweringPlaces& places_;
};

Status lay_out(const std::filesystem::path& file, const std::filesystem::path& as) {
  std::error_code error;
  const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(as, error));
  return is_there ? Status() : make_link(file, as);
}

}  // namespace

Status link_libraries(const IrManifest& manifest, const DeploymentPlan& plan,
                      const LoweringPlaces& places) {
  for (const LinkPlan& link_plan : plan.links) {
    if (!lowers_something(link_plan)) continue;
    const InputCheck check(manifest, plan, link_plan, places);
    XAAS_CHECK(check.check_units(link_plan));
    const std::filesystem::path folder = library_folder(places, link_plan);
    XAAS_CHECK(make_folders(folder));
    for (const LinkItem& item : manifest.links[link_plan.link].items) {
      XAAS_CHECK(std::visit(check, item));
      if (const auto* library = std::get_if<LinkLibrary>(&item)) {
        XAAS_TRY(const auto file, check.file_of(*library));
        XAAS_CHECK(lay_out(file, folder / linked_soname(plan.libraries, *library)));
      }
    }
  }
  return {};
}

}  // namespace xaas
