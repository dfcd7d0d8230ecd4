// SPDX-License-Identifier: Apache-2.0
#include "build_configurations.hpp"

#include "build_plan.hpp"
#include "install_prefix.hpp"
#include "specialization_file.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// What a build takes from the environment without being told.
constexpr auto k_variables = std::to_array<const char*>({"PATH",
                                                         "CC",
                                                         "CXX",
                                                         "CPATH",
                                                         "C_INCLUDE_PATH",
                                                         "CPLUS_INCLUDE_PATH",
                                                         "LIBRARY_PATH",
                                                         "LD_LIBRARY_PATH",
                                                         "MAKEFLAGS",
                                                         "CFLAGS",
                                                         "CXXFLAGS",
                                                         "CPPFLAGS",
                                                         "FFLAGS",
                                                         "FCFLAGS",
                                                         "LDFLAGS",
                                                         "LIBS",
                                                         "FC",
                                                         "F77",
                                                         "F90",
                                                         "CMAKE_BUILD_TYPE",
                                                         "CMAKE_GENERATOR",
                                                         "CMAKE_PREFIX_PATH",
                                                         "PKG_CONFIG_PATH",
                                                         "SOURCE_DATE_EPOCH"});

/// A program that was not rid of the placeholder finds its files through a link.
void lead_to_prefix(ImageContent& content, const std::vector<InstalledFile>& installed,
                    const Install& install) {
  if (std::ranges::any_of(installed, &InstalledFile::has_pieces_of_placeholder))
    content.application[install.placeholder.substr(1)] = LayerLink{.target = install.prefix};
}

/// Names and contents of all files: an edited source is another source.
Result<Digest> digest_of_tree(const fs::path& folder) {
  XAAS_TRY(const auto files, list_tree(folder));
  DigestBuilder builder;
  for (const fs::path& file : files) {
    builder.update(file.string());
    std::error_code error;
    const auto status = fs::symlink_status(folder / file, error);
    if (fs::is_symlink(status)) {
      builder.update(fs::read_symlink(folder / file, error).string());
    } else if (fs::is_regular_file(status)) {
      XAAS_TRY(const Digest content, digest_of_file(folder / file));
      builder.update(content.hex());
      if ((status.permissions() & fs::perms::owner_exec) != fs::perms::none) builder.update("x");
    }
    builder.update("\n");
  }
  return builder.finish();
}

/// Builds and reads one configuration after the other.
class Builder {
 public:
  Builder(const IrOptions& options, const CapturePlan& plan, const Install& install,
          const WorkPlace& work, Progress& progress)
      : options_(options), plan_(plan), install_(install), work_(work), progress_(progress) {}

  Result<BuiltConfigurations> run() {
    BuiltConfigurations result;
    std::optional<Error> first_error;
    if (plan_.is_specialized && work_.stays) {
      XAAS_TRY(source_, digest_of_tree(options_.source));
    }
    for (const ConfigurationBuild& configuration : plan_.configurations) {
      auto built = build(configuration);
      if (built) {
        result.built.push_back(*std::move(built));
        continue;
      }
      Error error = std::move(built.error());
      if (plan_.is_specialized)
        error = std::move(error).while_doing("building " + configuration.name);
      const bool may_go_on = options_.keep_going && error.kind() == ErrorKind::build_failed;
      if (!may_go_on) return error;
      result.failed.push_back(
          {.name = configuration.name, .reason = describe_failure(configuration, error)});
      progress_.say(Progress::Level::warning,
                    fmt::format("{} will not be in the image: {}", configuration.name,
                                result.failed.back().reason));
      if (!first_error) first_error = std::move(error);
    }
    if (result.built.empty()) return *std::move(first_error);
    return result;
  }

 private:
  /// Why it failed, and where its output stays.
  [[nodiscard]] std::string describe_failure(const ConfigurationBuild& configuration,
                                             const Error& error) const {
    if (!work_.stays) return error.message();
    const fs::path failed =
        work_.path / "failed" / folder_of_build({}, configuration.name).filename();
    std::error_code ignored;
    fs::remove_all(failed, ignored);
    fs::create_directories(failed.parent_path(), ignored);
    fs::rename(work_.path / "current", failed, ignored);
    return fmt::format("{}; see `{}`", error.message(), (failed / "build.log").string());
  }

