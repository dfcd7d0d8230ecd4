// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/command_line.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

constexpr std::size_t k_width = 80;
constexpr std::size_t k_left = 26;

/// Words of `text` in lines that begin at column `indent`; the first one is there already.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string lines;
  std::size_t column = indent;
  for (std::string word; words >> word;) {
    if (column > indent && column + 1 + word.size() > k_width) {
      lines += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) lines += ' ';
    column += word.size() + (column > indent ? 1 : 0);
    lines += word;
  }
  return lines;
}

/// CLI11's own puts "REQUIRED", ranges and excluded options between name and text, and does not
/// wrap.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::string usage) : usage_(std::move(usage)) {
    label("Positionals", "Arguments");
  }

  /// One empty line between groups, none at the end.
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
    for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n"))
      text.erase(at, 1);
    while (text.ends_with("\n\n")) text.pop_back();
    return text;
  }

  std::string make_usage(const CLI::App* /*app*/, std::string name) const override {
    const std::string start = fmt::format("Usage: {} ", name);
    std::string text = usage_;
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
      text.insert(at + 1, start.size(), ' ');
    return "\n" + start + text + "\n";
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string left = is_positional ? "  " : "      ";
    if (!is_positional && !option->get_snames().empty())
      left = fmt::format("  -{}, ", option->get_snames().front());
    left += is_positional ? option->get_name(true) : "--" + option->get_lnames().front();
    if (option->get_type_size() != 0) left += " " + option->get_type_name();
    return line(left, option->get_description());
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return line("  " + command->get_name(), command->get_description());
  }

 private:
  static std::string line(std::string left, const std::string& text) {
    if (left.size() + 2 > k_left) left += "\n" + std::string(k_left, ' ');
    return fmt::format("{:<{}}{}\n", left, k_left, wrapped(text, k_left));
  }

  std::string usage_;
};

std::string usage_error(const CLI::App& app, const CLI::App& at, std::string_view message,
                        const std::string& hint = {}) {
  std::string text = fmt::format("{}: error: {} [usage]\n", app.get_name(), message);
  if (!hint.empty()) text += fmt::format("  help: {}\n", hint);
  const std::string name = &at == &app ? app.get_name() : app.get_name() + " " + at.get_name();
  return text + fmt::format("  help: `{} --help` lists what there is\n", name);
}

std::string near_hint(std::string_view name, const std::vector<std::string>& known) {
  const auto near = near_names(name, known);
  return near.empty() ? "" : fmt::format("did you mean `{}`?", fmt::join(near, "` or `"));
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The first option that `command` does not have. CLI11 would rather complain of the options that
/// are then missing.
std::optional<std::string> unknown_option(const CLI::App& command,
                                          const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with('-') || argument.size() < 2) continue;
    std::string name =
        argument.starts_with("--") ? argument.substr(0, argument.find('=')) : argument.substr(0, 2);
    const CLI::Option* option = command.get_option_no_throw(name);
    if (option == nullptr) return name;
    const bool value_follows = option->get_type_size() != 0 && argument == name;
    if (value_follows) ++i;
  }
  return {};
}

/// As our messages begin; IMAGE is a name and stays one.
std::string lower_first(std::string text) {
  const auto is_upper = [&](std::size_t i) { return text[i] >= 'A' && text[i] <= 'Z'; };
  if (text.size() > 1 && is_upper(0) && !is_upper(1)) text[0] += 'a' - 'A';
  return text;
}

std::string explain(const CLI::App& app, const CLI::ParseError& error,
                    const std::vector<std::string>& arguments) {
  const auto commands = command_names(app);
  const std::string& first = arguments.front();
  const bool is_option = first.starts_with('-');
  if (!is_option && std::ranges::find(commands, first) == commands.end()) {
    return usage_error(app, app, fmt::format("there is no command `{}`", first),
                       near_hint(first, commands));
  }
  const CLI::App& command = is_option ? app : *app.get_subcommand(first);
  const std::vector<std::string> rest(arguments.begin() + (is_option ? 0 : 1), arguments.end());
  if (const auto option = unknown_option(command, rest)) {
    return usage_error(app, command, fmt::format("there is no option `{}`", *option),
                       near_hint(*option, option_names(command)));
  }
  return usage_error(app, command, lower_first(error.what()));
}

}  // namespace

void style_help(CLI::App& command, std::string usage) {
  command.formatter(std::make_shared<HelpFormatter>(std::move(usage)));
}

CLI::App* add_command(CLI::App& app, std::string name, std::string what, std::string usage) {
  CLI::App* command = app.add_subcommand(std::move(name), std::move(what))->group("Commands");
  style_help(*command, std::move(usage));
  return command;
}

std::vector<std::string> split_entrypoint(const std::string& text) {
  std::vector<std::string> words;
  const auto json = text.starts_with('[') ? parse_json(text) : Json();
  if (json && json->is_array()) {
    for (const Json& word : *json)
      words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
    return words;
  }
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> cut_behind_dashes(std::vector<std::string>& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> rest(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return rest;
}

std::optional<Answered> answer_command_line(CLI::App& app, std::vector<std::string> arguments) {
  if (arguments.empty()) return Answered{.errors = app.help(), .exit_code = k_exit_usage};
  const std::vector<std::string> given = arguments;
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  try {
    app.parse(std::move(arguments));
    return {};
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      return Answered{.errors = explain(app, error, given), .exit_code = k_exit_usage};
    std::ostringstream output;
    app.exit(error, output, output);  // help or version
    return Answered{.output = output.str()};
  }
}

}  // namespace xaas
