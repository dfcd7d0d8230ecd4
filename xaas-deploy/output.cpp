// SPDX-License-Identifier: Apache-2.0
#include "deployment.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/support/files.hpp"

#include <string>
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

}  // namespace

Result<DeploymentOutput> parse_deployment_output(const std::string& text) {
  if (text.starts_with("tree:")) {
    std::error_code error;
    auto folder = std::filesystem::absolute(text.substr(5), error).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    if (text.size() > 5 && folder.has_filename()) return TreeOutput{.folder = std::move(folder)};
  } else if (text.starts_with("oci:")) {
    XAAS_TRY(auto reference, parse_layout_reference(text));
    return reference;
  }
  return fail(ErrorKind::invalid_input, "the output `{}` is of no known form", text)
      .with_code("output.form")
      .with_help("write `tree:FOLDER` or `oci:LAYOUT[:TAG]`");
}

Status check_output_is_free(const DeploymentOutput& output, bool force) {
  if (const auto* tree = std::get_if<TreeOutput>(&output)) {
    XAAS_CHECK(force ? check_replaceable(*tree) : check_free(*tree));
    for (const auto& made : {tree->folder.parent_path(), tree->folder})
      XAAS_CHECK(while_doing(check_can_make(made), "looking at the output"));
    return {};
  }
  return check_can_write(std::get<LayoutReference>(output), force ? Replace::yes : Replace::no);
}

}  // namespace xaas
