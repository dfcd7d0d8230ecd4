// SPDX-License-Identifier: Apache-2.0
#include "export/export.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/place_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string_view>
#include <system_error>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// A form of export and what its files are.
struct Form {
  std::string_view name;
  Result<std::string> (*text)(const ExportSubject&);
  std::string_view extension;
  bool is_program = false;
};
constexpr Form k_forms[] = {
    {.name = "apptainer", .text = export_apptainer, .extension = ".sh", .is_program = true},
    {.name = "charliecloud", .text = export_charliecloud, .extension = ".sh", .is_program = true},
    {.name = "podman", .text = export_podman, .extension = ".sh", .is_program = true},
    {.name = "sarus-edf", .text = export_edf, .extension = ".toml"},
    {.name = "module", .text = export_lua_module, .extension = ".lua"},
    {.name = "slurm", .text = export_slurm, .extension = ".sbatch", .is_program = true},
};
constexpr Form k_tcl_module{.name = "module", .text = export_tcl_module, .extension = ""};

/// The option parser lets no other name through.
const Form& form_of(const ExportOptions& options) {
  if (options.form == "module" && options.syntax == "tcl") return k_tcl_module;
  const Form* form = k_forms;
  while (form->name != options.form) ++form;
  return *form;
}

/// Whether an export wrote the file: its first lines say so.
bool is_export(const fs::path& file) {
  constexpr std::size_t k_begin = 4096;
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;
  std::ifstream stream(file, std::ios::binary);
  std::string begin(k_begin, '\0');
  stream.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return begin.contains(" made by: xaas-deploy export ");
}

Status check_output(const fs::path& file, bool force) {
  XAAS_CHECK(while_doing(check_can_make_beside(file), "looking at the output"));
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return {};
  if (!force) return file_exists(file);
  if (is_export(file)) return {};
  return fail(ErrorKind::invalid_input, "`{}` exists and was not written by `xaas-deploy export`",
              file.string())
      .with_code("output.not-ours")
      .with_help("choose another name: --force replaces what an export wrote, and nothing else");
}

Status write_export(const fs::path& file, const std::string& text, const Form& form, bool force) {
  XAAS_TRY(const auto folder, TemporaryFolder::make(file.parent_path()));
  const fs::path finished = folder.path() / "file";
  XAAS_CHECK(write_file(finished, text, form.is_program ? 0755 : 0644));
  return place_file(finished, file, force ? Overwrite::yes : Overwrite::no);
}

}  // namespace

Result<int> run_export_command(const ExportOptions& options) {
  const Form& form = form_of(options);
  XAAS_TRY(const auto subject, open_export_subject(options));
  XAAS_TRY(const auto text, form.text(subject));
  if (options.output.empty()) {
    XAAS_CHECK(print_output(text));
    return 0;
  }
  std::error_code error;
  fs::path file = fs::absolute(options.output, error);
  if (fs::is_directory(file, error)) file /= plain_name(subject) + std::string(form.extension);
  XAAS_CHECK(check_output(file, options.force));
  XAAS_CHECK(write_export(file, text, form, options.force));
  return 0;
}

}  // namespace xaas
