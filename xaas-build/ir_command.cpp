// SPDX-License-Identifier: Apache-2.0
#include "ir_command.hpp"

#include "build_configurations.hpp"
#include "capture_to_manifest.hpp"
#include "image_content.hpp"
#include "install_prefix.hpp"
#include "pack_image.hpp"
#include "report.hpp"
#include "unit_table.hpp"
#include "work_folder.hpp"

#include "xaas/capture/build.hpp"
#include "xaas/image/xaas_image.hpp"
#include "xaas/ir/prefix.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/site_profile.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

using Clock = std::chrono::steady_clock;

/// Some configurations are missing (docs/conventions.md).
constexpr int k_partial = 7;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Status check_prefix(const std::string& prefix) {
  const bool is_plain = prefix.starts_with('/') && without_padding(prefix) == prefix &&
                        !(prefix + "/").contains("/../") && prefix != "/";
  if (is_plain && prefix.size() <= placeholder_prefix().size()) return {};
  return fail(ErrorKind::invalid_input, "`--prefix {}` is no prefix for an image", prefix)
      .with_code("build.prefix")
      .with_help(fmt::format("name a folder by its absolute path, of at most {} characters, e.g. "
                             "`/opt/solver`",
                             placeholder_prefix().size()));
}

/// Refused before anything is built, not after an hour of it.
Status check_options(const IrOptions& options, const LayoutReference& output) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.source, error)) {
    return fail(ErrorKind::not_found, "the source folder `{}` does not exist",
                options.source.string())
        .with_code("build.no-source")
        .with_help("--source names the folder that the application's source tree begins at");
  }
  for (const LayoutReference& tag : tags_of(output))
    XAAS_CHECK(check_can_write(tag, options.force ? Replace::yes : Replace::no));
  for (const std::filesystem::path& include : options.includes) XAAS_CHECK(check_include(include));
  XAAS_CHECK(check_prefix(options.prefix));
  if (options.baseline.empty()) return {};
  auto baseline = target_of_cpu(options.baseline, native_architecture());
  if (!baseline) return std::move(baseline.error()).while_doing("reading --baseline");
  return {};
}

}  // namespace

Result<int> run_ir_command(const IrOptions& options) {
  const auto start = Clock::now();
  Progress progress("xaas-build",
                    options.quiet ? Progress::Style::quiet : Progress::Style::automatic);
  if (!options.events.empty()) XAAS_CHECK(progress.write_events_to(options.events));
  XAAS_TRY(const auto output, parse_layout_reference(options.output));
  XAAS_CHECK(check_options(options, output));
  XAAS_TRY(const IsaChoice isas, choose_isas(options.baseline, options.isas));
  XAAS_TRY(const auto plan, plan_capture(options));
  XAAS_TRY(const auto work_folder, WorkFolder::make(options, plan.is_specialized));
  const WorkPlace& work = work_folder.place();
  XAAS_TRY(const auto site, load_site_profile());
  const Install install{.prefix = options.prefix,
                        .placeholder = options.fixed_prefix ? "" : placeholder_prefix()};
  IrOptions settled = options;
  settled.jobs = options.jobs == 0 ? default_jobs(site) : options.jobs;
  XAAS_TRY(const auto configurations, build_configurations(settled, plan, install, work, progress));
  const BlobFolder blobs(work.path / "blobs");
  const ManifestRequest manifest_request{.configurations = &configurations.built,
                                         .blobs = &blobs,
                                         .application = plan.application,
                                         .points = plan.points,
                                         .isas = isas,
                                         .install = &install,
                                         .jobs = settled.jobs,
                                         .scratch = work.path};
  XAAS_TRY(const auto captured, make_manifest(manifest_request, progress));

  progress.stage("writing the image");
  const ImageSettings image_settings{.entrypoint = options.entrypoint,
                                     .environment = options.environment,
                                     .replace = options.force ? Replace::yes : Replace::no};
  std::vector<const ImageContent*> contents;
  contents.reserve(configurations.built.size());
  for (const BuiltConfiguration& built : configurations.built) contents.push_back(&built.content);
  XAAS_TRY(const auto packed,
           pack_image(captured.manifest, contents, blobs, image_settings, output));
  progress.finish();
  for (const std::string& warning : plan.warnings) progress.say(Progress::Level::warning, warning);
  for (const std::string& warning : captured.warnings)
    progress.say(Progress::Level::warning, warning);

  const BuildReport report{.manifest = packed.manifest,
                           .image = packed,
                           .output = output,
                           .configurations = configurations,
                           .total_seconds = seconds_since(start),
                           .warnings = captured.warnings};
  XAAS_CHECK(print_output(options.json    ? print_report_json(report)
                          : options.quiet ? packed.index.digest.str() + "\n"
                                          : print_report(report)));
  return configurations.failed.empty() ? 0 : k_partial;
}

}  // namespace xaas
