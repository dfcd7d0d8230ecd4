// SPDX-License-Identifier: Apache-2.0

// Scripts for sh(1) that run an image by a container runtime. Where the runtime takes no layout,
// the first call makes what it takes, beside its place, and moves it there: of ranks that start at
// once each finds nothing or all of it.

#include "export/export.hpp"

#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace xaas {
namespace {

using Kind = ExportSubject::Kind;

constexpr std::string_view k_write_image =
    "write the deployment as an image: `xaas-deploy specialize IMAGE --output oci:LAYOUT`";

constexpr const char* k_prepare =
    "XAAS_PREPARE=1 sh FILE does no more than that, before ranks start";

std::string in_sh(const std::string& word) {
  return shell_quoted({word});
}

/// "oci:/apps/heat:here". Tools part it at `:`.
Result<std::string> image_reference(const ExportSubject& subject) {
  const std::string path = subject.path.string();
  if (path.contains(':')) {
    return fail(ErrorKind::invalid_input, "`{}` has a `:`, at which tools part a reference", path)
        .with_code("export.path")
        .with_help("give it another name, or a link that leads to it");
  }
  return fmt::format("{}:{}:{}", subject.kind == Kind::layout ? "oci" : "oci-archive", path,
                     subject.tag);
}

std::string script(const ExportSubject& subject, std::string_view what,
                   const std::vector<std::string>& usage, std::string_view body) {
  return fmt::format("#!/bin/sh\n{}set -eu\n{}", export_header(subject, "#", what, usage), body);
}

std::string ranks_by(const ExportSubject& subject, std::string_view options) {
  if (!subject.mpi) return "run it: sh FILE [ARGUMENTS]";
  std::string launcher = subject.mpi->launcher;
  if (launcher.empty()) launcher = "mpiexec";
  return fmt::format("run it: {} {}-n 2 sh FILE [ARGUMENTS]", in_sh(launcher),
                     subject.mpi->abi == "mpich" ? options : std::string_view());
}

/// Lines that make `$image` where it is not there yet: `make` writes `$work/made`.
std::string made_once(const ExportSubject& subject, std::string_view extension,
                      std::string_view make) {
  const auto digest = subject.digest.substr(subject.digest.find(':') + 1, 12);
  const auto place =
      subject.path.parent_path() / fmt::format("{}-{}{}", plain_name(subject), digest, extension);
  return fmt::format(
      "image=${{XAAS_IMAGE:-}}\n"
      "[ -n \"$image\" ] || image={}\n"
      "if [ ! -e \"$image\" ]; then\n"
      "  work=$(mktemp -d \"$image.XXXXXX\")\n"
      "  trap 'rm -rf \"$work\"' EXIT\n"
      "  {}\n"
      "  mv -T \"$work/made\" \"$image\" 2> /dev/null || [ -e \"$image\" ]\n"
      "  rm -rf \"$work\"\n"
      "  trap - EXIT\n"
      "fi\n"
      "[ -z \"${{XAAS_PREPARE:-}}\" ] || exit 0\n",
      in_sh(place.string()), make);
}

/// `exec WORDS IMAGE "$@"`, a line for each option.
std::string call(const std::vector<std::vector<std::string>>& options, std::string_view image) {
  std::string text = "exec";
  for (const auto& words : options)
    text += fmt::format("{}{}", text == "exec" ? " " : " \\\n  ", shell_quoted(words));
  return fmt::format("{} \\\n  {}\n", text, image);
}

}  // namespace

Result<std::vector<std::vector<std::string>>> apptainer_options(const ExportSubject& subject) {
  std::vector<std::vector<std::string>> options{{"apptainer", "run"}};
  const std::string gpu = needed_gpu(subject);
  if (gpu == "cuda") options.push_back({"--nv"});
  if (gpu == "hip") options.push_back({"--rocm"});
  XAAS_TRY(const auto paths, paths_to_bind(subject));
  for (const std::string& path : paths) options.push_back({"--bind", path});
  for (const auto& [name, value] : container_settings(subject))
    options.push_back({"--env", fmt::format("{}={}", name, value)});
  return options;
}

Result<std::string> export_apptainer(const ExportSubject& subject) {
  if (subject.kind == Kind::tree) return wrong_kind(subject, "Apptainer", k_write_image);
  XAAS_TRY(const auto options, apptainer_options(subject));
  std::vector<std::string> usage{ranks_by(subject, "")};
  if (subject.kind == Kind::sif || subject.kind == Kind::squashfs) {
    return script(subject, "in Apptainer", usage,
                  call(options, in_sh(subject.path.string()) + " \"$@\""));
  }
  XAAS_TRY(const auto reference, image_reference(subject));
  usage.emplace_back("the first call makes a SIF file beside the image, or XAAS_IMAGE=FILE.sif");
  usage.emplace_back(k_prepare);
  return script(subject, "in Apptainer", usage,
                made_once(subject, ".sif", "apptainer build \"$work/made\" " + in_sh(reference)) +
                    call(options, R"("$image" "$@")"));
}

namespace {

/// What a folder has to have for ch-run(1) to bind something there.
std::string mount_points(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) {
    const std::string place = "\"$image\"" + in_sh(path);
    const auto folder = path.substr(0, path.rfind('/'));
    text += fmt::format(
        "[ -e {0} ] || if [ -d {1} ]; then mkdir -p {0}; else mkdir -p \"$image\"{2}; : > {0}; "
        "fi\n",
        place, in_sh(path), in_sh(folder));
  }
  return text;
}

