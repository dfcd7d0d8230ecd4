// SPDX-License-Identifier: Apache-2.0
#include "reuse_flags.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <string>
#include <string_view>

namespace xaas {
namespace {

using enum FlagMeaning;

// The preprocessor's alone: their effect is in the text.
constexpr auto k_text_flags = std::to_array<std::string_view>(
    {"-D", "-U", "-I", "-isystem", "-isystem-after", "-iquote", "-idirafter", "-include",
     "-imacros", "-cxx-isystem", "-stdlib++-isystem", "-MP", "-MG", "-MV"});

// Of these, the ones that name a folder to search.
constexpr auto k_folder_flags =
    std::to_array<std::string_view>({"-I", "-isystem", "-isystem-after", "-iquote", "-idirafter",
                                     "-cxx-isystem", "-stdlib++-isystem"});

constexpr auto k_forced_flags = std::to_array<std::string_view>({"-include", "-imacros"});

// Without a directive in the text they change nothing but a flag of the module, which units lose.
constexpr auto k_openmp_flags = std::to_array<std::string_view>(
    {"-fopenmp", "-fopenmp=libomp", "-fopenmp=libiomp5", "-fopenmp-simd"});

// What reads files that the text does not tell of, writes others than the object, or looks for
// headers in a way of its own.
constexpr auto k_unsuitable = std::to_array<std::string_view>({"-include-pch",
                                                               "-fmodule",
                                                               "-fcxx-modules",
                                                               "-fprebuilt-module",
                                                               "-fimplicit-module",
                                                               "-fplugin",
                                                               "-fpass-plugin",
                                                               "-MJ",
                                                               "-serialize-diagnostics",
                                                               "--serialize-diagnostics",
                                                               "-ftime-trace",
                                                               "-ftime-report",
                                                               "-fstack-usage",
                                                               "-fcallgraph-info",
                                                               "-fsave-optimization-record",
                                                               "-foptimization-record",
                                                               "--config",
                                                               "-ivfsoverlay",
                                                               "-iprefix",
                                                               "-iwithprefix",
                                                               "-iwithsysroot",
                                                               "-F",
                                                               "-iframework",
                                                               "-fdirectives-only",
                                                               "-traditional",
                                                               "-working-directory",
                                                               "-aux-info",
                                                               "-wrapper",
                                                               "-dump",
                                                               "-save-",
                                                               "--save-",
                                                               "-gsplit-dwarf",
                                                               "-split-dwarf",
                                                               "-grecord-",
                                                               "-frecord-",
                                                               "-debug-info-",
                                                               "-fauto-profile",
                                                               "-vfsoverlay",
                                                               "--vfsoverlay",
                                                               "--include",
                                                               "--imacros",
                                                               "-c-isystem",
                                                               "-fuse-line-directives",
                                                               "--no-line-commands",
                                                               "--comments",
                                                               "--trace-includes",
                                                               "-fms-",
                                                               "-load",
                                                               "-plugin",
                                                               "-add-plugin",
                                                               "-ast-",
                                                               "-dependency-",
                                                               "-header-include",
                                                               "-H",
                                                               "-fdump",
                                                               "-fproc-stat-report",
                                                               "-fcrash-diagnostics",
                                                               "-gen-reproducer",
                                                               "-frewrite",
                                                               "-index-",
                                                               "-fapinotes",
                                                               "-fsystem-module",
                                                               "-C",
                                                               "-CC",
                                                               "-P",
                                                               "-dD",
                                                               "-dM",
                                                               "-dI",
                                                               "-fdebug-macro",
                                                               "-Wunused-macros",
                                                               "-emit-"});

// These move the folders of the system, which may be the build's own then.
constexpr auto k_toolchain_flags = std::to_array<std::string_view>(
    {"--sysroot", "-isysroot", "--gcc-toolchain", "--gcc-install-dir", "-resource-dir", "-B"});

template <class Table>
bool is_in(const Table& table, const Argument& argument) {
  // The table that tells flags from their values says which of these it is: "-I" in "-Ia".
  const std::string& token = argument.tokens.front();
  const FlagRow* row = find_flag(token);
  const std::string_view name = row == nullptr ? std::string_view(token) : row->name;
  return argument.is_flag && std::ranges::find(table, name) != table.end();
}

template <class Table>
std::vector<std::string> values_of(const Table& table, const CompilerInvocation& invocation) {
  std::vector<std::string> values;
  for (const Argument& argument : invocation.arguments)
    if (is_in(table, argument)) values.push_back(argument.value);
  return values;
}

/// `-Wp,-DA,-UB` does what `-DA -UB` do; other flags do not come to the tables in this form.
bool is_more_than_macros(std::string_view passed_on) {
  return std::ranges::any_of(passed_on | std::views::split(','), [](const auto& part) {
    const std::string_view flag(part);
    return !flag.starts_with("-D") && !flag.starts_with("-U");
  });
}

/// Adds to the search for headers behind our back: `-Xclang -I -Xclang DIR`.
bool forwards_a_folder(const Argument& argument) {
  const std::string& token = argument.tokens.back();
  return argument.tokens.size() > 1 && argument.tokens.front().starts_with("-X") &&
         (token.starts_with("-I") || token.starts_with("-i"));
}

bool begins_unsuitably(const std::string& token) {
  static constexpr std::string_view k_passed_on = "-Wp,";
  if (token.starts_with(k_passed_on))
    return is_more_than_macros(std::string_view(token).substr(k_passed_on.size()));
  // "-Fa" and "-P" are flags of one letter; "-Fast..." begins no flag of clang's.
  return std::ranges::any_of(k_unsuitable, [&](std::string_view flag) {
    const bool is_letter = flag.size() == 2 && flag != "-F";
    return is_letter ? token == flag : token.starts_with(flag);
  });
}

bool is_about_output(const Argument& argument) {
  return argument.meaning == output || argument.meaning == compile_only ||
         argument.meaning == dependency_file || argument.meaning == dependency_target;
}

/// An error that is none any more may be a message all the same.
bool is_quiet(std::string_view token) {
  return token == "-w" || (token.starts_with("-Wno-") && !token.starts_with("-Wno-error"));
}

/// `-Wl,`, `-Wa,` and `-Wp,` hand something on.
bool is_about_messages(std::string_view token) {
  return token == "-w" || (token.starts_with("-W") && token.size() > 3 && token.find(',') != 3);
}

}  // namespace

FlagEffect effect_of(const Argument& argument) {
  if (!argument.is_flag) return FlagEffect::object;
  if (forwards_a_folder(argument) || std::ranges::any_of(argument.tokens, begins_unsuitably))
    return FlagEffect::elsewhere;
  if (is_about_output(argument)) return FlagEffect::output;
  if (is_quiet(argument.tokens.front())) return FlagEffect::quiet;
  if (is_in(k_openmp_flags, argument)) return FlagEffect::openmp;
  const bool is_in_text = is_in(k_text_flags, argument) || argument.tokens[0] == "-pthread" ||
                          argument.meaning == dependency_mode;
  return is_in_text ? FlagEffect::text : FlagEffect::object;
}

bool moves_the_system(const CompilerInvocation& invocation) {
  return std::ranges::any_of(invocation.arguments, [](const Argument& argument) {
    const std::string_view token = argument.tokens.front();
    return argument.is_flag && std::ranges::any_of(k_toolchain_flags, [&](std::string_view flag) {
             return token.starts_with(flag);
           });
  });
}

bool asks_for_debug_info(const CompilerInvocation& invocation) {
  return std::ranges::any_of(invocation.arguments, [](const Argument& argument) {
    return argument.is_flag && argument.tokens.front().starts_with("-g");
  });
}

bool asks_for_macros(const CompilerInvocation& invocation) {
  return std::ranges::any_of(invocation.arguments, [](const Argument& argument) {
    const std::string& token = argument.tokens.front();
    return argument.is_flag && token.starts_with("-g") && token.contains('3');
  });
}

std::vector<std::string> message_flags(const CompilerInvocation& invocation) {
  std::vector<std::string> flags;
  for (const Argument& argument : invocation.arguments) {
    const std::string& token = argument.tokens.front();
    if (argument.is_flag && is_about_messages(token)) flags.push_back(token);
  }
  return flags;
}

bool says_no_more(const std::vector<std::string>& other, const std::vector<std::string>& loud) {
  auto flag = loud.begin();
  for (const std::string& more : other) {
    if (flag != loud.end() && *flag == more) {
      ++flag;
    } else if (!is_quiet(more)) {
      return false;
    }
  }
  return flag == loud.end();
}

std::vector<std::string> search_folders(const CompilerInvocation& invocation) {
  return values_of(k_folder_flags, invocation);
}

std::vector<std::string> forced_headers(const CompilerInvocation& invocation) {
  return values_of(k_forced_flags, invocation);
}

}  // namespace xaas
