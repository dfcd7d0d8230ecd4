// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "flag_table.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// One flag with its value, or one input file.
struct Argument {
  std::vector<std::string> tokens;  // as they stood on the command line, one or two
  FlagMeaning meaning = FlagMeaning::plain;
  bool is_flag = true;
  std::string value;     // the flag's value; for an input its path
  std::string language;  // inputs: as CompileRecord::language, or "object" for the linker's
  bool is_header = false;

  [[nodiscard]] bool is_source() const { return !is_flag && language != "object"; }

  friend bool operator==(const Argument&, const Argument&) = default;
};

enum class Driver { c, cxx, fortran };

/// A compiler's command line, understood as far as the capture needs it.
struct CompilerInvocation {
  enum class Mode {
    query,       // answers and makes nothing
    preprocess,  // -E, -M
    no_object,   // -S, -fsyntax-only, headers: passed through
    compile,     // -c
    link,        // objects only
    compile_and_link,
  };
  Driver driver = Driver::c;
  Mode mode = Mode::query;
  std::vector<Argument> arguments;  // everything after argv[0], in order
  std::string output;               // empty: the default one

  [[nodiscard]] std::vector<const Argument*> sources() const;
  [[nodiscard]] bool has(FlagMeaning meaning) const;
};

/// `argv` without the program, response files expanded.
CompilerInvocation parse_invocation(Driver driver, const std::vector<std::string>& argv);

/// -march=native, -mtune=native, -mcpu=native.
bool is_native(const Argument& argument);

/// The processor flags in order, natives left out; the last -O and the other pipeline flags in
/// order.
std::vector<std::string> isa_flags(const CompilerInvocation& invocation);
std::vector<std::string> pipeline_flags(const CompilerInvocation& invocation);
std::vector<std::string> native_flags(const CompilerInvocation& invocation);

/// Why no bitcode can come from compiling this source; empty when it can.
std::string opaque_reason(const CompilerInvocation& invocation, const Argument& source);

/// The tokens of the arguments that `keep` wants.
std::vector<std::string> tokens_of(const CompilerInvocation& invocation,
                                   const std::function<bool(const Argument&)>& keep);

/// Where `-c` puts the object of a source when there is no -o: "a.o" in the working directory.
std::string default_object(std::string_view source);

/// "c", "c++", "assembler", "fortran", "unknown", or "object" for what only the linker reads.
std::string language_of_suffix(Driver driver, std::string_view path);

/// A run by a configure step to learn what the compiler can do: not part of the application.
bool is_probe(const CompilerInvocation& invocation, std::string_view folder);

}  // namespace xaas
