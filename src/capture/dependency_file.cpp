// SPDX-License-Identifier: Apache-2.0
#include "dependency_file.hpp"

#include <filesystem>
#include <utility>

namespace xaas {
namespace {

/// Clang's driver quotes so for -MQ and for the default target
/// (clang/lib/Driver/ToolChains/Clang.cpp, QuoteTarget).
std::string quoted_for_make(std::string_view text) {
  std::string quoted;
  std::size_t backslashes = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t') quoted.append(backslashes + 1, '\\');
    if (c == '$') quoted += '$';
    if (c == '#') quoted += '\\';
    backslashes = c == '\\' ? backslashes + 1 : 0;
    quoted += c;
  }
  return quoted;
}

}  // namespace

DependencyRequest dependency_request(const CompilerInvocation& invocation,
                                     const std::string& object) {
  DependencyRequest request{.file = std::filesystem::path(object).replace_extension("d").string(),
                            .target = {}};
  for (const Argument& argument : invocation.arguments) {
    if (!argument.is_flag) continue;
    if (argument.meaning == FlagMeaning::dependency_mode) request.is_wanted = true;
    // As gcc's preprocessor had them before -MF.
    for (const std::string_view begin : {"-Wp,-MD,", "-Wp,-MMD,"}) {
      if (!argument.tokens.front().starts_with(begin)) continue;
      request.is_wanted = true;
      request.file = argument.tokens.front().substr(begin.size());
    }
    if (argument.meaning == FlagMeaning::dependency_file) request.file = argument.value;
    if (argument.meaning != FlagMeaning::dependency_target) continue;
    const bool is_quoted = argument.tokens.front().starts_with("-MQ");
    request.target += (request.target.empty() ? "" : " ") +
                      (is_quoted ? quoted_for_make(argument.value) : argument.value);
  }
  if (request.target.empty()) request.target = quoted_for_make(object);
  return request;
}

namespace {

/// Behind the colon of the first rule; empty when there is none.
std::string_view behind_target(std::string_view text) {
  for (std::size_t at = text.find(':'); at != text.npos; at = text.find(':', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n')
      return text.substr(at + 1);
  }
  return {};
}

/// Two characters that stand for the second: "\\ ", "\\#", "$$".
bool is_escape(char c, char next) {
  return (c == '\\' && (next == ' ' || next == '#' || next == '\\')) || (c == '$' && next == '$');
}

}  // namespace

std::vector<std::string> prerequisites_in(std::string_view text) {
  const std::string_view rule = behind_target(text);
  std::vector<std::string> names;
  std::string name;
  const auto end_name = [&] {
    if (!name.empty()) names.push_back(std::move(name));
    name.clear();
  };
  for (std::size_t at = 0; at < rule.size() && rule[at] != '\n'; ++at) {
    const char c = rule[at];
    const char next = at + 1 < rule.size() ? rule[at + 1] : '\0';
    if (is_escape(c, next)) {
      name += next;
      ++at;
    } else if (c == '\\' && next == '\n') {
      end_name();
      ++at;
    } else if (c == ' ' || c == '\t') {
      end_name();
    } else {
      name += c;
    }
  }
  end_name();
  return names;
}

}  // namespace xaas
