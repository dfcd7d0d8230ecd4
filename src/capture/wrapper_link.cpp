// SPDX-License-Identifier: Apache-2.0
#include "build_id.hpp"
#include "compiler_tools.hpp"
#include "driver_commands.hpp"
#include "link_resolution.hpp"
#include "linker_table.hpp"
#include "paths.hpp"
#include "response_file.hpp"
#include "wrapper.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <utility>

// Links run for real, by lld, because later steps of the build may run what was linked. The record
// is our own reading of the command line; lld's dependency file says whether that reading was
// right.

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Renames = std::vector<std::pair<std::string, std::string>>;

bool has(const std::vector<LinkerArgument>& arguments, LinkerMeaning meaning) {
  return std::ranges::any_of(arguments, [&](const LinkerArgument& argument) {
    return argument.is_option && argument.meaning == meaning;
  });
}

void print(const std::string& text, std::FILE* stream) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

/// What can only be known of the finished output completes the record.
Status add_link(const WrapperJob& job, LinkRecord record) {
  XAAS_TRY(const std::string bytes, read_file(record.output));
  record.content = digest_of(bytes);
  record.build_id = build_id_of(bytes);
  return job.store.add(record);
}

/// Fills in contents; what the linker read must be exactly what was resolved.
Status complete(const WrapperJob& job, const Renames& renamed, const std::set<std::string>& opened,
                ResolvedLink& link) {
  if (const std::string difference = difference_to_opened(link, opened, job.folder);
      !difference.empty() && link.opaque_reason.empty())
    link.opaque_reason = difference;
  for (RecordedInput& input : link.inputs) {
    if (input.role == RecordedInput::Role::option) continue;
    XAAS_TRY(input.content, job.store.put_file(input.path));
    for (const auto& [real, name] : renamed)
      if (input.path == real) input.path = name;
  }
  return {};
}

Status record_link(const WrapperJob& job, const LinkTask& task,
                   const std::vector<LinkerArgument>& arguments, const fs::path& dependencies) {
  auto resolved = resolve_link(arguments, job.folder);
  ResolvedLink link;
  if (resolved) {
    link = std::move(*resolved);
  } else {
    link = output_alone(arguments, job.folder, resolved.error().message());
  }
  std::error_code error;
  if (!fs::is_regular_file(link.output, error)) return {};
  if (resolved) {
    XAAS_TRY(const std::string text, read_file(dependencies));
    XAAS_CHECK(complete(job, task.renamed, parse_dependency_file(text), link));
  }
  LinkRecord record{.folder = job.folder,
                    .output = link.output,
                    .content = {},
                    .kind = link.kind,
                    .inputs = std::move(link.inputs),
                    .opaque_reason = std::move(link.opaque_reason)};
  return add_link(job, std::move(record));
}

/// Records a link that was made by other means than lld alone.
Status record_opaque(const WrapperJob& job, ResolvedLink link) {
  std::error_code error;
  if (!fs::is_regular_file(link.output, error)) return {};
  LinkRecord record{.folder = job.folder,
                    .output = std::move(link.output),
                    .content = {},
                    .kind = link.kind,
                    .inputs = {},
                    .opaque_reason = std::move(link.opaque_reason)};
  return add_link(job, std::move(record));
}

/// lld refused: the link as the user wrote it. Its errors are the ones to show, lld's where there
/// is no other linker.
Result<int> run_original(const WrapperJob& job, const LinkTask& task,
                         const std::vector<LinkerArgument>& arguments, const Outcome& refused) {
  if (!find_program_in(job.settings.search_path, "ld")) {
    print(refused.errors + task.complaint, stderr);
    return refused.exit_code;
  }
  Command command = plain_command(job, task.original);
  command.errors = Command::Errors::capture;
  const auto outcome = run(command);
  if (!outcome) {
    print(refused.errors + task.complaint, stderr);
    return refused.exit_code;
  }
  print(outcome->errors, stderr);
  if (!outcome->succeeded()) return outcome->exit_code;
  XAAS_CHECK(record_opaque(
      job, output_alone(arguments, job.folder,
                        fmt::format("lld refused it: {}", first_error(refused.errors)))));
  return 0;
}

/// The driver does more than to start a linker.
Result<int> run_unread_link(const WrapperJob& job, const CompilerInvocation& invocation,
                            std::vector<std::string> original) {
  XAAS_TRY(const Outcome outcome, run(plain_command(job, std::move(original))));
  if (!outcome.succeeded()) return outcome.exit_code;
  const std::string output = invocation.output.empty() ? "a.out" : invocation.output;
  XAAS_CHECK(record_opaque(job, {.output = absolute_path(job.folder, output),
                                 .inputs = {},
                                 .scripts = {},
                                 .opaque_reason = "the compiler runs more than a linker for it"}));
  return 0;
}

