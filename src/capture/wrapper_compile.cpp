// SPDX-License-Identifier: Apache-2.0
#include "dependency_file.hpp"
#include "paths.hpp"
#include "response_file.hpp"
#include "reusable_compile.hpp"
#include "wrapper.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

// Fat objects: machine code and bitcode from before the vectorizer. Not -funified-lto, which splits
// modules and loses vtables of anonymous namespaces from the machine code.
// flang never splits them and does not know the flag.
constexpr auto k_fat =
    std::to_array<const char*>({"-flto=thin", "-ffat-lto-objects", "-fno-split-lto-unit"});
constexpr std::size_t k_fat_in_fortran = 2;

/// Longer command lines go through a response file. Linux allows about 2 MB with the environment.
constexpr std::size_t k_longest_command = 512UL * 1024;

void print_error_output(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

bool reads_stdin(const CompileTask& task) {
  return task.source.value == "-";
}

std::string read_stdin() {
  std::string text;
  std::array<char, 65536> block{};
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), stdin)) > 0;)
    text.append(block.data(), got);
  return text;
}

/// What is known of a compile besides its command.
struct Compiled {
  std::string opaque_reason;
  Digest object;                     // empty: to be found out
  std::vector<CompileInput> inputs;  // none for what cannot be compiled again
  CompileReuse reuse = CompileReuse::compiled;
};

/// The command again, for other processors: without what says where its results go.
std::vector<std::string> repeatable_arguments(const CompileTask& task) {
  if (reads_stdin(task)) return {};
  const auto invocation = parse_invocation(task.invocation.driver, task.arguments);
  return tokens_of(invocation, [](const Argument& argument) {
    if (!argument.is_flag) return true;
    const auto is_any = [&](auto... meanings) { return ((argument.meaning == meanings) || ...); };
    return !is_any(FlagMeaning::output, FlagMeaning::compile_only, FlagMeaning::dependency_file,
                   FlagMeaning::dependency_target, FlagMeaning::dependency_mode,
                   FlagMeaning::keeps_temporaries);
  });
}

Status warn_of_lto(const WrapperJob& job, const CompilerInvocation& invocation) {
  for (const Argument& argument : invocation.arguments) {
    if (!argument.is_flag || argument.meaning != FlagMeaning::lto) continue;
    const std::string& flag = argument.tokens.front();
    if (flag.starts_with("-fno-")) continue;
    XAAS_CHECK(job.store.warn(fmt::format(
        "the build's own `{}` was left out: links are optimized as a whole at deployment", flag)));
  }
  return {};
}

Status record_object(const WrapperJob& job, const CompileTask& task, Compiled compiled) {
  std::error_code error;
  // "-o /dev/null" and kin: nothing can be linked from it.
  if (!fs::is_regular_file(task.object, error)) return {};
  CompileRecord record{.source = absolute_path(job.folder, task.source.value),
                       .folder = job.folder,
                       .output = task.recorded_output,
                       .language = task.source.language,
                       .object = std::move(compiled.object),
                       .opaque_reason = std::move(compiled.opaque_reason),
                       .isa_flags = isa_flags(task.invocation),
                       .pipeline_flags = pipeline_flags(task.invocation),
                       .neutralized = native_flags(task.invocation),
                       .inputs = std::move(compiled.inputs),
                       .reuse = compiled.reuse};
  if (!record.inputs.empty()) record.arguments = repeatable_arguments(task);
  if (record.object.is_empty()) {
    XAAS_TRY(record.object, digest_of_file(task.object));
  }
  XAAS_CHECK(job.store.add(record));
  return warn_of_lto(job, task.invocation);
}

/// Build systems that saw clang add these, and gcc stops at them.
bool is_known_to_gcc(std::string_view flag) {
  return flag != "-fcolor-diagnostics" && flag != "-fansi-escape-codes" &&
         flag != "-Qunused-arguments" && flag != "-fintegrated-as" &&
         !flag.starts_with("-Weverything");
}

/// flang warns of a flag that we gave, not the build.
std::string without_lto_warning(const std::string& errors) {
  static constexpr std::string_view k_warning =
      "warning: the option '-flto=thin' is a work in progress\n";
  const auto warning = errors.find(k_warning);
  if (warning == errors.npos) return errors;
  const auto begin = errors.rfind('\n', warning);
  const std::size_t kept = begin == errors.npos ? 0 : begin + 1;
  return errors.substr(0, kept) + errors.substr(warning + k_warning.size());
}

