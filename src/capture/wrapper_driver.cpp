// SPDX-License-Identifier: Apache-2.0
#include "paths.hpp"
#include "response_file.hpp"
#include "wrapper.hpp"

#include "xaas/support/files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <utility>

// `cc ...`: decides from the parsed command line what is done. A command that compiles and links is
// split, for -ffat-lto-objects on a link would start a hidden link-time optimization.

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Mode = CompilerInvocation::Mode;
using enum FlagMeaning;

/// What reaches the real compiler of the user's own arguments.
bool is_passed_on(const Argument& argument) {
  return !argument.is_flag || (argument.meaning != lto && !is_native(argument));
}

bool is_any_of(const Argument& argument, std::initializer_list<FlagMeaning> meanings) {
  return argument.is_flag && std::ranges::find(meanings, argument.meaning) != meanings.end();
}

/// The whole command by the real compiler, with only the processor flags and path maps changed.
Error pass_through(const WrapperJob& job, const CompilerInvocation& invocation,
                   const std::vector<std::string>& trailing) {
  std::vector<std::string> argv{job.compiler(invocation.driver)};
  if (invocation.mode != Mode::query && invocation.mode != Mode::link)
    std::ranges::copy(leading_flags(job, invocation), std::back_inserter(argv));
  std::ranges::copy(tokens_of(invocation,
                              [&](const Argument& argument) {
                                const bool replaced =
                                    !trailing.empty() && is_any_of(argument, {linker_choice});
                                return is_passed_on(argument) && !replaced;
                              }),
                    std::back_inserter(argv));
  std::ranges::copy(trailing, std::back_inserter(argv));
  return become(job, std::move(argv));
}

/// A configure step's trial link: by lld as the real links, but nothing is recorded.
Error link_probe(const WrapperJob& job, const CompilerInvocation& invocation) {
  std::vector<std::string> trailing = lld_flags(job, invocation.driver);
  const auto forbidden = [](const Argument& argument) {
    return argument.tokens.back().contains("--no-undefined-version");
  };
  if (std::ranges::none_of(invocation.arguments, forbidden))
    trailing.emplace_back("-Wl,--undefined-version");
  return pass_through(job, invocation, trailing);
}

/// `cc -print-prog-name=ld`: libtool asks so for the linker that it then runs by path.
bool answer_program_name(const WrapperJob& job, const CompilerInvocation& invocation) {
  static constexpr std::string_view k_question = "-print-prog-name=";
  for (const Argument& argument : invocation.arguments) {
    const std::string_view word = argument.tokens.front();
    const auto at = word.find(k_question);
    if (!argument.is_flag || at == word.npos || at > 1) continue;
    const fs::path tool =
        job.store.folder().parent_path() / "tools" / word.substr(at + k_question.size());
    std::error_code error;
    if (!fs::exists(tool, error)) return false;
    std::puts(tool.c_str());
    return true;
  }
  return false;
}

/// Each source by itself: `-c a.c b.c` is as good as two commands. As drivers do, every one is
/// tried.
Result<int> compile(const WrapperJob& job, const CompilerInvocation& invocation, bool is_probe) {
  const auto sources = invocation.sources();
  // The compiler says what is wrong with that.
  if (sources.size() > 1 && !invocation.output.empty()) return pass_through(job, invocation, {});
  int worst = 0;
  for (const Argument* source : sources) {
    const auto is_of_this = [&](const Argument& argument) {
      return is_passed_on(argument) && (!argument.is_source() || &argument == source);
    };
    std::string object = absolute_path(
        job.folder, invocation.output.empty() ? default_object(source->value) : invocation.output);
    const CompileTask task{.invocation = invocation,
                           .source = *source,
                           .arguments = tokens_of(invocation, is_of_this),
                           .object = object,
                           .recorded_output = std::move(object),
                           .is_probe = is_probe};
    XAAS_TRY(const int code, run_compile(job, task));
    if (code != 0) worst = code;
  }
  return worst;
}

