// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "invocation.hpp"
#include "settings.hpp"
#include "store.hpp"

#include "xaas/support/process.hpp"
#include "xaas/support/result.hpp"

#include <string>
#include <vector>

// The wrapper program stands where the build expects its compiler and linker. It does what they
// would do, with the same output, files and exit code, and writes down what a deployment needs.

namespace xaas {

struct WrapperJob {
  WrapperSettings settings;
  CaptureStore store;
  std::string folder;  // working directory

  [[nodiscard]] const std::string& compiler(Driver driver) const {
    if (driver == Driver::fortran) return settings.fortran_compiler;
    return driver == Driver::cxx ? settings.cxx_compiler : settings.c_compiler;
  }
};

/// The exit code of `cc argv...`.
Result<int> run_compiler(const WrapperJob& job, Driver driver,
                         const std::vector<std::string>& argv);

/// The exit code of `ld argv...`.
Result<int> run_linker(const WrapperJob& job, const std::vector<std::string>& argv);

// --- shared by the parts ---

/// A command that is handed everything we have: streams, environment, PATH without our tools.
Command plain_command(const WrapperJob& job, std::vector<std::string> argv);

/// The flags that stand before the user's own in every command that compiles: baseline, path maps.
std::vector<std::string> leading_flags(const WrapperJob& job, const CompilerInvocation& invocation);

/// What makes the driver link by lld.
std::vector<std::string> lld_flags(const WrapperJob& job, Driver driver);

/// The compile of one source of a command, which may compile others and link, too.
struct CompileTask {
  const CompilerInvocation& invocation;  // the whole command
  const Argument& source;
  std::vector<std::string> arguments;  // after the leading flags, for this source alone
  std::string object;                  // absolute, as it is on disk
  std::string recorded_output;         // what the record calls it
  bool is_probe = false;
};
Result<int> run_compile(const WrapperJob& job, const CompileTask& task);

/// A link as the compiler driver was asked for it: `arguments` with objects in place of sources.
Result<int> run_driver_link(const WrapperJob& job, const CompilerInvocation& invocation,
                            const std::vector<std::string>& arguments,
                            const std::vector<std::pair<std::string, std::string>>& renamed);

/// Runs lld and records the link; `original` is what to run instead when lld refuses.
struct LinkTask {
  std::vector<std::string> arguments;  // of the linker, without its name
  std::vector<std::string> original;   // whole command
  std::string complaint;               // a line after the linker's errors, as drivers add one
  std::vector<std::pair<std::string, std::string>> renamed;  // on disk -> in the record
};
Result<int> run_link(const WrapperJob& job, const LinkTask& task);

/// Hands over to the real program; comes back only with the reason why not.
Error become(const WrapperJob& job, std::vector<std::string> argv);

}  // namespace xaas
