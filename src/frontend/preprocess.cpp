// SPDX-License-Identifier: Apache-2.0
#include "preprocess.hpp"

#include "compiler_headers.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// Which macros a text consults, the preprocessor itself says: Clang warns at each use of a macro
// that is marked as deprecated, be it in `#if`, `#ifdef`, `defined` or the text.

namespace xaas {
namespace {

constexpr std::string_view k_reason = "asked";

// The unit's own choice of warnings must not hide ours, nor make errors of them.
constexpr auto k_only_our_warnings = std::to_array<const char*>(
    {"-Wno-error", "-Wno-everything", "-Wdeprecated-pragma", "-Wsystem-headers", "-ferror-limit=0",
     "-fno-caret-diagnostics", "-fno-color-diagnostics", "-fno-diagnostics-show-note-include-stack",
     "-fdiagnostics-format=clang"});

bool is_silencer(const std::string& argument) {
  return argument == "-w" || argument == "--no-warnings";
}

Digest bare_digest(std::string_view text) {
  DigestBuilder builder;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty() || is_line_marker(line)) continue;
    builder.update(line);
    builder.update("\n");
  }
  return builder.finish();
}

}  // namespace

std::string marked_macros(const std::set<std::string>& macros, Undefined undefined) {
  std::string text;
  for (const std::string& name : macros) {
    text += undefined == Undefined::define
                ? fmt::format("#ifndef {0}\n#define {0} 1\n#endif\n", name)
                : fmt::format("#ifdef {}\n", name);
    text += fmt::format("#pragma clang deprecated({}, \"{}\")\n", name, k_reason);
    if (undefined == Undefined::leave) text += "#endif\n";
  }
  return text;
}

void Asks::add(const Asks& more) {
  own.insert(more.own.begin(), more.own.end());
  compiler.insert(more.compiler.begin(), more.compiler.end());
}

std::vector<std::string> marked_command(const CompileCommand& command,
                                        const std::vector<std::string>& flags,
                                        const std::filesystem::path& marks,
                                        const std::vector<std::string>& what) {
  std::vector<std::string> argv{command.compiler};
  argv.insert(argv.end(), flags.begin(), flags.end());
  argv.insert(argv.end(), command.path_maps.begin(), command.path_maps.end());
  argv.insert(argv.end(), {"-include", marks.string()});
  std::ranges::remove_copy_if(command.arguments, std::back_inserter(argv), is_silencer);
  // Behind `--` there are no flags.
  std::vector<std::string> last(k_only_our_warnings.begin(), k_only_our_warnings.end());
  last.insert(last.end(), what.begin(), what.end());
  argv.insert(std::ranges::find(argv, "--"), last.begin(), last.end());
  return argv;
}

// "FILE:3:8: warning: macro 'NAME' has been marked as deprecated: asked [-Wdeprecated-pragma]"
Asks read_asks(std::string_view messages) {
  static constexpr std::string_view k_begin = ": warning: macro '";
  static constexpr std::string_view k_end = "' has been marked as deprecated: ";
  Asks asks;
  while (!messages.empty()) {
    const std::string_view line = take_line(messages);
    const auto begin = line.find(k_begin);
    const auto end = line.find(k_end);
    if (begin == line.npos || end == line.npos ||
        !line.substr(end + k_end.size()).starts_with(k_reason))
      continue;
    const auto name = line.substr(begin + k_begin.size(), end - begin - k_begin.size());
    (is_compiler_header(line.substr(0, begin)) ? asks.compiler : asks.own).emplace(name);
  }
  return asks;
}

Result<Preprocessed> preprocess(const CompileCommand& command,
                                const std::vector<std::string>& flags,
                                const std::filesystem::path& marks) {
  XAAS_TRY(Outcome outcome,
           run(command.inside(
               Command{.argv = marked_command(command, flags, marks, {"-E", "-o", "-"})})));
  Preprocessed result{.asks = read_asks(outcome.errors)};
  if (outcome.succeeded()) {
    result.text = std::move(outcome.output);
    result.bare = bare_digest(result.text);
  } else {
    result.failure = first_error(outcome.errors);
  }
  return result;
}

}  // namespace xaas