/// Arguments for compiling one source of a command that also links.
std::vector<std::string> part_arguments(const CompilerInvocation& invocation,
                                        const Argument& source, const std::string& object) {
  std::vector<std::string> arguments = tokens_of(invocation, [&](const Argument& argument) {
    if (!argument.is_flag) return &argument == &source;
    return is_passed_on(argument) &&
           !is_any_of(argument, {output, linker, linker_choice, linker_text});
  });
  // The dependency file and kept temporaries are named after the whole command's output.
  const bool is_named = !invocation.output.empty();
  if (invocation.has(dependency_mode)) {
    const std::string name = is_named ? invocation.output : default_object(source.value);
    if (!invocation.has(dependency_file)) {
      std::ranges::copy(
          std::vector<std::string>{"-MF", fs::path(name).replace_extension("d").string()},
          std::back_inserter(arguments));
    }
    if (!invocation.has(dependency_target))
      std::ranges::copy(std::vector<std::string>{"-MQ", name}, std::back_inserter(arguments));
  }
  if (invocation.has(keeps_temporaries)) {
    std::ranges::copy(
        std::vector<std::string>{"-dumpdir", (is_named ? invocation.output : "a") + "-"},
        std::back_inserter(arguments));
  }
  // Flags for the link are of no use to this part, and the other way round: neither may complain.
  std::ranges::copy(std::vector<std::string>{"-Qunused-arguments", "-c", "-o", object},
                    std::back_inserter(arguments));
  return arguments;
}

Result<int> compile_and_link(const WrapperJob& job, const CompilerInvocation& invocation) {
  XAAS_TRY(const auto temporary, TemporaryFolder::make(job.store.folder() / "tmp"));
  const std::string product = invocation.output.empty() ? "a.out" : invocation.output;
  std::vector<std::string> link;
  std::vector<std::pair<std::string, std::string>> renamed;
  int worst = 0;
  for (const Argument& argument : invocation.arguments) {
    if (!argument.is_source()) {
      // Under -x the objects would be taken for sources.
      if (is_passed_on(argument) && !is_any_of(argument, {language}))
        std::ranges::copy(argument.tokens, std::back_inserter(link));
      continue;
    }
    const std::string object = (temporary.path() / fmt::format("{}.o", renamed.size())).string();
    // The same in every build, unlike the temporary's own name.
    const std::string name = absolute_path(
        job.folder,
        fmt::format("{}-{}-{}", product, renamed.size(), default_object(argument.value)));
    const CompileTask task{.invocation = invocation,
                           .source = argument,
                           .arguments = part_arguments(invocation, argument, object),
                           .object = object,
                           .recorded_output = name};
    XAAS_TRY(const int code, run_compile(job, task));
    if (code != 0) worst = code;
    renamed.emplace_back(object, name);
    link.push_back(object);
  }
  // As drivers do: every source is tried, and nothing is linked after an error.
  if (worst != 0) return worst;
  link.emplace_back("-Qunused-arguments");
  return run_driver_link(job, invocation, link, renamed);
}

}  // namespace

Result<int> run_compiler(const WrapperJob& job, Driver driver,
                         const std::vector<std::string>& argv) {
  const CompilerInvocation invocation =
      parse_invocation(driver, expand_response_files(argv, job.folder));
  const bool is_probe = xaas::is_probe(invocation, job.folder);
  switch (invocation.mode) {
    case Mode::query:
      if (answer_program_name(job, invocation)) return 0;
      return pass_through(
          job, invocation,
          invocation.has(linker_text) ? lld_flags(job, driver) : std::vector<std::string>{});
    case Mode::preprocess:
    case Mode::no_object:
      return pass_through(job, invocation, {});
    case Mode::compile:
      return compile(job, invocation, is_probe);
    case Mode::link:
      if (is_probe) return link_probe(job, invocation);
      return run_driver_link(job, invocation, tokens_of(invocation, is_passed_on), {});
    case Mode::compile_and_link:
      if (is_probe) return link_probe(job, invocation);
      return compile_and_link(job, invocation);
  }
  return fail(ErrorKind::internal, "a compiler command of no known mode");
}

}  // namespace xaas