  Result<BuiltConfiguration> build(const ConfigurationBuild& configuration) {
    BuiltConfiguration built{.name = configuration.name, .values = configuration.values};
    XAAS_TRY(built.build, plan_.is_specialized
                              ? one_of_several(configuration)
                              : capture_build(request(configuration, work_.path), progress_));
    XAAS_CHECK(move_to_prefix(built.build.stage, install_));
    XAAS_CHECK(install_requested(built.build, install_.prefix, options_.products));
    XAAS_CHECK(move_behind_root_links(built.build.stage, root_links()));
    progress_.stage("reading the install tree");
    XAAS_TRY(built.installed, read_install_tree(built.build, install_));
    if (built.installed.empty()) return empty_install_tree(built.build);
    XAAS_TRY(auto scratch, TemporaryFolder::make(work_.path));
    XAAS_TRY(built.content, collect_image_content(built.build, options_.base, built.installed,
                                                  options_.includes, scratch.path()));
    lead_to_prefix(built.content, built.installed, install_);
    return built;
  }

  [[nodiscard]] BuildRequest request(const ConfigurationBuild& configuration,
                                     const fs::path& work) const {
    return {.source = options_.source,
            .work = work,
            .work_stays = work_.stays,
            .command = options_.command,
            .system = plan_.system,
            .prefix = install_.placeholder.empty() ? install_.prefix : install_.placeholder,
            .baseline = options_.baseline,
            .jobs = options_.jobs,
            .additions = configuration.additions,
            .compile_cache = plan_.is_specialized ? work_.path / "compiled" : fs::path()};
  }

  /// At the path at which all of them are built, and then moved away from it. What is installed is
  /// worked on as a copy: a later run needs it as the build left it.
  Result<BuildResult> one_of_several(const ConfigurationBuild& configuration) {
    const fs::path current = work_.path / "current";
    const fs::path place = folder_of_build(work_.path, configuration.name);
    std::error_code error;
    const Digest key = key_of(configuration);
    progress_.say(Progress::Level::note, configuration.name);
    auto kept = kept_build(place, key);
    if (!kept) {
      fs::remove_all(place, error);
      fs::remove_all(current, error);
      XAAS_TRY(kept, capture_build(request(configuration, current), progress_));
      XAAS_CHECK(move_build(*kept, place));
      if (work_.stays) XAAS_CHECK(keep_build(*kept, key));
    }
    const fs::path install = work_.path / "install" / place.filename();
    fs::remove_all(install, error);
    XAAS_CHECK(copy_tree(kept->stage, install));
    kept->stage = install;
    return *std::move(kept);
  }

  /// All that decides what a build makes.
  [[nodiscard]] Digest key_of(const ConfigurationBuild& configuration) const {
    std::vector<std::string> words{XAAS_VERSION,       XAAS_LLVM_VERSION,    source_.hex(),
                                   install_.prefix,    install_.placeholder, options_.baseline,
                                   configuration.name, name_of(plan_.system)};
    const BuildAdditions& additions = configuration.additions;
    for (const auto* list : {&options_.command, &additions.cmake, &additions.configure,
                             &additions.meson, &additions.make, &additions.steps}) {
      words.push_back(std::to_string(list->size()));
      words.insert(words.end(), list->begin(), list->end());
    }
    for (const auto& [name, value] : additions.environment)
      words.push_back(fmt::format("{}={}", name, value));
    for (const char* name : k_variables) {
      const auto value = environment_variable(name);
      words.push_back(value ? "=" + *value : "");
    }
    std::string key;
    for (const std::string& word : words) key += fmt::format("{}:{}", word.size(), word);
    return digest_of(key);
  }

  const IrOptions& options_;
  const CapturePlan& plan_;
  const Install& install_;
  const WorkPlace& work_;
  Progress& progress_;
  Digest source_;
};

}  // namespace

Result<CapturePlan> plan_capture(const IrOptions& options) {
  XAAS_TRY(const auto space, read_configurations(options.source, options.configurations,
                                                 baseline_of(options.baseline)));
  const Specialization& specialization = space.specialization;
  CapturePlan plan{.application = specialization.application,
                   .points = specialization.points,
                   .is_specialized = !specialization.file.empty()};
  for (const PointAssignment& values : space.configurations) {
    plan.configurations.push_back({.name = canonical_name(values),
                                   .values = values,
                                   .additions = additions_of(specialization, values)});
  }
  XAAS_TRY(plan.system, build_system_of(options.source, options.command, specialization));
  plan.warnings = warnings_of(specialization, space.narrowing, plan.system);
  return plan;
}

Result<BuiltConfigurations> build_configurations(const IrOptions& options, const CapturePlan& plan,
                                                 const Install& install, const WorkPlace& work,
                                                 Progress& progress) {
  return Builder(options, plan, install, work, progress).run();
}

}  // namespace xaas
