// SPDX-License-Identifier: Apache-2.0
#include "invocation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace xaas {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Suffixes as the compiler drivers sort them; what is not here goes to the linker.
constexpr auto k_suffixes = std::to_array<Pair>({
    {"c", "c"},         {"i", "c"},         {"cc", "c++"},       {"cp", "c++"},
    {"cpp", "c++"},     {"CPP", "c++"},     {"cxx", "c++"},      {"CXX", "c++"},
    {"c++", "c++"},     {"C++", "c++"},     {"C", "c++"},        {"ii", "c++"},
    {"s", "assembler"}, {"S", "assembler"}, {"sx", "assembler"}, {"asm", "assembler"},
    {"f", "fortran"},   {"F", "fortran"},   {"for", "fortran"},  {"f90", "fortran"},
    {"F90", "fortran"}, {"f95", "fortran"}, {"F95", "fortran"},  {"f03", "fortran"},
    {"F03", "fortran"}, {"f08", "fortran"}, {"F08", "fortran"},  {"FOR", "fortran"},
    {"ftn", "fortran"}, {"FTN", "fortran"}, {"fpp", "fortran"},  {"FPP", "fortran"},
    {"h", "c"},         {"H", "c++"},       {"hh", "c++"},       {"hpp", "c++"},
    {"hxx", "c++"},     {"m", "unknown"},   {"mm", "unknown"},   {"cu", "unknown"},
    {"hip", "unknown"}, {"cl", "unknown"},  {"ll", "unknown"},   {"bc", "unknown"},
    {"cppm", "c++"},    {"ixx", "c++"},
});
constexpr auto k_headers = std::to_array<std::string_view>({"h", "H", "hh", "hpp", "hxx"});

// Values of -x.
constexpr auto k_languages = std::to_array<Pair>({
    {"c", "c"},
    {"cpp-output", "c"},
    {"c-header", "c"},
    {"c++", "c++"},
    {"c++-cpp-output", "c++"},
    {"c++-header", "c++"},
    {"c++-module", "c++"},
    {"assembler", "assembler"},
    {"assembler-with-cpp", "assembler"},
    {"f77", "fortran"},
    {"f77-cpp-input", "fortran"},
    {"f95", "fortran"},
    {"f95-cpp-input", "fortran"},
});

template <class Table>
std::optional<std::string> lookup(const Table& table, std::string_view key) {
  for (const auto& [name, value] : table)
    if (name == key) return std::string(value);
  return {};
}

std::string_view file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

std::string_view suffix_of(std::string_view path) {
  const std::string_view name = file_name(path);
  const auto dot = name.rfind('.');
  return dot == name.npos ? std::string_view{} : name.substr(dot + 1);
}

/// Reads arguments one after the other; -x holds for the inputs that follow it.
class Parser {
 public:
  explicit Parser(Driver driver) { result_.driver = driver; }

  CompilerInvocation parse(const std::vector<std::string>& argv) {
    for (std::size_t i = 0; i < argv.size(); ++i) {
      if (argv[i] == "-" || !argv[i].starts_with('-')) {
        add_input(argv[i]);
      } else {
        i += add_flag(argv, i);
      }
    }
    result_.mode = mode();
    return std::move(result_);
  }

 private:
  void add_input(const std::string& path) {
    Argument input{.tokens = {path}, .is_flag = false, .value = path, .language = {}};
    if (language_.empty()) {
      input.language = language_of_suffix(result_.driver, path);
      input.is_header = std::ranges::find(k_headers, suffix_of(path)) != k_headers.end();
    } else {
      input.language = lookup(k_languages, language_).value_or("unknown");
      input.is_header = language_.ends_with("-header");
    }
    result_.arguments.push_back(std::move(input));
  }

  /// How many further tokens the flag took.
  std::size_t add_flag(const std::vector<std::string>& argv, std::size_t at) {
    Argument flag{.tokens = {argv[at]}, .value = {}, .language = {}};
    const FlagRow* row = find_flag(argv[at]);
    if (row != nullptr) {
      flag.meaning = row->meaning;
      flag.value = argv[at].substr(row->name.size());
      const bool wants_next =
          row->value == FlagValue::separate || row->value == FlagValue::joined_then_separate ||
          (row->value == FlagValue::either && argv[at].size() == row->name.size());
      if (wants_next && at + 1 < argv.size()) {
        flag.tokens.push_back(argv[at + 1]);
        flag.value = argv[at + 1];
      }
    }
    if (flag.meaning == FlagMeaning::language) language_ = flag.value == "none" ? "" : flag.value;
    if (flag.meaning == FlagMeaning::output) result_.output = flag.value;
    const std::size_t further = flag.tokens.size() - 1;
    result_.arguments.push_back(std::move(flag));
    return further;
  }

