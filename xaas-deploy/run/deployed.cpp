// SPDX-License-Identifier: Apache-2.0
#include "run/deployed.hpp"

#include "export/library_binds.hpp"
#include "interface/interface_command.hpp"
#include "run/image_root.hpp"
#include "specialize/deployment.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/choose_target.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

Result<Deployed> open_tree(const std::string& name, const std::filesystem::path& folder) {
  auto text = read_file(folder / k_record_path, k_longest_document);
  const auto doing = fmt::format("reading the record of `{}`", name);
  if (!text && text.error().kind() != ErrorKind::not_found)
    return std::move(text.error()).while_doing(doing);
  if (!text) {
    return fail(ErrorKind::not_found, "`{}` is not a deployment: it has no `{}`", folder.string(),
                k_record_path)
        .with_code("deployed.no-record")
        .with_help("`xaas-deploy specialize IMAGE --output tree:FOLDER` makes one");
  }
  XAAS_TRY(auto record, while_doing(parse_record(*text), doing));
  if (is_unpacked_root(folder)) {
    return fail(ErrorKind::unsupported, "`{}` is the root of an image, unpacked, and no tree", name)
        .with_code("deployed.unpacked-root")
        .with_help(
            "the container runtime that unpacked it starts it; `xaas-deploy specialize IMAGE "
            "--output tree:FOLDER` makes a folder that works in place");
  }
  std::error_code error;
  Deployed deployed{.form = Deployed::Form::tree,
                    .name = name,
                    .path = std::filesystem::canonical(folder, error),
                    .entrypoint = record.entrypoint,
                    .command = record.command};
  for (const std::string& entry : record.environment) {
    if (!entry.starts_with("PATH=")) deployed.environment.push_back(entry);
  }
  XAAS_TRY(deployed.host, detect_host_processor());
  deployed.part = part_for(record, deployed.host);
  deployed.record = std::move(record);
  return deployed;
}

bool is_generic_wanted() {
  const auto text = environment_variable("XAAS_GENERIC").value_or("");
  return !text.empty() && text != "0";
}

/// Of the images for one architecture that an index lists, generic one first, the best for this
/// machine.
const RunnableImage& choose_image(const std::vector<RunnableImage>& images, const Target& host,
                                  const std::string& name) {
  std::vector<Target> targets;
  std::vector<const RunnableImage*> deployed;
  for (const RunnableImage& image : images) {
    auto target = stated_target(image.manifest.annotations, host.architecture);
    if (!target) continue;
    targets.push_back(*std::move(target));
    deployed.push_back(&image);
  }
  const bool has_generic = deployed.size() < images.size();
  if (targets.empty() || (has_generic && is_generic_wanted())) return images.front();
  if (const auto best = choose_target(targets, host)) return *deployed[*best];
  if (has_generic && !is_later_rank()) {
    print_errors(
        fmt::format("xaas: nothing of `{}` was made for this processor; starting the "
                    "generic image\n",
                    name));
  }
  return images.front();
}

Result<Deployed> unpacked(const Layout& layout, const RunnableImage& image,
                          const std::string& name) {
  XAAS_TRY(auto root, unpacked_root(layout, image));
  return Deployed{.form = Deployed::Form::image,
                  .name = name,
                  .path = std::move(root),
                  .digest = image.descriptor.digest.str(),
                  .entrypoint = image.config.entrypoint,
                  .command = image.config.command,
                  .environment = image.config.environment};
}

Result<Deployed> open_image(const std::string& name) {
  XAAS_TRY(const auto reference, parse_layout_reference(name));
  XAAS_TRY(const auto layout, Layout::open(reference));
  // An image for another architecture would only fail at its first instruction, or as a script.
  XAAS_TRY(const auto host, detect_host_processor());
  auto images = find_runnables(layout, reference, host.architecture);
  if (!images && images.error().code() == "image.no-runnable")
    return std::move(images.error()).with_exit_code(k_exit_wrong_processor);
  if (!images) return std::move(images.error());
  XAAS_TRY(auto deployed, unpacked(layout, choose_image(*images, host, name), name));
  if (const auto text = read_file(deployed.path / k_record_path, k_longest_document)) {
    XAAS_TRY(deployed.record, parse_record(*text));
    deployed.part = part_for(*deployed.record, host);
    deployed.host = host;
    if (!deployed.part->libraries.empty()) {
      XAAS_TRY(const auto interfaces, known_interfaces());
      deployed.bound = library_binds(deployed.part->libraries, deployed.path, interfaces);
    }
  }
  return deployed;
}

/// What begins a SIF or squashfs file, or the name of its form; empty for anything else.
std::string_view runtime_for(const std::string& name) {
  constexpr std::string_view k_apptainer = "`apptainer run FILE`";
  constexpr std::string_view k_squashfs =
      "`apptainer run FILE`, `ch-run FILE -- PROGRAM`, or `unsquashfs FILE` and start it from "
      "there";
  if (name.starts_with("sif:")) return k_apptainer;
  if (name.starts_with("sqsh:")) return k_squashfs;
  std::error_code error;
  if (!std::filesystem::is_regular_file(name, error)) return "";
  std::ifstream file(name, std::ios::binary);
  std::string start(41, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start.starts_with("hsqs")) return k_squashfs;
  return start.ends_with("SIF_MAGIC") ? k_apptainer : "";
}

