// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/deployed.hpp"

#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/loading.hpp"
#include "xaas/targets/machine.hpp"
#include "xaas/targets/site_profile.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// `xaas-deploy export`: what a user needs to run a deployment by a container runtime, a module
/// system or a scheduler.
struct ExportOptions {
  std::string deployed;
  std::string form;              // "apptainer", "module", ...
  std::string syntax = "lua";    // of a module: "lua", "tcl"
  std::string target;            // the machine; empty: the record's by its name, else this one
  std::filesystem::path output;  // empty: stdout
  bool force = false;            // replace what an export wrote there
};
CLI::App* add_export_command(CLI::App& app, ExportOptions& options);
Result<int> run_export_command(const ExportOptions& options);

/// A deployment as whatever runs it has to know it.
struct ExportSubject {
  enum class Kind { tree, layout, archive, sif, squashfs } kind = Kind::tree;
  std::string name;            // as the user named it
  std::filesystem::path path;  // absolute: of the folder or file
  std::string tag;             // of the image in it
  std::string digest;          // of an image's manifest, else of the record
  DeploymentRecord record;
  DeployedTarget part;                          // of the record: what this machine runs
  std::vector<std::string> program;             // with its first arguments; of a tree by its path
  std::map<std::string, std::string> settings;  // variables that its programs find set; of an
                                                // image those of its own configuration
  std::optional<MpiInstallation> mpi;           // that its programs load, as far as is known
  BoundFiles bound;                             // of an image: what it needs of this machine
  Target machine;  // that it is to run on: the record leaves scheduler and network out
  SiteProfile site;
  std::string command;  // that exports it
};

Result<ExportSubject> open_export_subject(const ExportOptions& options);

/// A name made of the application's for files, jobs and modules: letters, digits, `-` and `_`.
std::string plain_name(const ExportSubject& subject);

/// What every export begins with: what it is, of which deployment, and what wrote it; and how it is
/// used, one line each. `mark` begins a comment.
std::string export_header(const ExportSubject& subject, std::string_view mark,
                          std::string_view what, const std::vector<std::string>& usage);

/// Folders and files that a container has to have of this machine: those of the libraries that it
/// was linked with, and those that the site shows to images. `export.path` when one of them cannot
/// be said in an option of a container runtime.
Result<std::vector<std::string>> paths_to_bind(const ExportSubject& subject);

/// Variables that only a container needs.
std::map<std::string, std::string> container_settings(const ExportSubject& subject);

/// `[ $# -gt 0 ] || set -- ARGUMENTS`, for the arguments that stand for none; may be empty.
std::string default_arguments(const ExportSubject& subject);

/// "cuda", "hip", ... where the deployment's configuration needs a GPU; else empty.
std::string needed_gpu(const ExportSubject& subject);

/// Modules that bring the libraries that the deployment was linked with, in the record's order.
std::vector<std::string> needed_modules(const DeployedTarget& part);

/// `apptainer run` and its options, each with its value.
Result<std::vector<std::vector<std::string>>> apptainer_options(const ExportSubject& subject);

/// Each of them gives the text of one file. `export.form` when the deployment is not of a kind that
/// it takes.
Result<std::string> export_apptainer(const ExportSubject& subject);
Result<std::string> export_charliecloud(const ExportSubject& subject);
Result<std::string> export_podman(const ExportSubject& subject);
Result<std::string> export_edf(const ExportSubject& subject);
Result<std::string> export_lua_module(const ExportSubject& subject);
Result<std::string> export_tcl_module(const ExportSubject& subject);
Result<std::string> export_slurm(const ExportSubject& subject);

/// That `form` does not take the deployment, and what to do.
Error wrong_kind(const ExportSubject& subject, std::string_view form, std::string_view help);

}  // namespace xaas