/// gcc's answer to a source that clang refused, when gcc takes it.
Result<std::optional<Outcome>> try_gcc(const WrapperJob& job, const CompileTask& task,
                                       const std::string& input) {
  const std::string& gcc =
      task.invocation.driver == Driver::cxx ? job.settings.gxx : job.settings.gcc;
  if (gcc.empty()) return std::optional<Outcome>{};
  std::vector<std::string> argv{gcc, "-march=" + job.settings.baseline};
  std::ranges::copy_if(task.arguments, std::back_inserter(argv), is_known_to_gcc);
  Command command = plain_command(job, std::move(argv));
  command.output = Command::Output::capture;
  command.errors = Command::Errors::capture;
  command.input = input;
  command.inherit_input = input.empty();
  XAAS_TRY(Outcome outcome, run(command));
  if (!outcome.succeeded()) return std::optional<Outcome>{};
  return std::optional(std::move(outcome));
}

}  // namespace

Command plain_command(const WrapperJob& job, std::vector<std::string> argv) {
  std::size_t length = 0;
  for (const std::string& word : argv) length += word.size() + 1;
  if (length > k_longest_command) {
    const std::string words = join_response({argv.begin() + 1, argv.end()});
    const fs::path file = job.store.folder() / "tmp" / (digest_of(words).hex() + ".rsp");
    if (write_file(file, words)) argv = {argv.front(), "@" + file.string()};
  }
  Command command;
  command.argv = std::move(argv);
  command.environment["PATH"] = job.settings.search_path;
  command.output = Command::Output::inherit;
  command.errors = Command::Errors::inherit;
  command.inherit_input = true;
  return command;
}

Error become(const WrapperJob& job, std::vector<std::string> argv) {
  // Nothing may be lost when the process is replaced.
  std::fflush(nullptr);
  return replace_process(plain_command(job, std::move(argv)));
}

std::vector<std::string> leading_flags(const WrapperJob& job,
                                       const CompilerInvocation& invocation) {
  std::vector<std::string> flags;
  // First, so that the user's own -march wins. Another target has other processors.
  if (!invocation.has(FlagMeaning::target)) flags.push_back("-march=" + job.settings.baseline);
  // flang has no maps: where builds run below a fixed path, none is needed.
  if (invocation.driver == Driver::fortran) return flags;
  std::ranges::copy(job.settings.prefix_map_flags, std::back_inserter(flags));
  return flags;
}

namespace {

/// Whether the build's own dependency file leaves out headers of the build: -MMD does not name what
/// -isystem finds.
bool leaves_out_headers(const WrapperJob& job, const CompilerInvocation& invocation) {
  bool is_short = false;
  bool has_folder = false;
  for (const Argument& argument : invocation.arguments) {
    const std::string& flag = argument.tokens.front();
    is_short |=
        flag == "-MMD" || flag == "--write-user-dependencies" || flag.starts_with("-Wp,-MMD,");
    if (argument.is_flag && flag.starts_with("-isystem"))
      has_folder |= absolute_path(job.folder, argument.value).starts_with(job.settings.root + "/");
  }
  return is_short && has_folder;
}

/// Makes the compiler say which files it reads, where the build does not.
class OwnDependencies {
 public:
  OwnDependencies(const WrapperJob& job, const CompileTask& task)
      : job_(job),
        task_(task),
        invocation_(parse_invocation(task.invocation.driver, task.arguments)),
        request_(dependency_request(invocation_, task.object)),
        asks_again_(leaves_out_headers(job, invocation_)) {
    const bool is_own = !request_.is_wanted || asks_again_;
    file_ = is_own ? job.store.folder() / "tmp" / (digest_of(task.recorded_output).hex() + ".d")
                   : fs::path(job.folder) / request_.file;
  }

  /// What the compile is given besides.
  [[nodiscard]] std::vector<std::string> flags() const {
    if (request_.is_wanted) return {};
    return {"-MD", "-MF", file_.string(), "-MT", "object"};
  }

  /// After the compile.
  [[nodiscard]] Result<std::vector<CompileInput>> inputs() const {
    if (asks_again_) XAAS_CHECK(ask_again());
    const auto text = read_file(file_);
    if (!request_.is_wanted || asks_again_) {
      std::error_code error;
      fs::remove(file_, error);
    }
    return text ? inputs_named(job_, prerequisites_in(*text)) : std::vector<CompileInput>{};
  }