  [[nodiscard]] CompilerInvocation::Mode mode() const {
    using Mode = CompilerInvocation::Mode;
    if (result_.has(FlagMeaning::query)) return Mode::query;
    if (result_.has(FlagMeaning::preprocess_only)) return Mode::preprocess;
    const auto sources = result_.sources();
    const bool has_inputs = std::ranges::any_of(result_.arguments, [](const Argument& argument) {
      return !argument.is_flag || argument.tokens.front().starts_with("-l");
    });
    if (!has_inputs) return Mode::query;
    const bool has_header =
        std::ranges::any_of(sources, [](const Argument* source) { return source->is_header; });
    if (result_.has(FlagMeaning::no_object) || has_header) return Mode::no_object;
    if (result_.has(FlagMeaning::compile_only))
      return sources.empty() ? Mode::no_object : Mode::compile;
    return sources.empty() ? Mode::link : Mode::compile_and_link;
  }

  CompilerInvocation result_;
  std::string language_;
};

struct PipelineFlag {
  std::string setting;  // what it sets: "vectorize" for -fno-tree-vectorize, "O" for -O2
  std::string text;
  bool is_default = false;  // as every link's pipeline has it
  bool adds_up = false;     // -mllvm may stand there many times
};

std::string setting_of(std::string_view flag) {
  if (flag.starts_with("-O")) return "O";
  flag = flag.substr(0, flag.find('='));
  flag.remove_prefix(std::min<std::size_t>(flag.size(), 2));  // "-f", "-m"
  if (flag.starts_with("no-")) flag.remove_prefix(3);
  if (flag.starts_with("tree-")) flag.remove_prefix(5);  // gcc's spelling
  return std::string(flag);
}

/// Of a flag that steers the pipeline, written for the driver or, behind -Xclang, for the compiler
/// behind it; `next` is the argument that follows.
std::optional<PipelineFlag> pipeline_flag_of(const Argument& argument, const Argument* next) {
  if (!argument.is_flag) return {};
  const bool is_forwarded = argument.meaning == FlagMeaning::forwarded;
  const std::string& flag = is_forwarded ? argument.value : argument.tokens.front();
  const FlagRow* row = is_forwarded ? find_flag(flag) : nullptr;
  const FlagMeaning meaning = row == nullptr ? argument.meaning : row->meaning;
  const bool is_default = meaning == FlagMeaning::pipeline_default;
  if (!is_default && meaning != FlagMeaning::pipeline) return {};
  std::string text = flag;
  if (!is_forwarded && argument.tokens.size() == 2) text += " " + argument.tokens.back();
  // "-Xclang -mllvm -Xclang -x".
  if (row != nullptr && row->value == FlagValue::separate && next != nullptr &&
      next->meaning == FlagMeaning::forwarded)
    text += " " + next->value;
  return PipelineFlag{.setting = setting_of(flag),
                      .text = std::move(text),
                      .is_default = is_default,
                      .adds_up = flag.starts_with("-mllvm") || flag.starts_with("-fpass-plugin=")};
}

std::vector<std::string> values_with(const CompilerInvocation& invocation, FlagMeaning meaning,
                                     bool native) {
  return tokens_of(invocation, [&](const Argument& argument) {
    return argument.meaning == meaning && is_native(argument) == native;
  });
}

}  // namespace

std::string language_of_suffix(Driver driver, std::string_view path) {
  auto language = lookup(k_suffixes, suffix_of(path));
  if (!language) return "object";
  // clang++ and g++ take C sources for C++.
  if (driver == Driver::cxx && *language == "c") return "c++";
  return *language;
}

std::vector<const Argument*> CompilerInvocation::sources() const {
  std::vector<const Argument*> found;
  for (const Argument& argument : arguments)
    if (argument.is_source()) found.push_back(&argument);
  return found;
}

