// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace xaas {

/// distribution-spec: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
bool is_tag(std::string_view text);

/// `type/subtype` by RFC 6838 section 4.2 (descriptor.md#properties).
bool is_media_type(std::string_view text);

/// How a blob is compressed, told by its media type's ending alone: layers of our own types follow
/// the same convention as those of the spec.
enum class StreamKind { plain, gzip, zstd };
StreamKind stream_kind_of(std::string_view media_type);

}  // namespace xaas
