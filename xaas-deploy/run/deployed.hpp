// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"

#include "xaas/support/process.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/loading.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// Something that can be run: a tree of ours, an image (deployed or generic), or a program of the
/// host.
struct Deployed {
  enum class Form { tree, image, program } form = Form::program;
  std::string name;            // as the user named it
  std::filesystem::path path;  // the tree, the image's unpacked root, or the program
  std::string digest;          // of an image's manifest
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;  // stands for the arguments where none are given
  std::vector<std::string> environment;
  std::optional<DeploymentRecord> record;
  std::optional<DeployedTarget> part;  // of the record: what this machine runs
  Target host;                         // this machine, where there is a record
  BoundFiles bound;                    // of an image: what its programs need of this machine
};

/// `tree:FOLDER` or a folder with our record; `oci:LAYOUT[:TAG]` or `oci-archive:FILE[:TAG]`,
/// unpacked (an IR image's generic part; of a deployment for several targets what is best here, or
/// with XAAS_GENERIC the generic image); or the path of a program. `not_found` says what was
/// looked for, `unsupported` what starts a squashfs or SIF file.
Result<Deployed> open_deployed(const std::string& name);

/// Whether a folder is the root of an image that a container runtime has unpacked: images have a
/// loader's cache, and trees have none.
bool is_unpacked_root(const std::filesystem::path& folder);

/// The same of what `specialize` wrote: it has a record. `deployed.no-record` otherwise.
Result<Deployed> open_deployment(const std::string& name);

/// The generic image that a deployment was made from, as `reference` in its record names it: that
/// of the configuration that was deployed. `image.no-configuration` when the image has it no more.
Result<Deployed> open_generic_of(const DeploymentRecord& record);

/// Entry point and arguments, as container engines combine them: without an entry point the first
/// argument is the program.
Result<Command> command_for(const Deployed& deployed, const std::vector<std::string>& arguments);

/// A shell line with the deployment's programs first in PATH.
Result<Command> shell_command_for(const Deployed& deployed, const std::string& line);

}  // namespace xaas
