// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace xaas {

/// The command line is answered already (help, version, a usage error): what to print and how to
/// end.
struct Answered {
  std::string output;
  std::string errors;
  int exit_code = 0;
};

/// Help as both programs print it: at most 80 columns, and `usage` behind the command's name; a
/// line break in it is kept.
void style_help(CLI::App& command, std::string usage);

/// A command of the program: `what` it does, and its help in the same style.
CLI::App* add_command(CLI::App& app, std::string name, std::string what, std::string usage);

/// What stands behind the first `--`, taken out of `arguments`; empty when there is none.
std::vector<std::string> cut_behind_dashes(std::vector<std::string>& arguments);

/// A program and its first arguments, as `--entrypoint` takes them: `["a","b c"]` as JSON, anything
/// else split at blanks.
std::vector<std::string> split_entrypoint(const std::string& text);

/// Parses with CLI11. Empty when `app` knows now which subcommand to run. Wrong names of commands
/// and options are answered with near ones; no argument at all is answered with the help.
std::optional<Answered> answer_command_line(CLI::App& app, std::vector<std::string> arguments);

}  // namespace xaas
