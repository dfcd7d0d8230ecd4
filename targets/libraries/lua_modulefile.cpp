// SPDX-License-Identifier: Apache-2.0

// Lua modulefiles (Lmod's), line by line. Of expressions, what such files consist of is known:
//   expression = term {".." term}
//   term       = string | name | function "(" [expression {"," expression}] ")"

#include "modulefile.hpp"

#include "xaas/support/text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace xaas {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

bool is_in_name(char letter) {
  return is_alphanumeric(letter) || letter == '_' || letter == '.';
}

/// One line of Lua, read from its begin.
class LuaReader {
 public:
  LuaReader(std::string_view name, const Variables& environment)
      : name_(name), environment_(&environment) {}

  void read_line(std::string_view line) {
    line_ = line;
    bool is_local = false;
    std::string word = take_name();
    if (word == "local") {
      is_local = true;
      word = take_name();
    }
    if (word.empty()) return;
    if (take("=")) {
      set(word);
    } else if (!is_local && (take("(") || take("{"))) {
      call(word);
    }
  }

  ModuleText take_text() { return std::move(found_); }

 private:
  // Deep enough for people; a line of brackets alone would use up the stack.
  static constexpr unsigned k_deepest = 16;

  void skip_blanks() {
    line_.remove_prefix(std::min(line_.find_first_not_of(" \t\r"), line_.size()));
  }

  bool take(std::string_view mark) {
    skip_blanks();
    if (!line_.starts_with(mark)) return false;
    line_.remove_prefix(mark.size());
    return true;
  }

  std::string take_name() {
    skip_blanks();
    const auto length =
        static_cast<std::size_t>(std::ranges::find_if_not(line_, is_in_name) - line_.begin());
    std::string name(line_.substr(0, length));
    // `a .. b` written without blanks.
    if (const auto dots = name.find(".."); dots != name.npos) name.resize(dots);
    line_.remove_prefix(name.size());
    return name;
  }

  std::optional<std::string> take_string() {
    const char quote = line_.front();
    const auto end = line_.find(quote, 1);
    if (end == line_.npos) return {};
    std::string text(line_.substr(1, end - 1));
    line_.remove_prefix(end + 1);
    return text;
  }

  std::vector<std::optional<std::string>> arguments(unsigned depth) {
    std::vector<std::optional<std::string>> all;
    do {
      skip_blanks();
      if (line_.empty() || line_.front() == ')' || line_.front() == '}') break;
      all.push_back(expression(depth));
    } while (take(","));
    take(")");
    return all;
  }

  std::optional<std::string> result_of(const std::string& function, unsigned depth) {
    const auto given = arguments(depth);
    if (function == "myModuleFullName") return name_;
    if (function == "myModuleName") return name_.substr(0, name_.rfind('/'));
    if (function == "myModuleVersion") return name_.substr(name_.rfind('/') + 1);
    if (given.empty() || !std::ranges::all_of(given, [](const auto& one) { return !!one; }))
      return {};
    if (function == "os.getenv") return (*environment_)(*given.front());
    if (function != "pathJoin") return {};
    std::string path = *given.front();
    for (std::size_t i = 1; i < given.size(); ++i) path += "/" + *given[i];
    return path;
  }

  std::optional<std::string> term(unsigned depth) {
    skip_blanks();
    if (line_.empty() || depth > k_deepest) return {};
    if (line_.front() == '"' || line_.front() == '\'') return take_string();
    const std::string name = take_name();
    if (name.empty()) return {};
    if (take("(")) return result_of(name, depth + 1);
    const auto found = values_.find(name);
    if (found == values_.end()) return {};
    return found->second;
  }

  std::optional<std::string> expression(unsigned depth) {
    auto value = term(depth);
    while (take("..")) {
      const auto more = term(depth);
      // Values that double with every line would fill the memory.
      if (!more || !value || value->size() + more->size() > k_longest_module_value) return {};
      *value += *more;
    }
    return value;
  }

  void set(const std::string& name) {
    auto value = expression(0);
    if (value) {
      values_[name] = *std::move(value);
    } else {
      values_.erase(name);
    }
  }

  void call(const std::string& function) {
    const auto given = arguments(0);
    if (given.empty() || !given[0]) return;
    if (function == "prereq" && given.size() == 1) found_.prerequisite = *given[0];
    const bool is_setting = function == "prepend_path" || function == "append_path" ||
                            function == "setenv" || function == "pushenv";
    if (is_setting && given.size() >= 2 && given[1] && !given[1]->empty())
      found_.settings.push_back({.variable = *given[0], .value = *given[1]});
  }

  std::string name_;
  const Variables* environment_;
  std::string_view line_;
  Values values_;
  ModuleText found_;
};

}  // namespace

ModuleText read_lua_modulefile(std::string_view text, std::string_view name,
                               const Variables& environment) {
  LuaReader reader(name, environment);
  while (!text.empty()) reader.read_line(take_line(text));
  return reader.take_text();
}

}  // namespace xaas
