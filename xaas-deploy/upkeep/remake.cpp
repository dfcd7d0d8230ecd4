// SPDX-License-Identifier: Apache-2.0
#include "upkeep/remake.hpp"

#include "check/check.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// `--gpu` is for all targets of a deployment.
std::vector<std::string> gpu_settings(const Target& target) {
  const auto origin = target.origins.find("gpus");
  if (origin == target.origins.end() || origin->second != "user" || !target.gpus) return {};
  std::vector<std::string> words;
  for (const Gpu& gpu : *target.gpus)
    words.push_back(fmt::format("{}*{}", gpu.architecture, gpu.count));
  return words.empty() ? std::vector<std::string>{"none"} : words;
}

Error other_image(const DeploymentRecord& record, const LayoutReference& reference,
                  const Digest& there) {
  return fail(ErrorKind::mismatch,
              "`{}` holds another image now, with the IR {}; the deployment was made from {}",
              reference.str(), there.brief(), record.ir.brief())
      .with_code("refresh.other-image")
      .with_help("`--image` names the right one; `xaas-deploy specialize` deploys this one");
}

/// Of a layout's other tags the first that names the image: it may be called otherwise by now.
Result<LayoutReference> find_by_content(const DeploymentRecord& record,
                                        const LayoutReference& reference) {
  XAAS_TRY(const auto layout, Layout::open(reference));
  XAAS_TRY(const auto tags, layout.tags());
  for (const std::string& tag : tags) {
    LayoutReference other = reference;
    other.tag = tag;
    const auto image = open_ir_image(other);
    if (image && image->ir_descriptor.digest == record.ir) return other;
  }
  return fail(ErrorKind::not_found, "`{}` no longer holds the image", reference.str())
      .with_code("refresh.other-image");
}

Result<std::string> find_image(const DeploymentRecord& record, const std::string& named) {
  const auto doing = fmt::format("looking for the image of `{}`", record.application);
  const std::string& text = named.empty() ? record.reference : named;
  XAAS_TRY(const auto reference, while_doing(parse_layout_reference(text), doing));
  auto image = open_ir_image(reference);
  if (image && image->ir_descriptor.digest == record.ir) return reference.str();
  if (const auto other = find_by_content(record, reference)) return other->str();
  if (image) return other_image(record, reference, image->ir_descriptor.digest);
  return std::move(image.error())
      .while_doing(doing)
      .with_help("`--image` names it where it lies now");
}

/// On a login node `host` may be another processor than that of the nodes it was made on, and it
/// would become one for the login node.
Status check_host(const Target& recorded, const Target& host, const std::string& place) {
  const std::string job = job_command(host);
  if (job.empty() ||
      (recorded.cpu.name == host.cpu.name && recorded.cpu.features == host.cpu.features))
    return {};
  return fail(ErrorKind::incompatible,
              "it was made on a machine with `{}`, and this login node has `{}`", recorded.cpu.name,
              host.cpu.name)
      .with_code("refresh.login-node")
      .with_help(fmt::format("refresh it where it runs: `{} xaas-deploy refresh {}`", job, place));
}

Result<std::vector<std::string>> target_texts(const Deployed& deployed, MachineNow& machine,
                                              const fs::path& folder) {
  std::vector<std::string> texts;
  for (const DeployedTarget& part : deployed.record->targets) {
    if (part.view == k_generic_view) continue;
    if (part.target.name == "host") {
      XAAS_CHECK(check_host(part.target, machine.host(), deployed.path.string()));
      texts.emplace_back("host");
      continue;
    }
    Target target = machine.described(part.target).value_or(part.target);
    target.name = part.target.name;
    texts.push_back((folder / fmt::format("{}.json", texts.size())).string());
    XAAS_CHECK(write_file(texts.back(), print_target(target)));
  }
  return texts;
}

}  // namespace

SpecializeOptions settings_of(const DeploymentRecord& record) {
  const DeployedTarget& first = record.targets.front();
  SpecializeOptions options;
  options.gpus = gpu_settings(first.target);
  for (const auto& [point, value] : record.values)
    options.settings.push_back(fmt::format("{}={}", point, value));
  options.libraries = record.library_settings;
  options.plan.lto = record.lto == "full" ? LtoMode::full : LtoMode::thin;
  options.plan.numerics =
      first.numerics == "generic" ? NumericsMode::generic : NumericsMode::native;
  if (record.c_library_setting == "image") options.plan.tree_c_library = CLibrary::image;
  if (record.c_library_setting == "host") options.plan.tree_c_library = CLibrary::host;
  options.prefix = record.prefix;
  options.frame_pointers = record.frame_pointers;
  options.debug = record.debug_info;
  options.source = record.source;
  return options;
}

Result<Remake> prepare_remake(const Deployed& deployed, const RefreshOptions& options,
                              MachineNow& machine, const fs::path& folder) {
  const DeploymentRecord& record = *deployed.record;
  SpecializeOptions settings = settings_of(record);
  settings.cache = options.cache;
  settings.use_cache = options.use_cache;
  settings.jobs = options.jobs;
  XAAS_TRY(settings.image, find_image(record, options.image));
  XAAS_TRY(settings.targets, target_texts(deployed, machine, folder));
  XAAS_TRY(auto preparation, prepare(settings));
  // Another process may have given the tag to another image since.
  const Digest& ir = preparation.image.ir_descriptor.digest;
  if (ir != record.ir) return other_image(record, preparation.image.reference, ir);
  // It was chosen when the deployment was made first; here it is asked for.
  if (record.decision) {
    preparation.choice.reason = record.decision->reason;
    preparation.choice.rejected = record.decision->rejected;
  }
  return Remake{.options = std::move(settings), .preparation = std::move(preparation)};
}

}  // namespace xaas
