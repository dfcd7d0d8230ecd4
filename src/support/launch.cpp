// SPDX-License-Identifier: Apache-2.0
#include "launch.hpp"

#include "search_path.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

// POSIX leaves its declaration to the program (environ(7)).
extern char** environ;  // NOLINT

namespace xaas {
namespace {

/// First in a child's report; errno follows, or the words of `in_child`'s error.
enum class Stage : char { folder, processors, streams, in_child, exec };

struct Failure {
  Stage stage;
  int error;
};

Error pipe_error(int error) {
  return fail(ErrorKind::io, "making a pipe: {}", std::generic_category().message(error))
      .with_code("support.pipe");
}

/// A copy that is none of 0, 1 and 2, in case this program was started with one of them closed.
Result<FileDescriptor> above_streams(FileDescriptor file) {
  if (file.number() > STDERR_FILENO) return file;
  FileDescriptor copy{::fcntl(file.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
  if (!copy.is_open()) return pipe_error(errno);
  return copy;
}

/// The child's standard input: a file in memory, so that a child that does not read it can neither
/// block us nor send us SIGPIPE.
Result<FileDescriptor> input_holding(const std::string& bytes) {
  FileDescriptor memory{::memfd_create("xaas-input", MFD_CLOEXEC)};
  if (!memory.is_open()) return pipe_error(errno);
  XAAS_CHECK(write_all(memory, bytes, "input of a program"));
  if (::lseek(memory.number(), 0, SEEK_SET) != 0) return pipe_error(errno);
  return above_streams(std::move(memory));
}

Result<FileDescriptor> open_null(int flags) {
  XAAS_TRY(auto file, open_file("/dev/null", flags));
  return above_streams(std::move(file));
}

void report_failure(int report, Stage stage, int error) {
  const Failure failure{.stage = stage, .error = error};
  [[maybe_unused]] const auto ignored = ::write(report, &failure, sizeof failure);
}

bool pin_to(const std::vector<int>& processors) {
  // On the stack: no allocation here. Enough for 8192 processors.
  std::array<unsigned long, 128> mask{};
  auto* set = reinterpret_cast<cpu_set_t*>(mask.data());
  for (const int processor : processors)
    if (processor >= 0) CPU_SET_S(static_cast<std::size_t>(processor), sizeof mask, set);
  return ::sched_setaffinity(0, sizeof mask, set) == 0;
}

bool is_absent(int error) {
  return error == ENOENT || error == ENOTDIR;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  // exec promises not to write through them (exec(3)); the type is older than const.
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<Pipe> Pipe::make() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return pipe_error(errno);
  FileDescriptor read_end{ends[0]};
  FileDescriptor write_end{ends[1]};
  XAAS_TRY(auto read, above_streams(std::move(read_end)));
  XAAS_TRY(auto write, above_streams(std::move(write_end)));
  return Pipe{.read = std::move(read), .write = std::move(write)};
}

Result<Launch> Launch::prepare(const Command& command) {
  if (command.argv.empty() || command.argv[0].empty()) {
    return fail(ErrorKind::invalid_input, "no program to run: the command is empty")
        .with_code("support.empty-command");
  }
  Launch launch{command};
  launch.prepare_environment();
  XAAS_CHECK(launch.open_streams());
  return launch;
}

void Launch::prepare_environment() {
  std::map<std::string, std::string> variables;
  for (char* const* entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& name : command_->unset) variables.erase(name);
  for (const auto& [name, value] : command_->environment) variables[name] = value;
  for (const auto& [name, value] : variables)
    environment_.push_back(fmt::format("{}={}", name, value));
  envp_ = pointers_to(environment_);
  const auto path = variables.find("PATH");
  prepare_programs(path == variables.end() ? "/usr/bin:/bin" : path->second);
}

void Launch::prepare_programs(std::string_view path) {
  const auto& name = command_->argv[0];
  if (name.contains('/')) {
    programs_.push_back(name);
  } else {
    for (const auto& folder : folders_in(path))
      programs_.push_back(fmt::format("{}/{}", folder, name));
  }
  argv_ = pointers_to(command_->argv);
  script_argv_ = argv_;
  script_argv_.insert(script_argv_.begin(), const_cast<char*>("/bin/sh"));
}

Status Launch::open_output() {
  using Output = Command::Output;
  if (command_->output == Output::capture) {
    XAAS_TRY(auto pipe, Pipe::make());
    output = std::move(pipe.read);
    child_output_ = std::move(pipe.write);
  } else if (command_->output == Output::discard) {
    XAAS_TRY(child_output_, open_null(O_WRONLY));
  } else if (command_->output == Output::to_file) {
    XAAS_TRY(auto file, open_file(command_->output_file, O_WRONLY | O_CREAT | O_APPEND, 0666));
    XAAS_TRY(child_output_, above_streams(std::move(file)));
  }
  return {};
}

Status Launch::open_streams() {
  using Errors = Command::Errors;
  XAAS_CHECK(open_output());
  if (command_->errors == Errors::capture) {
    XAAS_TRY(auto pipe, Pipe::make());
    errors = std::move(pipe.read);
    child_errors_ = std::move(pipe.write);
  } else if (command_->errors == Errors::discard) {
    XAAS_TRY(child_errors_, open_null(O_WRONLY));
  }
  if (!command_->input.empty()) {
    XAAS_TRY(child_input_, input_holding(command_->input));
  } else if (!command_->inherit_input) {
    XAAS_TRY(child_input_, open_null(O_RDONLY));
  }
  return {};
}

void Launch::close_child_ends() {
  child_input_.reset();
  child_output_.reset();
  child_errors_.reset();
}

bool Launch::set_up_child(int report) const {
  const auto put_on = [](const FileDescriptor& file, int stream) {
    return !file.is_open() || ::dup2(file.number(), stream) >= 0;
  };
  if (!put_on(child_input_, STDIN_FILENO) || !put_on(child_output_, STDOUT_FILENO) ||
      !put_on(child_errors_, STDERR_FILENO) ||
      (command_->errors == Command::Errors::with_output &&
       ::dup2(STDOUT_FILENO, STDERR_FILENO) < 0)) {
    report_failure(report, Stage::streams, errno);
    return false;
  }
  if (!command_->folder.empty() && ::chdir(command_->folder.c_str()) != 0) {
    report_failure(report, Stage::folder, errno);
    return false;
  }
  if (!command_->processors.empty() && !pin_to(command_->processors)) {
    report_failure(report, Stage::processors, errno);
    return false;
  }
  if (!command_->in_child) return true;
  const auto status = command_->in_child();
  if (status) return true;
  report_failure(report, Stage::in_child, 0);
  const auto& message = status.error().message();
  [[maybe_unused]] const auto ignored = ::write(report, message.data(), message.size());
  return false;
}

void Launch::enter(int report) const {
  if (!set_up_child(report)) return;
  // The most telling reason: a program that is there but may not be run beats one that is not.
  int reason = ENOENT;
  for (const auto& program : programs_) {
    ::execve(program.c_str(), argv_.data(), envp_.data());
    int error = errno;
    if (error == ENOEXEC) {  // a script without "#!": as execvp(3) does
      script_argv_[1] = const_cast<char*>(program.c_str());
      ::execve(script_argv_[0], script_argv_.data(), envp_.data());
      error = errno;
    }
    if (!is_absent(error)) reason = error;
    if (!is_absent(error) && error != EACCES) break;
  }
  report_failure(report, Stage::exec, reason);
}

Error Launch::error_from(std::string_view report) const {
  Failure failure{};
  std::memcpy(&failure, report.data(), std::min(report.size(), sizeof failure));
  report.remove_prefix(std::min(report.size(), sizeof failure));
  const auto reason = std::generic_category().message(failure.error);
  const auto& program = command_->argv[0];
  switch (failure.stage) {
    case Stage::folder:
      return io_error("entering folder", command_->folder, failure.error);
    case Stage::processors:
      return fail(ErrorKind::io, "cannot pin `{}` to the processors asked for: {}", program, reason)
          .with_code("support.pin");
    case Stage::in_child:
      return fail(ErrorKind::io, "{}", report).with_code("support.in-child");
    case Stage::streams:
      return fail(ErrorKind::io, "cannot give `{}` its streams: {}", program, reason)
          .with_code("support.pipe");
    case Stage::exec:
      break;
  }
  if (is_absent(failure.error)) {
    return fail(ErrorKind::not_found, "no program `{}`{}", program,
                program.contains('/') ? "" : " in PATH")
        .with_code("support.no-program");
  }
  return fail(ErrorKind::io, "cannot run `{}`: {}", program, reason).with_code("support.exec");
}

}  // namespace xaas
