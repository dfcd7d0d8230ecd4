// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

// Files of targets/ that are compiled in: a program of ours is one file.

namespace xaas {

struct EmbeddedFile {
  std::string_view name;  // without its last extension: "lumi-g", "xaas.target.schema"
  std::string_view text;
};

/// targets/known, sorted by name.
std::span<const EmbeddedFile> shipped_descriptions();
/// targets/schema, sorted by name.
std::span<const EmbeddedFile> schemas();

}  // namespace xaas
