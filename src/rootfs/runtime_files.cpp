// SPDX-License-Identifier: Apache-2.0
//
// What each runtime expects was read in its sources: Apptainer's conveyorPacker_oci.go and
// base_environment.go, Enroot's docker.sh, Charliecloud's ch-run (documentation of --set-env).
#include "xaas/rootfs/runtime_files.hpp"

#include "xaas/support/json.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

struct Variable {
  std::string name;
  std::string value;
};

std::vector<Variable> variables_of(const ImageConfig& config) {
  std::vector<Variable> variables;
  for (const std::string& entry : config.environment) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || entry.contains('\n')) continue;
    variables.push_back({.name = entry.substr(0, equals), .value = entry.substr(equals + 1)});
  }
  return variables;
}

bool is_shell_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

/// `NAME=value` lines, as they are.
std::string environment_lines(const ImageConfig& config) {
  std::string text;
  for (const Variable& variable : variables_of(config))
    text += variable.name + "=" + variable.value + "\n";
  return text;
}

/// Versions of Singularity that hand the host's environment on let it win, PATH excepted.
std::string environment_script(const ImageConfig& config) {
  std::string text = "#!/bin/sh\n";
  for (const Variable& variable : variables_of(config)) {
    if (!is_shell_name(variable.name)) continue;
    const std::string set =
        fmt::format("export {}={}", variable.name, shell_quoted({variable.value}));
    text += variable.name == "PATH"
                ? set + "\n"
                : fmt::format("test -n \"${{{}:-}}\" || {}\n", variable.name, set);
  }
  return text;
}

/// Entry point and command, as container engines combine them.
std::string run_script(const ImageConfig& config) {
  std::vector<std::string> command = config.command;
  if (command.empty() && config.entrypoint.empty()) command = {"/bin/sh"};
  std::string text = "#!/bin/sh\n";
  if (!command.empty()) text += fmt::format("test $# -gt 0 || set -- {}\n", shell_quoted(command));
  const std::string program =
      config.entrypoint.empty() ? "" : shell_quoted(config.entrypoint) + " ";
  return text + fmt::format("exec {}\"$@\"\n", program);
}

std::string action_script(std::string_view action) {
  return fmt::format(
      "#!/bin/sh\nfor script in /.singularity.d/env/*.sh; do\n  test -f \"$script\" && . "
      "\"$script\"\ndone\nexec {}\"$@\"\n",
      action);
}

void add_apptainer_files(LayerContent& content, const ImageConfig& config) {
  const auto script = [&](const std::string& path, std::string text) {
    content[".singularity.d/" + path] = LayerFile{.content = std::move(text), .mode = 0755};
  };
  script("runscript", run_script(config));
  script("startscript", "#!/bin/sh\n");
  script("env/10-docker2singularity.sh", environment_script(config));
  script("env/90-environment.sh", "#!/bin/sh\n# Custom environment shell code should follow\n");
  // Apptainer sets what `--env` says right after a file of this name, and nowhere else.
  script("env/99-base.sh",
         "#!/bin/sh\nexport LD_LIBRARY_PATH=\"${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}"
         "/.singularity.d/libs\"\n");
  // Later versions have these built in.
  script("actions/exec", action_script(""));
  script("actions/run", action_script("/.singularity.d/runscript "));
  script("actions/shell", action_script("/bin/sh "));
  content[".singularity.d/libs"] = LayerFolder{};
  Json labels = Json::object();
  for (const auto& [name, value] : config.labels) labels[name] = value;
  content[".singularity.d/labels.json"] = LayerFile{.content = print_json(labels)};
  for (const auto& [name, target] :
       std::vector<std::pair<std::string, std::string>>{{".exec", "actions/exec"},
                                                        {".run", "actions/run"},
                                                        {".shell", "actions/shell"},
                                                        {"environment", "env/90-environment.sh"},
                                                        {"singularity", "runscript"}})
    content.try_emplace(name, LayerLink{.target = ".singularity.d/" + target});
}

/// A path below a link of the image, or below a file, stays away.
bool has_room_for(const LayerContent& content, const std::string& path) {
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const auto above = content.find(path.substr(0, slash));
    if (above != content.end() && !std::holds_alternative<LayerFolder>(above->second)) return false;
  }
  return true;
}

}  // namespace

Result<LayerContent> content_of_folder(const std::filesystem::path& root) {
  LayerContent content;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(root, error);
  for (const std::filesystem::recursive_directory_iterator end; !error && entry != end;
       entry.increment(error)) {
    const std::string path = entry->path().lexically_relative(root).string();
    const auto status = entry->symlink_status(error);
    if (error) break;
    const auto mode = static_cast<unsigned>(status.permissions());
    if (std::filesystem::is_symlink(status)) {
      content[path] = LayerLink{.target = std::filesystem::read_symlink(entry->path(), error)};
    } else if (std::filesystem::is_directory(status)) {
      content[path] = LayerFolder{.mode = mode};
    } else {
      content[path] = LayerFile{.content = entry->path(), .mode = mode};
    }
  }
  if (!error) return content;
  return fail(ErrorKind::io, "cannot list `{}`: {}", root.string(), error.message())
      .with_code("file.io");
}

void add_runtime_files(LayerContent& content, const ImageConfig& config) {
  for (const char* folder : {"dev", "home", "mnt", "proc", "root", "sys", "tmp", "var/tmp"})
    if (has_room_for(content, folder)) content.try_emplace(folder, LayerFolder{});
  for (const char* file : {"etc/group", "etc/hosts", "etc/passwd", "etc/resolv.conf"})
    if (has_room_for(content, file)) content.try_emplace(file, LayerFile{});
  const std::string enter =
      config.working_folder.empty() || config.working_folder == "/"
          ? ""
          : fmt::format("cd {} || exit 1\n", shell_quoted({config.working_folder}));
  std::string start = run_script(config);
  start.insert(start.find('\n') + 1, enter);
  content["etc/rc"] = LayerFile{.content = std::move(start), .mode = 0755};
  content["etc/environment"] = LayerFile{.content = environment_lines(config)};
  content["ch/environment"] = LayerFile{.content = environment_lines(config)};
  add_apptainer_files(content, config);
}

}  // namespace xaas
