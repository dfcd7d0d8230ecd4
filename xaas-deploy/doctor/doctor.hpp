// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check/findings.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy doctor`: what of a machine works for us, what does not, and what to do.
struct DoctorOptions {
  std::string subject;  // an image or a deployment to look at, too; empty: the machine alone
  std::string target{"host"};
  bool json = false;
};
Result<int> run_doctor_command(const DoctorOptions& options);

/// What a description says of a machine.
std::vector<Finding> machine_findings(const Target& target);

/// What this process may do here, and where: the site's profile, the cache, temporary files,
/// namespaces.
std::vector<Finding> place_findings();

/// Whether this program and a target can do anything with an image. `why_not` is the command that
/// tells more of a setting, which is put behind it.
struct ImageDiagnosis {
  std::vector<Finding> findings;
  bool runs = true;  // a configuration of it can be deployed there
};
ImageDiagnosis diagnose_image(const IrManifest& ir, const Target& target,
                              const std::string& why_not);

/// "nfs", "lustre": the kind of a file system over a network, in which the folder, or the nearest
/// above it, lies; empty for others.
std::string network_file_system(const std::filesystem::path& folder);

}  // namespace xaas
