// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/processor_range.hpp"

#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"
#include "xaas/targets/target.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

using Words = std::vector<std::string>;

Words joined(Words first, const Words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Past the driver, which refuses some that would not go together.
Words superset_flags(const IsaChoice& choice) {
  Words flags{"-march=" + choice.baseline};
  for (const std::string& feature : known_features(choice.architecture))
    flags.insert(flags.end(), {"-Xclang", "-target-feature", "-Xclang", "+" + feature});
  return flags;
}

/// "NAME VALUE" of each predefined macro.
Result<std::set<std::string>> predefined_macros(const std::string& compiler, const Words& flags,
                                                const std::string& language) {
  Command command;
  command.argv = joined(joined({compiler, "-x", language}, flags), {"-w", "-E", "-dM", "-"});
  XAAS_TRY(const Outcome outcome, run(command));
  if (!outcome.succeeded()) {
    return fail(ErrorKind::tool_failed, "`{}` ended with {}: {}", shell_quoted(command.argv),
                outcome.exit_code, first_line(outcome.errors))
        .with_code("frontend.features");
  }
  static constexpr std::string_view k_define = "#define ";
  std::set<std::string> macros;
  for (std::string_view text = outcome.output; !text.empty();) {
    const std::string_view line = take_line(text);
    if (line.starts_with(k_define)) macros.emplace(line.substr(k_define.size()));
  }
  return macros;
}

std::string defined_name(const std::string& line) {
  return line.substr(0, line.find_first_of(" ("));
}

void add_differing(const std::set<std::string>& one, const std::set<std::string>& other,
                   std::set<std::string>& names) {
  std::vector<std::string> lines;
  std::ranges::set_symmetric_difference(one, other, std::back_inserter(lines));
  for (const std::string& line : lines) names.insert(defined_name(line));
}

}  // namespace

Result<ProcessorRange> processor_range(const std::string& compiler, const IsaChoice& choice,
                                       const Words& isa_flags, const std::string& language) {
  ProcessorRange range{.superset = superset_flags(choice)};
  const Words least = joined({"-march=" + choice.baseline}, isa_flags);
  XAAS_TRY(range.baseline, command_line_features(compiler, least, language));
  XAAS_TRY(const auto least_macros, predefined_macros(compiler, least, language));
  XAAS_TRY(const auto most_macros,
           predefined_macros(compiler, joined(range.superset, isa_flags), language));
  add_differing(least_macros, most_macros, range.macros);
  range.definitions.push_back(least_macros);
  for (const IsaLevel& level : choice.levels) {
    const Words flags = joined({level.flag}, isa_flags);
    XAAS_TRY(auto features, command_line_features(compiler, flags, language));
    range.levels.push_back(std::move(features));
    XAAS_TRY(auto macros, predefined_macros(compiler, flags, language));
    add_differing(least_macros, macros, range.macros);
    range.definitions.push_back(std::move(macros));
  }
  for (std::set<std::string>& lines : range.definitions) {
    std::erase_if(
        lines, [&](const std::string& line) { return !range.macros.contains(defined_name(line)); });
  }
  return range;
}

}  // namespace xaas