/// The project's own --dependency-file: ours took its place on the command line.
Status hand_over_dependencies(const std::vector<LinkerArgument>& arguments, const WrapperJob& job,
                              const fs::path& ours) {
  for (const LinkerArgument& argument : arguments) {
    if (argument.is_option && argument.meaning == LinkerMeaning::dependencies)
      XAAS_CHECK(xaas::copy_file(ours, fs::path(job.folder) / argument.value));
  }
  return {};
}

}  // namespace

std::vector<std::string> lld_flags(const WrapperJob& job, Driver driver) {
  // flang has no --ld-path, and clang warns of a path behind -fuse-ld.
  std::vector<std::string> flags{"-fuse-ld=" + job.settings.linker};
  if (driver != Driver::fortran) flags = {"-fuse-ld=lld", "--ld-path=" + job.settings.linker};
  // For clang itself this is a folder of libraries with -fopenmp alone. CMake asks without, and
  // would write a run path into programs: where the tarball lies.
  if (const fs::path tarball = tarball_of_tool(job.settings.linker); !tarball.empty())
    flags.push_back("-L" + (tarball / "lib").string());
  return flags;
}

Result<int> run_link(const WrapperJob& job, const LinkTask& task) {
  std::vector<std::string> argv = expand_response_files(task.arguments, job.folder);
  std::vector<LinkerArgument> arguments = parse_linker_arguments(argv);
  if (has(arguments, LinkerMeaning::informs) || arguments.empty()) {
    argv.insert(argv.begin(), job.settings.linker);
    return become(job, std::move(argv));
  }
  // Installed files are tied to their links by the build id. GNU ld takes version scripts that name
  // symbols nobody defines, lld does not unless told so.
  std::vector<std::string> extra;
  if (!has(arguments, LinkerMeaning::relocatable)) {
    extra.emplace_back("--build-id=sha1");
    if (!has(arguments, LinkerMeaning::strict_version)) extra.emplace_back("--undefined-version");
  }
  std::ranges::copy(parse_linker_arguments(extra), std::back_inserter(arguments));

  XAAS_TRY(const auto temporary, TemporaryFolder::make(job.store.folder() / "tmp"));
  const fs::path dependencies = temporary.path() / "opened.d";
  extra.push_back("--dependency-file=" + dependencies.string());
  argv.insert(argv.begin(), job.settings.linker);
  std::ranges::copy(extra, std::back_inserter(argv));
  Command command = plain_command(job, std::move(argv));
  command.errors = Command::Errors::capture;
  XAAS_TRY(const Outcome outcome, run(command));
  if (!outcome.succeeded()) return run_original(job, task, arguments, outcome);
  print(outcome.errors, stderr);
  XAAS_CHECK(hand_over_dependencies(arguments, job, dependencies));
  XAAS_CHECK(record_link(job, task, arguments, dependencies));
  return 0;
}

Result<int> run_linker(const WrapperJob& job, const std::vector<std::string>& argv) {
  std::vector<std::string> original = argv;
  original.insert(original.begin(), "ld");
  return run_link(
      job, {.arguments = argv, .original = std::move(original), .complaint = {}, .renamed = {}});
}

Result<int> run_driver_link(const WrapperJob& job, const CompilerInvocation& invocation,
                            const std::vector<std::string>& arguments, const Renames& renamed) {
  std::vector<std::string> original{job.compiler(invocation.driver)};
  std::ranges::copy(arguments, std::back_inserter(original));
  std::vector<std::string> question{job.compiler(invocation.driver), "-###"};
  for (const std::string& word : arguments) {
    const FlagRow* row = find_flag(word);
    if (row == nullptr || row->meaning != FlagMeaning::linker_choice) {
      question.push_back(word);
    } else if (word != "-fuse-ld=lld") {
      XAAS_CHECK(job.store.warn(
          fmt::format("the build's own `{}` was replaced: captured links are made by lld", word)));
    }
  }
  std::ranges::copy(lld_flags(job, invocation.driver), std::back_inserter(question));
  Command command = plain_command(job, std::move(question));
  command.output = Command::Output::discard;
  command.errors = Command::Errors::capture;
  XAAS_TRY(const Outcome outcome, run(command));
  auto commands = parse_driver_commands(outcome.errors);
  const bool is_plain = commands.size() == 1 && commands.front().front() == job.settings.linker;
  // What is wrong with the command line, the driver says best itself.
  if (!outcome.succeeded()) return become(job, std::move(original));
  if (!is_plain) return run_unread_link(job, invocation, std::move(original));
  print(driver_complaints(outcome.errors), stderr);
  commands.front().erase(commands.front().begin());
  return run_link(job, {.arguments = std::move(commands.front()),
                        .original = std::move(original),
                        .complaint = fmt::format(
                            "{}: error: linker command failed with exit code 1 (use -v to see "
                            "invocation)\n",
                            fs::path(job.compiler(invocation.driver)).filename().string()),
                        .renamed = renamed});
}

}  // namespace xaas
