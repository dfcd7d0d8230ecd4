// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include "xaas/oci/layout.hpp"
#include "xaas/support/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

constexpr std::array<std::pair<std::string_view, LayoutReference::Form>, 2> k_schemes{
    {{"oci:", LayoutReference::Form::folder}, {"oci-archive:", LayoutReference::Form::archive}}};

bool is_layout(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path / "oci-layout", ignored);
}

Result<LayoutReference> split_tag(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find('/', colon) != std::string_view::npos)
    return LayoutReference{.path = std::string(text), .tag = "latest", .has_own_tag = false};
  const auto tag = text.substr(colon + 1);
  if (!is_tag(tag)) {
    return fail(ErrorKind::invalid_input, "the tag `{}` of the image reference `{}` is not a tag",
                tag, text)
        .with_help(
            "a tag has up to 128 letters, digits, `_`, `.` and `-`, and begins with none of "
            "the last two")
        .with_code("reference.tag");
  }
  return LayoutReference{.path = std::string(text.substr(0, colon)), .tag = std::string(tag)};
}

Error not_a_reference(std::string_view text) {
  return fail(ErrorKind::invalid_input, "`{}` does not name an image in an OCI layout or archive",
              text)
      .with_help("write `oci:FOLDER[:TAG]` or `oci-archive:FILE[:TAG]`")
      .with_code("reference.syntax");
}

}  // namespace

bool is_tag(std::string_view text) {
  const auto is_word = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !text.empty() && text.size() <= 128 && is_word(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

Result<LayoutReference> parse_layout_reference(std::string_view text) {
  if (text.contains('\0')) return not_a_reference("(text with a zero byte)");
  for (const auto& [scheme, form] : k_schemes) {
    if (!text.starts_with(scheme)) continue;
    XAAS_TRY(auto reference, split_tag(text.substr(scheme.size())));
    if (reference.path.empty()) return not_a_reference(text);
    reference.form = form;
    return reference;
  }
  if (is_layout(text))
    return LayoutReference{.path = std::string(text), .tag = "latest", .has_own_tag = false};
  auto reference = split_tag(text);
  if (!reference || !is_layout(reference->path)) return not_a_reference(text);
  return reference;
}

}  // namespace xaas