/// A program of the tree: the record names programs by their path in the image, below its prefix.
std::string program_in_tree(const std::filesystem::path& tree, const std::string& name) {
  std::error_code error;
  std::string below = name.starts_with('/') ? name : "/bin/" + name;
  // "/usr/local/bin/x" is "bin/x" in the tree: drop leading folders until something is there.
  while (!below.empty()) {
    if (std::filesystem::exists(tree / below.substr(1), error))
      return (tree / below.substr(1)).string();
    const auto next = below.find('/', 1);
    below = next == std::string::npos ? "" : below.substr(next);
  }
  return name;
}

std::string host_search_path() {
  return environment_variable("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
}

/// The deployment's programs before the host's.
Result<std::string> search_path_for(const Deployed& deployed) {
  std::filesystem::path folder = deployed.path.parent_path();
  if (deployed.form == Deployed::Form::tree) folder = deployed.path / "bin";
  if (deployed.form == Deployed::Form::image) {
    XAAS_TRY(folder, programs_beside_root(deployed.path, deployed.environment));
  }
  return folder.string() + ":" + host_search_path();
}

Result<Command> command_in_image(const Deployed& deployed, std::vector<std::string> argv) {
  if (can_enter_root())
    return command_in_root(deployed.path, std::move(argv), deployed.environment, deployed.bound);
  if (!deployed.bound.paths.empty()) {
    return fail(ErrorKind::unsupported,
                "the programs of `{}` were linked with this machine's libraries, and this machine "
                "allows no namespaces to show them these",
                deployed.name)
        .with_code("run.no-namespace")
        .with_help("deploy with `--output tree:FOLDER` instead");
  }
  return command_beside_root(deployed.path, std::move(argv), deployed.environment);
}

}  // namespace

bool is_unpacked_root(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::exists(folder / "etc/ld.so.cache", error);
}

Result<Deployed> open_deployed(const std::string& name) {
  if (name.starts_with("tree:")) return open_tree(name, name.substr(5));
  if (name.starts_with("oci:") || name.starts_with("oci-archive:")) return open_image(name);
  std::error_code error;
  if (std::filesystem::is_directory(name, error)) {
    if (std::filesystem::exists(std::filesystem::path(name) / "oci-layout", error))
      return open_image("oci:" + name);
    return open_tree(name, name);
  }
  if (const auto runtime = runtime_for(name); !runtime.empty()) {
    return fail(ErrorKind::unsupported,
                "`{}` is a root file system in one file, which container runtimes start", name)
        .with_code("deployed.root-file")
        .with_help(std::string(runtime));
  }
  if (std::filesystem::is_regular_file(name, error) && ::access(name.c_str(), X_OK) == 0) {
    return Deployed{.name = name, .path = std::filesystem::canonical(name, error)};
  }
  return fail(ErrorKind::not_found, "`{}` is neither a deployment, an image nor a program", name)
      .with_code("deployed.unknown")
      .with_help(
          "name a folder that `specialize` wrote, `oci:LAYOUT[:TAG]`, `oci-archive:FILE[:TAG]`, or "
          "an executable file");
}

Result<Deployed> open_deployment(const std::string& name) {
  XAAS_TRY(auto deployed, open_deployed(name));
  if (deployed.record) return deployed;
  return fail(ErrorKind::not_found, "`{}` is not a deployment: it has no record of one", name)
      .with_code("deployed.no-record")
      .with_help("name what `xaas-deploy specialize` wrote");
}

Result<Deployed> open_generic_of(const DeploymentRecord& record) {
  // Without points there is one image, which is there also where a copy left the IR behind.
  if (record.values.empty()) return open_deployed(record.reference);
  XAAS_TRY(const auto reference, parse_layout_reference(record.reference));
  XAAS_TRY(auto image, open_ir_image(reference));
  const auto& configurations = image.ir.configurations;
  const auto same = std::ranges::find(configurations, record.values, &Configuration::values);
  if (same == configurations.end()) {
    return fail(ErrorKind::not_found, "`{}` has no configuration `{}`", record.reference,
                record.configuration)
        .with_code("image.no-configuration")
        .with_help("it is not the image that the deployment was made from: name B");
  }
  const auto index = static_cast<std::size_t>(same - configurations.begin());
  XAAS_TRY(image, take_configuration(std::move(image), index));
  return unpacked(image.layout, image.generic,
                  fmt::format("{} ({})", record.reference, record.configuration));
}

Result<Command> command_for(const Deployed& deployed, const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = deployed.entrypoint;
  if (deployed.form == Deployed::Form::program) argv = {deployed.path.string()};
  const std::vector<std::string>& rest = arguments.empty() ? deployed.command : arguments;
  argv.insert(argv.end(), rest.begin(), rest.end());
  if (argv.empty()) {
    return fail(ErrorKind::invalid_input, "`{}` does not say which program to run", deployed.name)
        .with_code("run.no-program")
        .with_help("name it behind `--`");
  }
  if (deployed.form == Deployed::Form::image) return command_in_image(deployed, std::move(argv));
  Command command;
  if (deployed.form == Deployed::Form::tree) {
    argv.front() = program_in_tree(deployed.path, argv.front());
    add_environment(command, deployed.environment);
    XAAS_TRY(command.environment["PATH"], search_path_for(deployed));
  }
  command.argv = std::move(argv);
  return command;
}

Result<Command> shell_command_for(const Deployed& deployed, const std::string& line) {
  const std::vector<std::string> argv{"/bin/sh", "-c", line};
  if (deployed.form == Deployed::Form::image && can_enter_root())
    return command_in_root(deployed.path, argv, deployed.environment, deployed.bound);
  Command command{.argv = argv};
  add_environment(command, deployed.environment);
  XAAS_TRY(command.environment["PATH"], search_path_for(deployed));
  return command;
}

}  // namespace xaas