 private:
  [[nodiscard]] Status ask_again() const {
    std::vector<std::string> argv{job_.compiler(invocation_.driver)};
    std::ranges::copy(leading_flags(job_, invocation_), std::back_inserter(argv));
    std::ranges::copy(repeatable_arguments(task_), std::back_inserter(argv));
    argv.insert(argv.end(), {"-M", "-MF", file_.string(), "-MT", "object"});
    Command command = plain_command(job_, std::move(argv));
    command.errors = Command::Errors::capture;
    XAAS_TRY(const Outcome outcome, run(command));
    static_cast<void>(outcome);  // what it could not say is not there
    return {};
  }

  const WrapperJob& job_;
  const CompileTask& task_;
  CompilerInvocation invocation_;
  DependencyRequest request_;
  bool asks_again_ = false;
  fs::path file_;
};

std::vector<std::string> compile_command(const WrapperJob& job, const CompileTask& task,
                                         bool is_fat) {
  std::vector<std::string> argv{job.compiler(task.invocation.driver)};
  std::ranges::copy(leading_flags(job, task.invocation), std::back_inserter(argv));
  if (is_fat) {
    const bool is_fortran = task.invocation.driver == Driver::fortran;
    argv.insert(argv.end(), k_fat.begin(),
                is_fortran ? k_fat.begin() + k_fat_in_fortran : k_fat.end());
  }
  std::ranges::copy(task.arguments, std::back_inserter(argv));
  return argv;
}

/// What clang refused, by gcc; empty when that refuses it, too.
Result<std::optional<int>> compile_by_gcc(const WrapperJob& job, const CompileTask& task,
                                          const Outcome& refusal, const std::string& input) {
  XAAS_TRY(const auto gcc, try_gcc(job, task, input));
  if (!gcc) return std::optional<int>{};
  std::fwrite(gcc->output.data(), 1, gcc->output.size(), stdout);
  print_error_output(gcc->errors);
  XAAS_CHECK(record_object(job, task,
                           {.opaque_reason = fmt::format("clang refused it: {}; compiled by gcc",
                                                         first_error(refusal.errors))}));
  return std::optional<int>(0);
}

}  // namespace

Result<int> run_compile(const WrapperJob& job, const CompileTask& task) {
  const std::string reason = opaque_reason(task.invocation, task.source);
  const bool is_fortran = task.invocation.driver == Driver::fortran;
  // A configure step must see what the compiler does by itself: some search the object for strings.
  const bool is_fat = !task.is_probe && reason.empty();
  auto reusable = ReusableCompile::of(job, task);
  if (reusable) {
    XAAS_TRY(const bool reused, reusable->reuse());
    if (reused) {
      XAAS_CHECK(record_object(
          job, task,
          {.object = reusable->object(), .inputs = reusable->inputs(), .reuse = reusable->how()}));
      return 0;
    }
  }
  std::optional<OwnDependencies> dependencies;
  if (is_fat && !is_fortran && !reusable && !reads_stdin(task)) dependencies.emplace(job, task);
  auto argv = compile_command(job, task, is_fat);
  if (dependencies) std::ranges::copy(dependencies->flags(), std::back_inserter(argv));
  Command command = plain_command(job, std::move(argv));
  command.errors = Command::Errors::capture;
  if (reads_stdin(task)) {
    command.input = read_stdin();
    command.inherit_input = false;
  }
  XAAS_TRY(Outcome outcome, run(command));
  if (is_fortran) outcome.errors = without_lto_warning(outcome.errors);
  if (!outcome.succeeded() && !task.is_probe && !is_fortran) {
    XAAS_TRY(const auto code, compile_by_gcc(job, task, outcome, command.input));
    if (code) return *code;
  }
  print_error_output(outcome.errors);
  if (!outcome.succeeded() || task.is_probe) return outcome.exit_code;
  Compiled compiled{.opaque_reason = reason};
  if (reusable) {
    // What cannot be kept is compiled again by whoever needs it.
    if (reusable->keep(outcome.errors)) compiled.object = reusable->object();
    compiled.inputs = reusable->inputs();
  } else if (dependencies) {
    XAAS_TRY(compiled.inputs, dependencies->inputs());
  }
  XAAS_CHECK(record_object(job, task, std::move(compiled)));
  return 0;
}

}  // namespace xaas
