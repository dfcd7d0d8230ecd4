// SPDX-License-Identifier: Apache-2.0

// Tcl modulefiles, line by line. A line is words: bare, in quotes, or in braces, which keep what is
// in them as it is. `$name`, `${name}` and `$env(NAME)` are replaced; a command in brackets would
// need an interpreter, and its value is unknown.

#include "modulefile.hpp"

#include "xaas/support/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace xaas {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

struct Word {
  std::string_view text;
  bool is_literal = false;
};

bool is_blank(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r';
}

bool is_in_name(char letter) {
  return is_alphanumeric(letter) || letter == '_' || letter == ':';
}

/// Where a word in braces ends: behind the one that closes the first.
std::size_t end_of_braces(std::string_view line) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '{') ++depth;
    if (line[i] == '}' && --depth == 0) return i + 1;
  }
  return line.size();
}

/// Takes the first word off `line`; empty at the end of the command.
std::optional<Word> take_word(std::string_view& line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  if (line.empty() || line.front() == ';') return {};
  std::size_t end = 0;
  Word word;
  if (line.front() == '"') {
    end = std::min(line.find('"', 1), line.size());
    word.text = line.substr(1, end - 1);
    end = std::min(end + 1, line.size());
  } else if (line.front() == '{') {
    end = end_of_braces(line);
    word = {.text = line.substr(1, std::max<std::size_t>(end, 2) - 2), .is_literal = true};
  } else {
    // A command in brackets may have blanks in it.
    int depth = 0;
    for (; end < line.size(); ++end) {
      const char letter = line[end];
      if (depth == 0 && (is_blank(letter) || letter == ';')) break;
      if (letter == '[') ++depth;
      if (letter == ']') --depth;
    }
    word.text = line.substr(0, end);
  }
  line.remove_prefix(end);
  return word;
}

/// The name behind a '$', which is taken off `text`: `{name}`, `env(NAME)` or `name`.
std::string_view take_name(std::string_view& text) {
  std::string_view name;
  if (text.starts_with('{')) {
    const auto end = std::min(text.find('}'), text.size());
    name = text.substr(1, end - 1);
    text.remove_prefix(std::min(end + 1, text.size()));
    return name;
  }
  const auto* const stop = std::ranges::find_if_not(text, is_in_name);
  auto length = static_cast<std::size_t>(stop - text.begin());
  if (text.substr(length).starts_with('(')) length = std::min(text.find(')'), text.size() - 1) + 1;
  name = text.substr(0, length);
  text.remove_prefix(length);
  return name;
}

std::optional<std::string> value_of(std::string_view name, const Values& values,
                                    const Variables& environment) {
  if (name.starts_with("::")) name.remove_prefix(2);
  if (name.starts_with("env(") && name.ends_with(')'))
    return environment(std::string(name.substr(4, name.size() - 5)));
  const auto found = values.find(name);
  if (found == values.end()) return {};
  return found->second;
}

std::optional<std::string> expand(const Word& word, const Values& values,
                                  const Variables& environment) {
  if (word.is_literal) return std::string(word.text);
  std::string expanded;
  std::string_view text = word.text;
  while (!text.empty()) {
    const char letter = text.front();
    text.remove_prefix(1);
    if (letter == '[') return {};
    if (letter != '$') {
      expanded += letter;
      continue;
    }
    const auto value = value_of(take_name(text), values, environment);
    // Values that double with every line would fill the memory.
    if (!value || expanded.size() + value->size() > k_longest_module_value) return {};
    expanded += *value;
  }
  return expanded;
}

class TclReader {
 public:
  explicit TclReader(const Variables& environment) : environment_(&environment) {}

  void read_command(std::string_view& line) {
    auto words = take_words(line);
    // `} else {` and the like stand before nothing that matters.
    if (words.size() < 2) return;
    const std::string_view command = words.front().text;
    if (command == "set" && words.size() == 3) {
      set(std::string(words[1].text), words[2]);
    } else if (command == "prepend-path" || command == "append-path" || command == "setenv" ||
               command == "pushenv") {
      add_settings(words);
    } else if (command == "prereq" && words.size() == 2) {  // several are alternatives
      found_.prerequisite = value(words[1]).value_or("");
    } else if (command == "module" && words.size() == 3 && words[1].text == "use") {
      add("MODULEPATH", words[2]);
    }
  }

  ModuleText take() { return std::move(found_); }

 private:
  static std::vector<Word> take_words(std::string_view& line) {
    std::vector<Word> words;
    while (auto word = take_word(line)) words.push_back(*word);
    if (line.starts_with(';')) line.remove_prefix(1);
    return words;
  }

  std::optional<std::string> value(const Word& word) const {
    return expand(word, values_, *environment_);
  }

  void set(const std::string& name, const Word& word) {
    auto known = value(word);
    if (known) {
      values_[name] = *std::move(known);
    } else {
      values_.erase(name);
    }
  }

  void add(std::string variable, const Word& word) {
    if (auto known = value(word); known && !known->empty())
      found_.settings.push_back({.variable = std::move(variable), .value = *std::move(known)});
  }

  /// Of `COMMAND [-d C] [--delim=C] VARIABLE VALUE...`.
  void add_settings(const std::vector<Word>& words) {
    std::size_t at = 1;
    while (at < words.size() && words[at].text.starts_with('-'))
      at += words[at].text == "-d" || words[at].text == "--delim" ? 2 : 1;
    if (at >= words.size()) return;
    const auto variable = value(words[at]);
    if (!variable) return;
    for (++at; at < words.size(); ++at) add(*variable, words[at]);
  }

  const Variables* environment_;
  Values values_;
  ModuleText found_;
};

}  // namespace

ModuleText read_tcl_modulefile(std::string_view text, const Variables& environment) {
  TclReader reader(environment);
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const auto first = line.find_first_not_of(" \t");
    if (first == line.npos || line[first] == '#') continue;
    while (!line.empty()) {
      const auto before = line.size();
      reader.read_command(line);
      if (line.size() == before) break;
    }
  }
  return reader.take();
}

ModuleText read_modulefile(std::string_view text, std::string_view path, std::string_view name,
                           const Variables& environment) {
  if (text.size() > k_longest_modulefile || text.contains('\0')) return {};
  if (path.ends_with(".lua")) return read_lua_modulefile(text, name, environment);
  if (text.starts_with("#%Module")) return read_tcl_modulefile(text, environment);
  return {};
}

// `set ModulesVersion "4.1.5"`, `module-version openmpi/4.1.5 default` and
// `module_version("openmpi/4.1.5", "default")`: the word with the version stands between marks.
std::string default_version_in(std::string_view text) {
  static constexpr std::string_view k_marks = " \t\r\"'(),{};";
  while (!text.empty()) {
    std::string_view line = take_line(text);
    std::array<std::string_view, 3> words;
    for (std::string_view& word : words) {
      line.remove_prefix(std::min(line.find_first_not_of(k_marks), line.size()));
      word = line.substr(0, line.find_first_of(k_marks));
      line.remove_prefix(word.size());
    }
    const bool is_set = words[0] == "set" && words[1] == "ModulesVersion";
    const bool is_named =
        (words[0] == "module-version" || words[0] == "module_version") && words[2] == "default";
    const std::string_view name = is_set ? words[2] : words[1];
    if (is_set || is_named) return std::string(name.substr(name.rfind('/') + 1));
  }
  return {};
}

}  // namespace xaas
