// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file_descriptor.hpp"

#include "xaas/support/process.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What a child needs between fork and exec, made ready before: there only async-signal-safe calls
/// are allowed, for another thread may have held the allocator's lock at the fork.
class Launch {
 public:
  static Result<Launch> prepare(const Command& command);

  /// Does not come back when the program could be started. Otherwise says why to `report`.
  void enter(int report) const;

  /// Turns what `enter` reported into an error.
  [[nodiscard]] Error error_from(std::string_view report) const;

  /// What stays with the parent; not open when nothing is captured.
  FileDescriptor output;
  FileDescriptor errors;

  /// A process group of its own lets a time limit and a forwarded signal reach everything that the
  /// child started. A child that reads the terminal must stay in ours, or it would be stopped.
  [[nodiscard]] bool has_own_group() const { return !command_->inherit_input; }

  /// The parent's copies of the child's ends; open ones would keep the pipes from ending.
  void close_child_ends();

 private:
  explicit Launch(const Command& command) : command_(&command) {}
  Status open_streams();
  Status open_output();
  void prepare_environment();
  void prepare_programs(std::string_view path);
  bool set_up_child(int report) const;

  const Command* command_;
  FileDescriptor child_input_;
  FileDescriptor child_output_;
  FileDescriptor child_errors_;
  std::vector<std::string> environment_;
  std::vector<std::string> programs_;  // what to try, in the order of PATH
  std::vector<char*> argv_;
  std::vector<char*> envp_;
  mutable std::vector<char*> script_argv_;  // "/bin/sh", the program, its arguments
};

/// A pipe whose ends close on exec and are not 0, 1 or 2, which the child puts its streams on.
struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
  static Result<Pipe> make();
};

}  // namespace xaas
