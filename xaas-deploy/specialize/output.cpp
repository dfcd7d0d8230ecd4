// SPDX-License-Identifier: Apache-2.0
#include "specialize/deployment.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/rootfs/sif.hpp"
#include "xaas/rootfs/squashfs.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/place_file.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

Status check_free(const TreeOutput& tree) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(tree.folder, error);
  if (!std::filesystem::exists(status)) return {};
  if (std::filesystem::is_directory(status) && std::filesystem::is_empty(tree.folder, error))
    return {};
  return fail(ErrorKind::invalid_input, "`{}` exists", tree.folder.string())
      .with_code("output.exists")
      .with_help("choose another folder, or give --force to replace it");
}

/// --force replaces what we made, and nothing else: `tree:$HOME` must not empty a home.
Status check_replaceable(const TreeOutput& tree) {
  std::error_code error;
  if (check_free(tree) || std::filesystem::exists(tree.folder / k_record_path, error)) return {};
  return fail(ErrorKind::invalid_input, "`{}` exists and is not a deployment", tree.folder.string())
      .with_code("output.not-ours")
      .with_help("--force replaces deployments only; choose another folder or remove it yourself");
}

bool is_deployment(const FileOutput& output) {
  std::error_code error;
  // Who opens a pipe waits for its other end.
  if (!std::filesystem::is_regular_file(output.file, error)) return false;
  return output.form == FileOutput::Form::sif
             ? sif_holds(output.file, std::string(k_sif_record))
             : squashfs_holds(output.file, std::string(k_record_path));
}

Status check_file(const FileOutput& output, bool force) {
  XAAS_CHECK(while_doing(check_can_make_beside(output.file), "looking at the output"));
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(output.file, error))) return {};
  if (!force) return file_exists(output.file);
  if (is_deployment(output)) return {};
  return fail(ErrorKind::invalid_input, "`{}` exists and is not a deployment", output.file.string())
      .with_code("output.not-ours")
      .with_help("--force replaces deployments only; choose another name or remove it yourself");
}

/// The absolute path behind a form's name; empty when there is none.
std::filesystem::path path_of(std::string_view text) {
  if (text.empty()) return {};
  std::error_code error;
  return std::filesystem::absolute(text, error).lexically_normal();
}

}  // namespace

Result<DeploymentOutput> parse_deployment_output(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string form = text.substr(0, colon);
  auto path = path_of(colon == std::string::npos ? "" : text.substr(colon + 1));
  if (form == "oci" || form == "oci-archive") {
    XAAS_TRY(auto reference, parse_layout_reference(text));
    return reference;
  }
  if (form == "sqsh" && path.has_filename())
    return FileOutput{.form = FileOutput::Form::squashfs, .file = std::move(path)};
  if (form == "sif" && path.has_filename())
    return FileOutput{.form = FileOutput::Form::sif, .file = std::move(path)};
  if (!path.has_filename()) path = path.parent_path();  // `tree:here/`
  if (form == "tree" && path.has_filename()) return TreeOutput{.folder = std::move(path)};
  return fail(ErrorKind::invalid_input, "the output `{}` is of no known form", text)
      .with_code("output.form")
      .with_help(
          "write `tree:FOLDER`, `oci:LAYOUT[:TAG]`, `oci-archive:FILE[:TAG]`, `sqsh:FILE` "
          "or `sif:FILE`");
}

Status check_output_is_free(const DeploymentOutput& output, bool force) {
  if (const auto* tree = std::get_if<TreeOutput>(&output)) {
    XAAS_CHECK(force ? check_replaceable(*tree) : check_free(*tree));
    for (const auto& made : {tree->folder.parent_path(), tree->folder})
      XAAS_CHECK(while_doing(check_can_make(made), "looking at the output"));
    return {};
  }
  if (const auto* file = std::get_if<FileOutput>(&output)) return check_file(*file, force);
  return check_can_write(std::get<LayoutReference>(output), force ? Replace::yes : Replace::no);
}

}  // namespace xaas
