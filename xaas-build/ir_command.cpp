// SPDX-License-Identifier: Apache-2.0
#include "ir_command.hpp"

#include "capture_to_manifest.hpp"
#include "image_content.hpp"
#include "install_prefix.hpp"
#include "pack_image.hpp"
#include "report.hpp"
#include "unit_table.hpp"

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

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Where the capture works: the user's own folder with --keep, else one that goes away.
struct WorkFolder {
  std::optional<TemporaryFolder> temporary;
  std::filesystem::path path;
};

/// The file by which the folder is known as ours goes last: whoever is killed here can try again.
void remove_old_build(const std::filesystem::path& work) {
  const auto remove_but = [](const std::filesystem::path& folder, std::string_view kept) {
    std::error_code error;
    std::vector<std::filesystem::path> gone;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
      if (entry->path().filename() != kept) gone.push_back(entry->path());
    for (const auto& path : gone) std::filesystem::remove_all(path, error);
  };
  remove_but(work, "capture");
  remove_but(work / "capture", "settings.json");
  std::error_code error;
  std::filesystem::remove_all(work / "capture", error);
}

Result<WorkFolder> make_work_folder(const IrOptions& options) {
  WorkFolder work;
  std::error_code error;
  if (options.keep.empty()) {
    // Whole builds, of runs that were killed.
    remove_stale_temporaries();
    XAAS_TRY(auto folder, TemporaryFolder::make());
    work.path = folder.path();
    work.temporary = std::move(folder);
    return work;
  }
  work.path = std::filesystem::absolute(options.keep, error);
  const bool used =
      std::filesystem::exists(work.path, error) && !std::filesystem::is_empty(work.path, error);
  // --force empties what a run of ours left there, and nothing else: not a home folder.
  const bool ours = std::filesystem::exists(work.path / "capture/settings.json", error);
  if (used && !(options.force && ours)) {
    return fail(ErrorKind::invalid_input, "`--keep {}` names a folder that is not empty",
                options.keep.string())
        .with_code("build.keep-exists")
        .with_help(ours ? "name a new folder, or give --force to remove what is in it"
                        : "name a new folder: it holds other things than a build of xaas-build");
  }
  if (used) remove_old_build(work.path);
  XAAS_CHECK(make_folders(work.path));
  return work;
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

/// A program that was not rid of the placeholder finds its files through a link.
void lead_to_prefix(ImageContent& content, const std::vector<InstalledFile>& installed,
                    const Install& install) {
  if (std::ranges::any_of(installed, &InstalledFile::has_pieces_of_placeholder))
    content.application[install.placeholder.substr(1)] = LayerLink{.target = install.prefix};
}

}  // namespace

Result<int> run_ir_command(const IrOptions& options) {
  const auto start = Clock::now();
  Progress progress("xaas-build",
                    options.quiet ? Progress::Style::quiet : Progress::Style::automatic);
  if (!options.events.empty()) XAAS_CHECK(progress.write_events_to(options.events));
  XAAS_TRY(const auto output, parse_layout_reference(options.output));
  XAAS_CHECK(check_options(options, output));
  XAAS_TRY(const auto work, make_work_folder(options));
  XAAS_TRY(const auto site, load_site_profile());
  const unsigned jobs = options.jobs == 0 ? default_jobs(site) : options.jobs;

  const Install install{.prefix = options.prefix,
                        .placeholder = options.fixed_prefix ? "" : placeholder_prefix()};
  const BuildRequest request{
      .source = options.source,
      .work = work.path,
      .work_stays = !work.temporary,
      .command = options.command,
      .prefix = install.placeholder.empty() ? install.prefix : install.placeholder,
      .baseline = options.baseline,
      .jobs = jobs};
  XAAS_TRY(const auto build, capture_build(request, progress));
  XAAS_CHECK(move_to_prefix(build.stage, install));
  XAAS_CHECK(install_requested(build, install.prefix, options.products));
  XAAS_CHECK(move_behind_root_links(build.stage, root_links()));

  progress.stage("reading the install tree");
  XAAS_TRY(const auto installed, read_install_tree(build, install));
  if (installed.empty()) return empty_install_tree(build);
  XAAS_TRY(auto scratch, TemporaryFolder::make(work.path));
  XAAS_TRY(auto content,
           collect_image_content(build, options.base, installed, options.includes, scratch.path()));
  lead_to_prefix(content, installed, install);
  const BlobFolder blobs(work.path / "blobs");
  const ManifestRequest manifest_request{.build = &build,
                                         .installed = &installed,
                                         .content = &content,
                                         .blobs = &blobs,
                                         .baseline = options.baseline,
                                         .install = &install,
                                         .jobs = jobs};
  XAAS_TRY(const auto captured, make_manifest(manifest_request, progress));

  progress.stage("writing the image");
  const ImageSettings settings{.entrypoint = options.entrypoint,
                               .environment = options.environment,
                               .replace = options.force ? Replace::yes : Replace::no};
  XAAS_TRY(const auto packed, pack_image(captured.manifest, content, blobs, settings, output));
  progress.finish();
  for (const std::string& warning : captured.warnings)
    progress.say(Progress::Level::warning, warning);

  const BuildReport report{.manifest = captured.manifest,
                           .image = packed,
                           .output = output,
                           .build_seconds = build.seconds,
                           .total_seconds = seconds_since(start),
                           .warnings = captured.warnings};
  XAAS_CHECK(print_output(options.json    ? print_report_json(report)
                          : options.quiet ? packed.index.digest.str() + "\n"
                                          : print_report(report)));
  return 0;
}

}  // namespace xaas