std::string make_folder(const ExportSubject& subject, const std::string& reference) {
  std::string make;
  if (subject.kind == Kind::squashfs) {
    make =
        fmt::format("ch-convert -i squash -o dir {} \"$work/made\"", in_sh(subject.path.string()));
  } else {
    make = fmt::format(
        "umoci unpack --rootless --image {} \"$work/bundle\"\n"
        "  mv \"$work/bundle/rootfs\" \"$work/made\"",
        in_sh(reference));
  }
  // NVIDIA's driver comes from the machine that it is made on.
  if (needed_gpu(subject) == "cuda") make += "\n  ch-fromhost --nvidia \"$work/made\"";
  return make;
}

std::string program_words(const ExportSubject& subject) {
  return subject.program.empty() ? "\"$@\"" : shell_quoted(subject.program) + " \"$@\"";
}

}  // namespace

Result<std::string> export_charliecloud(const ExportSubject& subject) {
  if (subject.kind != Kind::layout && subject.kind != Kind::squashfs) {
    return wrong_kind(subject, "Charliecloud",
                      "write it as an image, `--output oci:LAYOUT`, or as `--output sqsh:FILE`");
  }
  std::string reference;
  if (subject.kind == Kind::layout) {
    XAAS_TRY(reference, image_reference(subject));
    reference = reference.substr(reference.find(':') + 1);
  }
  XAAS_TRY(const auto paths, paths_to_bind(subject));
  std::vector<std::vector<std::string>> options{{"ch-run"}};
  for (const std::string& path : paths) options.push_back({"--bind", path});
  auto settings = subject.settings;
  for (const auto& [name, value] : container_settings(subject)) settings[name] = value;
  options.push_back({"--env-no-expand"});
  for (const auto& [name, value] : settings)
    options.push_back({fmt::format("--set-env={}={}", name, value)});
  const std::string here = "\"$image$PWD\"";
  const std::string body =
      default_arguments(subject) + made_once(subject, "", make_folder(subject, reference)) +
      mount_points(paths) + fmt::format("[ -d {0} ] || mkdir -p {0}\n", here) +
      // ch-run asks for it where nobody has logged in.
      "export USER=\"${USER:-$(id -un)}\"\n" +
      call(options, R"(--bind "$PWD" --cd "$PWD" "$image" -- )" + program_words(subject));
  return script(subject, "in Charliecloud",
                {ranks_by(subject, ""),
                 "the first call makes a folder beside the image, or XAAS_IMAGE=FOLDER", k_prepare,
                 "ranks that read each other's memory by other means than UCX's: ch-run --join"},
                body);
}

namespace {

/// podman(1) makes a name of the path, and names have no capitals.
Status check_podman_name(const ExportSubject& subject) {
  const std::string name = subject.path.filename();
  const bool is_name =
      !name.empty() && is_alphanumeric(name.front()) && is_alphanumeric(name.back()) &&
      std::ranges::all_of(name, [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || std::string_view("._-").contains(c);
      });
  if (is_name) return {};
  return fail(ErrorKind::invalid_input,
              "podman takes no image from `{}`: it makes a name of it, which may have no more than "
              "small letters, digits, `.`, `_` and `-`",
              name)
      .with_code("export.path")
      .with_help("export a link to it: `ln -s` it to another name");
}

std::vector<std::vector<std::string>> podman_options(const ExportSubject& subject) {
  std::vector<std::vector<std::string>> options{{"podman", "run", "--rm", "--network=host"}};
  // A launcher outside speaks to ranks by variables, shared memory and sockets in /tmp.
  if (subject.mpi) {
    options.push_back({"--env-host", "--pid=host", "--ipc=host", "--volume=/tmp:/tmp"});
  }
  const std::string gpu = needed_gpu(subject);
  if (gpu == "cuda") options.push_back({"--device=nvidia.com/gpu=all"});
  if (gpu == "hip") options.push_back({"--device=/dev/kfd", "--device=/dev/dri"});
  if (gpu == "level-zero") options.push_back({"--device=/dev/dri"});
  return options;
}

}  // namespace

Result<std::string> export_podman(const ExportSubject& subject) {
  if (subject.kind != Kind::layout && subject.kind != Kind::archive)
    return wrong_kind(subject, "podman", k_write_image);
  XAAS_CHECK(check_podman_name(subject));
  XAAS_TRY(const auto reference, image_reference(subject));
  auto options = podman_options(subject);
  XAAS_TRY(const auto paths, paths_to_bind(subject));
  for (const std::string& path : paths) options.push_back({fmt::format("--volume={0}:{0}", path)});
  auto settings = container_settings(subject);
  // The host's environment comes after the image's.
  if (subject.mpi) settings.insert(subject.settings.begin(), subject.settings.end());
  for (const auto& [name, value] : settings)
    options.push_back({fmt::format("--env={}={}", name, value)});
  const auto slash = reference.rfind('/');
  const auto colon = reference.find(':');
  const std::string local = reference.substr(0, colon + 1) + reference.substr(slash + 1);
  const std::string body = fmt::format(
      "here=$PWD\ncd {}\n{}", in_sh(subject.path.parent_path().string()),
      call(options,
           fmt::format(R"(--volume="$here:$here" --workdir="$here" {} "$@")", in_sh(local))));
  std::vector<std::string> usage{ranks_by(subject, "-pmi-port ")};
  if (needed_gpu(subject) == "cuda")
    usage.emplace_back("the GPUs are described to it by `nvidia-ctk cdi generate`, see /etc/cdi");
  return script(subject, "in podman", usage, body);
}

}  // namespace xaas
