// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/loading.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// The image's files in a folder of this user and node, `$TMPDIR/xaas-UID/roots/DIGEST/root`
/// (TMPDIR, else /tmp: node-local where it matters). They are unpacked once however many processes
/// ask for them at the same time, anew when some of them are gone, and removed when another image
/// is unpacked 30 days after the last run. `run.unpack` when there is no place for them.
Result<std::filesystem::path> unpacked_root(const Layout& layout, const RunnableImage& image);

/// Sets the `NAME=VALUE` entries of an image's configuration.
void add_environment(Command& command, const std::vector<std::string>& environment);

/// The first part of the path `inside`, its last name excepted, that is a link below `root`: what
/// is written there would land elsewhere.
std::optional<std::filesystem::path> link_on_the_way(const std::filesystem::path& root,
                                                     const std::filesystem::path& inside);

/// Whether this process may make a mount namespace, with or without a user namespace.
[[nodiscard]] bool can_enter_root();

/// Whether a command inside an image's root sees the image's files in this folder, which are not
/// to be hidden by the host's.
[[nodiscard]] bool is_left_to_image(std::string_view folder);

/// A command inside the image's root: /proc, /dev, /sys, /tmp, the home and the current folder are
/// the host's, and so is what the site profile and `bound` name; the rest is the image's. `argv[0]`
/// is looked up in the image.
Result<Command> command_in_root(const std::filesystem::path& root, std::vector<std::string> argv,
                                const std::vector<std::string>& environment,
                                const BoundFiles& bound);

/// The same where namespaces are not allowed: the image's program on the image's loader and
/// libraries, the rest of the file system is the host's. `unsupported` for what is not a dynamic
/// ELF program.
Result<Command> command_beside_root(const std::filesystem::path& root,
                                    std::vector<std::string> argv,
                                    const std::vector<std::string>& environment);

/// A folder with the image's ELF programs as `command_beside_root` starts them, to be put in PATH:
/// a script for each that the image's own PATH has. Made once, beside `root`.
Result<std::filesystem::path> programs_beside_root(const std::filesystem::path& root,
                                                   const std::vector<std::string>& environment);

}  // namespace xaas