bool CompilerInvocation::has(FlagMeaning meaning) const {
  return std::ranges::any_of(arguments, [&](const Argument& argument) {
    return argument.is_flag && argument.meaning == meaning;
  });
}

CompilerInvocation parse_invocation(Driver driver, const std::vector<std::string>& argv) {
  return Parser(driver).parse(argv);
}

bool is_native(const Argument& argument) {
  return argument.is_flag && argument.meaning == FlagMeaning::isa &&
         argument.tokens.front().ends_with("=native");
}

std::vector<std::string> tokens_of(const CompilerInvocation& invocation,
                                   const std::function<bool(const Argument&)>& keep) {
  std::vector<std::string> tokens;
  for (const Argument& argument : invocation.arguments)
    if (keep(argument)) tokens.insert(tokens.end(), argument.tokens.begin(), argument.tokens.end());
  return tokens;
}

std::vector<std::string> isa_flags(const CompilerInvocation& invocation) {
  return values_with(invocation, FlagMeaning::isa, false);
}

std::vector<std::string> native_flags(const CompilerInvocation& invocation) {
  return values_with(invocation, FlagMeaning::isa, true);
}

std::vector<std::string> pipeline_flags(const CompilerInvocation& invocation) {
  std::vector<PipelineFlag> flags;
  const auto& arguments = invocation.arguments;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const Argument* next = at + 1 < arguments.size() ? &arguments[at + 1] : nullptr;
    const auto flag = pipeline_flag_of(arguments[at], next);
    if (!flag) continue;
    // Of one switch the last wins: "-O0 -O2", "-fno-vectorize -ftree-vectorize".
    if (!flag->adds_up)
      std::erase_if(flags, [&](const auto& earlier) { return earlier.setting == flag->setting; });
    flags.push_back(*flag);
  }
  std::vector<std::string> texts;
  for (const PipelineFlag& flag : flags)
    if (!flag.is_default) texts.push_back(flag.text);
  return texts;
}

std::string opaque_reason(const CompilerInvocation& invocation, const Argument& source) {
  if (source.language == "assembler") return "assembly";
  const bool is_fortran = source.language == "fortran";
  if (is_fortran && invocation.driver != Driver::fortran)
    return "Fortran, but not compiled by the Fortran compiler";
  if (!is_fortran && source.language != "c" && source.language != "c++")
    return "neither C, C++ nor Fortran";
  std::string reason;
  for (const Argument& argument : invocation.arguments) {
    if (!argument.is_flag) continue;
    if (argument.meaning == FlagMeaning::target) {
      reason = "built for another target (" + argument.tokens.back() + ")";
    } else if (argument.meaning == FlagMeaning::instrumentation && reason.empty()) {
      reason = "built with " + argument.tokens.front();
    }
  }
  return reason;
}

std::string default_object(std::string_view source) {
  std::string_view name = file_name(source);
  if (const auto dot = name.rfind('.'); dot != name.npos && dot != 0) name = name.substr(0, dot);
  return std::string(name) + ".o";
}

bool is_probe(const CompilerInvocation& invocation, std::string_view folder) {
  // Names that the configure steps of Autotools, CMake, Meson, waf, SCons and qmake give their
  // trials.
  static constexpr auto k_folders = std::to_array<std::string_view>(
      {"/CMakeFiles/CMakeScratch", "/CMakeFiles/CMakeTmp", "/meson-private", "/.conf_check_",
       "/.sconf_temp", "/config.tests"});
  static constexpr auto k_names =
      std::to_array<std::string_view>({"conftest", "conftst", "cmTC_", "CMakeCCompilerId",
                                       "CMakeCXXCompilerId", "CMakeFortranCompilerId"});
  const auto looks_like_one = [](std::string_view path) {
    const std::string rooted = "/" + std::string(path);
    return std::ranges::any_of(k_folders, [&](auto part) { return rooted.contains(part); }) ||
           std::ranges::any_of(k_names,
                               [&](auto part) { return file_name(path).starts_with(part); });
  };
  if (looks_like_one(std::string(folder) + "/") || looks_like_one(invocation.output)) return true;
  return std::ranges::any_of(invocation.arguments, [&](const Argument& argument) {
    return !argument.is_flag && looks_like_one(argument.value);
  });
}

}  // namespace xaas
