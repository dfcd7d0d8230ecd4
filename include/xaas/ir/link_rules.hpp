// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// An image may come from anywhere, and its links are given to lld. These rules say what may stand
// in a link: capture keeps a build's program generic rather than to break them, and a manifest that
// breaks them is refused.

namespace xaas {

/// Whether a link may hold this `option`: one word that says what the product is like, in the
/// spelling that capture writes. Options about one run of the linker (maps, traces, plugins,
/// caches, LLVM's own), inputs and response files are none.
bool is_link_option(std::string_view option);

/// Whether a link's file may stand behind this: nothing, or an option that reads one file.
bool is_link_file_prefix(std::string_view prefix);

/// Neither an ELF file nor an archive nor bitcode, which the linker tells by their first bytes: it
/// reads this as a linker script.
bool is_linker_script(std::string_view content);

/// Why the linker would open other files than this one, which stands behind `prefix`; empty when it
/// opens no other. The first 8 bytes of `content` are enough where it is no linker script.
std::string objection_to_link_file(std::string_view prefix, std::string_view content);

}  // namespace xaas
