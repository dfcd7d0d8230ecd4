// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/build.hpp"

#include "build_steps.hpp"
#include "fixed_path.hpp"
#include "settings.hpp"
#include "tools_folder.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_lines_shown = 20;

/// Counts the wrapper's records while a step runs, for the progress line.
class Watcher {
 public:
  Watcher(fs::path log, Progress& progress)
      : thread_([this, log = std::move(log), &progress](const std::stop_token& stop) {
          watch(log, progress, stop);
        }) {}

 private:
  void watch(const fs::path& log, Progress& progress, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    std::size_t seen = count(log);
    while (!stop.stop_requested()) {
      wake_.wait_for(lock, stop, std::chrono::milliseconds(500), [] { return false; });
      for (const std::size_t now = count(log); seen < now; ++seen) progress.step();
    }
  }

  static std::size_t count(const fs::path& log) {
    std::error_code error;
    std::size_t files = 0;
    for (fs::directory_iterator entry(log, error), end; !error && entry != end;
         entry.increment(error))
      ++files;
    return files;
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

std::string last_lines(const fs::path& file) {
  const auto text = read_file(file);
  if (!text) return {};
  std::size_t begin = text->size();
  if (text->ends_with('\n')) --begin;
  for (std::size_t lines = 0; begin > 0; --begin)
    if ((*text)[begin - 1] == '\n' && ++lines == k_lines_shown) break;
  return text->substr(begin);
}

/// A full disk may have kept the build from saying that it is full: its log lies there too.
std::string hint_about_room(const fs::path& work) {
  constexpr std::uintmax_t k_little = std::uintmax_t{16} << 20;
  std::error_code error;
  const auto space = fs::space(work, error);
  if (error || space.available >= k_little) return {};
  return fmt::format("only {} are free in `{}`: name a larger place with TMPDIR or `--keep`; ",
                     human_bytes(space.available), work.string());
}

/// One build: where it lies, what it runs with.
class Build {
 public:
  Build(const BuildRequest& request, BuildSystem system, fs::path work, Progress& progress)
      : request_(request), system_(system), work_(std::move(work)), progress_(progress) {}

  Result<BuildResult> run_to_end();

 private:
  Status prepare();
  Status run_steps();
  Status run_make_install();
  Status run_step(const BuildStep& step);
  Result<MakefileFacts> ask_makefile() const;
  [[nodiscard]] Command command_for(const BuildStep& step) const;
  [[nodiscard]] Error failure_of(const BuildStep& step, int code) const;

  const BuildRequest& request_;
  BuildSystem system_;
  fs::path work_;
  Progress& progress_;
  std::optional<FixedPath> fixed_;
  BuildPlaces places_;  // as the build sees them
  std::map<std::string, std::string> environment_;
  std::string compiler_;
  double compile_seconds_ = 0;
};

/// No folder of this build may end up in __FILE__ or debug information; names below them are the
/// same everywhere. Debuggers need them absolute: a name may count from where the compiler ran.
/// The compiler's own headers likewise, wherever it lies.
std::vector<std::string> prefix_map_flags(const BuildPlaces& places, const std::string& tools) {
  std::vector<std::string> flags;
  if (!tools.empty())
    flags.push_back(fmt::format("-ffile-prefix-map={}/={}/", tools, k_tools_prefix));
  flags.push_back("-ffile-prefix-map=" + places.source + "=.");
  flags.push_back("-ffile-prefix-map=" + places.source + "/=");
  const bool is_apart = places.build != places.source;
  if (is_apart) {
    flags.push_back("-ffile-prefix-map=" + places.build + "=build");
    flags.push_back("-ffile-prefix-map=" + places.build + "/=build/");
  }
  // Of several that fit, the compiler takes the last.
  flags.push_back(fmt::format("-fdebug-prefix-map={}={}", places.source, k_source_in_debug_info));
  if (is_apart)
    flags.push_back(fmt::format("-fdebug-prefix-map={}={}", places.build, k_build_in_debug_info));
  return flags;
}

Status Build::prepare() {
  fixed_ = FixedPath::try_for(work_.string());
  places_ = build_places(fixed_ ? k_fixed_folder : work_.string(), system_);
  const BuildPlaces here = build_places(work_.string(), system_);
  const ToolPlaces tool_places = xaas::tool_places();
  XAAS_TRY(WrapperSettings settings,
           find_real_tools(tool_places, request_.baseline.empty() ? architecture_baseline()
                                                                  : request_.baseline));
  compiler_ = settings.c_compiler;
  settings.root = places_.root;
  settings.compile_cache = request_.compile_cache.string();
  if (!settings.compile_cache.empty()) XAAS_CHECK(describe_compilers(settings));
  settings.prefix_map_flags = prefix_map_flags(places_, tarball_of_tool(compiler_).string());
  environment_ = build_environment(system_, request_, places_, settings);
  for (const auto& [name, value] : environment_)
    settings.environment.push_back(fmt::format("{}={}", name, value));
  // The first file in the folder: by it a later run knows what a killed one left.
  XAAS_CHECK(write_file(here.capture + "/settings.json", print_settings(settings)));
  XAAS_TRY(const fs::path installed, installed_wrapper());
  XAAS_CHECK(make_tools_folder(here.tools, settings, tool_places,
                               request_.wrapper.empty() ? installed : request_.wrapper));
  progress_.stage("copying the source tree");
  XAAS_CHECK(copy_tree(request_.source, here.source));
  for (const std::string& folder : {here.build, here.stage, here.capture + "/log",
                                    here.capture + "/store", here.capture + "/tmp"})
    XAAS_CHECK(make_folders(folder));
  return {};
}

Command Build::command_for(const BuildStep& step) const {
  Command command{.argv = step.argv, .environment = environment_};
  for (const auto& [name, value] : step.environment) command.environment[name] = value;
  // Of a make that runs us: its job server is not ours.
  command.unset = {"MAKEFLAGS", "MFLAGS", "GNUMAKEFLAGS", "MAKELEVEL"};
  command.ends_with_us = true;
  if (fixed_) {
    command.in_child = fixed_->entering(step.folder);
  } else {
    command.folder = step.folder;
  }
  return command;
}

Error Build::failure_of(const BuildStep& step, int code) const {
  const fs::path log = work_ / "build.log";
  const std::string ending = last_lines(log);
  return fail(ErrorKind::build_failed, "the build's `{}` ended with code {}",
              shell_quoted(step.argv), code)
      .with_code("build.failed")
      .with_exit_code(code)
      .while_doing(step.title)
      .with_help(hint_about_room(work_) +
                 (request_.work_stays
                      ? fmt::format("everything it printed is in `{}`, which ends with:\n{}",
                                    log.string(), ending)
                      : fmt::format("all of its output stays with `--keep DIR`; it ends with:\n{}",
                                    ending)));
}

Status Build::run_step(const BuildStep& step) {
  progress_.stage(step.title);
  Command command = command_for(step);
  command.output = Command::Output::to_file;
  command.output_file = work_ / "build.log";
  command.errors = Command::Errors::with_output;
  const Watcher watcher(work_ / "capture/log", progress_);
  XAAS_TRY(const Outcome outcome, while_doing(run(command), step.title));
  if (step.compiles) compile_seconds_ += outcome.usage.wall_seconds;
  if (!outcome.succeeded()) return failure_of(step, outcome.exit_code);
  return {};
}

/// The values that a Makefile gives to CC and CXX when ours are in the environment.
Result<MakefileFacts> Build::ask_makefile() const {
  MakefileFacts facts;
  for (auto& [variable, value] :
       {std::pair<const char*, std::string*>{"CC", &facts.cc}, {"CXX", &facts.cxx}}) {
    const std::string rule = fmt::format("xaas-ask:;@echo '$({})'", variable);
    const Command command =
        command_for({.title = {},
                     .argv = {"make", "-s", "--no-print-directory", "--eval=" + rule, "xaas-ask"},
                     .folder = places_.source,
                     .environment = {}});
    XAAS_TRY(const Outcome outcome, run(command));
    if (outcome.succeeded()) *value = first_line(outcome.output);
  }
  return facts;
}

Status Build::run_make_install() {
  XAAS_TRY(const MakefileFacts makefile, ask_makefile());
  BuildStep step = make_step(request_, places_, makefile, {"install", "DESTDIR=" + places_.stage});
  BuildStep trial = step;
  trial.argv.insert(trial.argv.begin() + 1, "-n");
  XAAS_TRY(const Outcome outcome, run(command_for(trial)));
  // No such target: what to install, the user says with --product.
  if (!outcome.succeeded()) return {};
  step.title = "installing with make";
  step.compiles = false;
  return run_step(step);
}

Status Build::run_steps() {
  MakefileFacts makefile;
  if (system_ == BuildSystem::make) {
    XAAS_TRY(makefile, ask_makefile());
  }
  for (const BuildStep& step : build_steps(system_, request_, places_, makefile))
    XAAS_CHECK(run_step(step));
  if (system_ == BuildSystem::make) XAAS_CHECK(run_make_install());
  return {};
}

Result<BuildResult> Build::run_to_end() {
  XAAS_CHECK(prepare());
  const auto start = std::chrono::steady_clock::now();
  XAAS_CHECK(run_steps());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::error_code error;
  fs::remove_all(work_ / "capture/tmp", error);
  BuildResult result{.system = system_,
                     .log = {},
                     .source = places_.source,
                     .build = places_.build,
                     .stage = work_ / "stage",
                     .store = work_ / "capture/store",
                     .build_log = work_ / "build.log",
                     .seen_paths = {{places_.root, work_}},
                     .compiler = compiler_,
                     .tools = tarball_of_tool(compiler_),
                     .fixed_path = fixed_.has_value(),
                     .seconds = seconds.count(),
                     .compile_seconds = compile_seconds_};
  XAAS_TRY(result.log, read_capture_log(work_ / "capture"));
  return result;
}

Status check_work_folder(const fs::path& work) {
  std::error_code error;
  for (const char* part : {"source", "build", "stage", "tools", "capture", "build.log"}) {
    if (!fs::exists(work / part, error)) continue;
    return fail(ErrorKind::invalid_input, "the work folder `{}` already holds `{}`", work.string(),
                part)
        .with_code("build.work-in-use")
        .with_help("a build starts in a folder of its own: name another, or remove this one");
  }
  return {};
}

}  // namespace

std::string name_of(BuildSystem system) {
  switch (system) {
    case BuildSystem::cmake:
      return "cmake";
    case BuildSystem::meson:
      return "meson";
    case BuildSystem::configure:
      return "configure";
    case BuildSystem::make:
      return "make";
    case BuildSystem::command:
      break;
  }
  return "command";
}

Status check_source_folder(const fs::path& source) {
  std::error_code error;
  if (fs::is_directory(source, error)) return {};
  return fail(ErrorKind::invalid_input, "the source tree `{}` is not a folder", source.string())
      .with_code("build.no-source");
}

Result<std::vector<BuildSystem>> recognize_build_systems(const fs::path& source) {
  XAAS_CHECK(check_source_folder(source));
  std::error_code error;
  const auto has = [&](const char* name) { return fs::is_regular_file(source / name, error); };
  std::vector<BuildSystem> systems;
  if (has("CMakeLists.txt")) systems.push_back(BuildSystem::cmake);
  if (has("meson.build")) systems.push_back(BuildSystem::meson);
  if (has("configure") && ::access((source / "configure").c_str(), X_OK) == 0)
    systems.push_back(BuildSystem::configure);
  if (has("GNUmakefile") || has("makefile") || has("Makefile"))
    systems.push_back(BuildSystem::make);
  if (!systems.empty()) return systems;
  return fail(ErrorKind::invalid_input, "`{}` has no build system that we recognize",
              source.string())
      .with_code("build.not-recognized")
      .with_help(
          "looked for CMakeLists.txt, meson.build, an executable configure and a Makefile; "
          "give the build command after `--`");
}

Result<BuildResult> capture_build(const BuildRequest& request, Progress& progress) {
  XAAS_CHECK(check_source_folder(request.source));
  BuildSystem system = BuildSystem::command;
  if (request.command.empty()) {
    XAAS_TRY(const auto systems, recognize_build_systems(request.source));
    system = request.system.value_or(systems.front());
  }
  XAAS_CHECK(make_folders(request.work));
  std::error_code error;
  fs::path work = fs::canonical(request.work, error);
  if (error) work = fs::absolute(request.work, error);
  XAAS_CHECK(check_work_folder(work));
  return Build(request, system, work, progress).run_to_end();
}

}  // namespace xaas
