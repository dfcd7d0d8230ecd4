// SPDX-License-Identifier: Apache-2.0

// A modulefile is a program, and what it does depends on the site, the user and the modules that
// are loaded already. Where a user says which one to load, the module system itself is asked.

#include "xaas/targets/module_environment.hpp"

#include "host_probe.hpp"
#include "library_search.hpp"

#include "xaas/support/process.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

/// Modules lie on a network's file system, and may load a dozen others.
constexpr std::chrono::milliseconds k_longest_load{20000};
constexpr int k_no_module_command = 127;
constexpr std::string_view k_mark{"\0xaas-environment\0", 18};

/// A profile may print whatever it wants: what counts stands behind marks. The function `module`
/// comes with the environment, from the module system's own file, or from a login shell's profile.
constexpr const char* k_script = R"sh(
if ! type module; then
  for home in "$LMOD_PKG" "$MODULESHOME"; do
    if [ -r "$home/init/bash" ]; then . "$home/init/bash"; break; fi
  done
fi > /dev/null 2>&1
type module > /dev/null 2>&1 || exit 127
mark() { printf '\0xaas-environment\0'; }
mark; /usr/bin/env -0; mark >&2
module load "$@" || exit 1
mark; /usr/bin/env -0
)sh";

Result<Outcome> run_script(const std::vector<std::string>& names, const char* option,
                           std::chrono::milliseconds limit) {
  std::vector<std::string> argv{"bash", option, k_script, "bash"};
  argv.insert(argv.end(), names.begin(), names.end());
  return run({.argv = std::move(argv), .time_limit = limit, .ends_with_us = true});
}

/// Behind the mark that comes first, which is taken off with what is before it.
std::string_view behind_mark(std::string_view text) {
  const auto at = text.find(k_mark);
  return at == text.npos ? std::string_view() : text.substr(at + k_mark.size());
}

/// On one line, and no more than somebody reads.
std::string words_of(std::string_view text) {
  static constexpr std::size_t k_longest = 500;
  std::string words;
  for (const char letter : text) {
    if (words.size() == k_longest) return words + " ...";
    const bool is_space = letter == ' ' || letter == '\n' || letter == '\t' || letter == '\r';
    if (!is_space) {
      words += letter;
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

Error not_loaded(const std::vector<std::string>& names, std::string_view what,
                 const Outcome& outcome) {
  const std::string said = words_of(behind_mark(outcome.errors));
  return fail(ErrorKind::tool_failed, "`module load {}` {}", fmt::join(names, " "), what)
      .with_code("detect.module")
      .with_help(said.empty() ? "`module avail` lists the modules that can be loaded"
                              : "it said: " + said);
}

std::string value_in(const std::map<std::string, std::string>& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "" : found->second;
}

/// What lies in a folder that loading added needs the modules, even where it does not show which
/// of them added it.
template <class Library>
void note_modules(const std::set<std::string>& added, const std::string& modules,
                  std::optional<std::vector<Library>>& libraries, std::string& origin) {
  if (!libraries) return;
  for (Library& library : *libraries) {
    if (library.module.empty() && added.contains(std::string(folder_in(library.path))))
      library.module = modules;
    if (!library.module.empty() && !origin.contains("module")) origin += ", module";
  }
}

}  // namespace

Result<ModuleEnvironment> load_modules(const std::vector<std::string>& names,
                                       std::chrono::milliseconds limit) {
  std::optional<Outcome> outcome;
  for (const char* option : {"-c", "-lc"}) {
    auto ran = run_script(names, option, limit);
    if (!ran) break;  // there is no bash
    outcome = *std::move(ran);
    if (outcome->exit_code != k_no_module_command) break;
  }
  if (!outcome || outcome->exit_code == k_no_module_command) {
    return fail(ErrorKind::not_found, "this machine has no `module` command")
        .with_code("detect.no-modules")
        .with_help(
            "--module needs Environment Modules or Lmod in a `bash -l`; elsewhere, run `detect` "
            "with LD_LIBRARY_PATH set as jobs have it");
  }
  if (outcome->timed_out) {
    return not_loaded(names,
                      fmt::format("did not come to an end within {} s",
                                  std::chrono::ceil<std::chrono::seconds>(limit).count()),
                      *outcome);
  }
  const std::string_view before = behind_mark(outcome->output);
  const std::string_view after = behind_mark(before);
  if (!outcome->succeeded() || after.empty())
    return not_loaded(names, fmt::format("ended with {}", outcome->exit_code), *outcome);
  ModuleEnvironment environment{.before = variables_in(before.substr(0, before.find(k_mark))),
                                .after = variables_in(after)};
  // Environment Modules 3 says what is wrong, and ends with 0.
  if (value_in(environment.before, "LOADEDMODULES") ==
          value_in(environment.after, "LOADEDMODULES") &&
      !behind_mark(outcome->errors).empty())
    return not_loaded(names, "loaded nothing", *outcome);
  return environment;
}

Result<Target> detect_with_modules(const std::vector<std::string>& names) {
  XAAS_TRY(const auto environment, load_modules(names, k_longest_load));
  Target target = detect_target(*live_host_with(environment.after));
  std::set<std::string> added;
  for (std::string& folder : absolute_folders_in(value_in(environment.after, "LD_LIBRARY_PATH")))
    added.insert(std::move(folder));
  for (const std::string& folder :
       absolute_folders_in(value_in(environment.before, "LD_LIBRARY_PATH")))
    added.erase(folder);
  const std::string modules = fmt::format("{}", fmt::join(names, " "));
  note_modules(added, modules, target.mpi, target.origins["mpi"]);
  note_modules(added, modules, target.blas, target.origins["blas"]);
  note_modules(added, modules, target.fft, target.origins["fft"]);
  std::erase_if(target.origins, [](const auto& origin) { return origin.second.empty(); });
  return target;
}

}  // namespace xaas
