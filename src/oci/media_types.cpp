// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <algorithm>
#include <cctype>

namespace xaas {
namespace {

/// RFC 6838 section 4.2, `restricted-name`.
bool is_restricted_name(std::string_view text) {
  const auto is_alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  constexpr std::string_view k_marks = "!#$&-^_.+";
  return !text.empty() && text.size() <= 127 && is_alnum(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_alnum(c) || k_marks.contains(c); });
}

}  // namespace

bool is_media_type(std::string_view text) {
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_restricted_name(text.substr(0, slash)) &&
         is_restricted_name(text.substr(slash + 1));
}

StreamKind stream_kind_of(std::string_view media_type) {
  if (media_type.ends_with("+gzip") || media_type.ends_with(".gzip")) return StreamKind::gzip;
  if (media_type.ends_with("+zstd") || media_type.ends_with(".zstd")) return StreamKind::zstd;
  return StreamKind::plain;
}

}  // namespace xaas
