// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include "xaas/oci/layout.hpp"

#include <algorithm>
#include <string>
#include <system_error>

namespace xaas {
namespace {

bool is_layout(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path / "oci-layout", ignored);
}

Result<LayoutReference> split_tag(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find('/', colon) != std::string_view::npos)
    return LayoutReference{.path = std::string(text), .tag = "latest"};
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
  return fail(ErrorKind::invalid_input, "`{}` does not name an image in an OCI layout", text)
      .with_help("write `oci:FOLDER` or `oci:FOLDER:TAG`")
      .with_code("reference.syntax");
}

}  // namespace

bool is_tag(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= 128 && is_word(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

Result<LayoutReference> parse_layout_reference(std::string_view text) {
  constexpr std::string_view k_scheme = "oci:";
  if (text.contains('\0')) return not_a_reference("(text with a zero byte)");
  if (text.starts_with(k_scheme)) {
    XAAS_TRY(auto reference, split_tag(text.substr(k_scheme.size())));
    if (reference.path.empty()) return not_a_reference(text);
    return reference;
  }
  if (is_layout(text)) return LayoutReference{.path = std::string(text), .tag = "latest"};
  auto reference = split_tag(text);
  if (!reference || !is_layout(reference->path)) return not_a_reference(text);
  return reference;
}

}  // namespace xaas
