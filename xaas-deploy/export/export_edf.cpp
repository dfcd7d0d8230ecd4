// SPDX-License-Identifier: Apache-2.0

// Environment Definition Files of the Container Engine of CSCS and of Sarus, as its documentation
// describes them (docs.cscs.ch, "EDF reference" and "Hooks and native resources"): TOML, in which
// `${NAME}` stands for a variable and `$$` for a dollar sign.

#include "export/export.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xaas {
namespace {

/// A basic string of TOML.
std::string in_toml(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '$') quoted += '$';
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

bool has_slingshot(const Target& target) {
  return target.interconnect.devices &&
         std::ranges::find(*target.interconnect.devices, "cxi", &NetworkDevice::kind) !=
             target.interconnect.devices->end();
}

std::string table_of_variables(const ExportSubject& subject) {
  auto settings = container_settings(subject);
  if (needed_gpu(subject) == "cuda") {
    // Without them its hook leaves the driver's libraries out.
    settings.try_emplace("NVIDIA_VISIBLE_DEVICES", "all");
    settings.try_emplace("NVIDIA_DRIVER_CAPABILITIES", "compute,utility");
  }
  std::string text;
  for (const auto& [name, value] : settings)
    text += fmt::format("{} = {}\n", in_toml(name), in_toml(value));
  return text.empty() ? text : "\n[env]\n" + text;
}

std::string table_of_annotations(const ExportSubject& subject) {
  if (!has_slingshot(subject.machine)) return {};
  std::string text = "\n[annotations]\ncom.hooks.cxi.enabled = \"true\"\n";
  const std::string gpu = needed_gpu(subject);
  if (gpu == "cuda" || gpu == "hip") {
    text += fmt::format(
        "# A program with {0}CCL also needs, with the variant for its release of {1}:\n"
        "# com.hooks.aws_ofi_nccl.enabled = \"true\"\n"
        "# com.hooks.aws_ofi_nccl.variant = \"{2}\"\n",
        gpu == "cuda" ? "N" : "R", gpu == "cuda" ? "CUDA" : "ROCm",
        gpu == "cuda" ? "cuda12" : "rocm6");
  }
  return text;
}

std::string launch_line(const ExportSubject& subject) {
  std::string line = "run it: srun";
  if (subject.mpi && subject.mpi->abi == "mpich") line += " -n 2 --mpi=pmi2";
  if (subject.mpi && subject.mpi->abi == "openmpi") line += " -n 2 --mpi=pmix";
  std::string program = "PROGRAM";
  if (!subject.program.empty()) program = fmt::format("{}", fmt::join(subject.program, " "));
  return line + " --environment=/PATH/OF/THIS/FILE " + program + " [ARGUMENTS]";
}

}  // namespace

Result<std::string> export_edf(const ExportSubject& subject) {
  if (subject.kind != ExportSubject::Kind::squashfs) {
    return wrong_kind(subject, "an Environment Definition File",
                      "it names an image on a server or a squashfs file: write one with "
                      "`xaas-deploy specialize IMAGE --output sqsh:FILE`, and export that");
  }
  XAAS_TRY(const auto paths, paths_to_bind(subject));
  std::string text = export_header(subject, "#", "in the Container Engine", {launch_line(subject)});
  text += fmt::format("image = {}\nentrypoint = false\n", in_toml(subject.path.string()));
  if (!paths.empty()) {
    text += "mounts = [\n";
    for (const std::string& path : paths)
      text += fmt::format("  {},\n", in_toml(fmt::format("{0}:{0}", path)));
    text += "]\n";
  }
  return text + table_of_variables(subject) + table_of_annotations(subject);
}

}  // namespace xaas
