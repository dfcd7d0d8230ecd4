// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace xaas {

/// How a flag takes its value.
enum class FlagValue {
  none,                  // "-c"
  joined,                // "-std=c11": everything after the name, perhaps nothing
  separate,              // "-Xlinker x"
  either,                // "-o x" and "-ox"
  joined_then_separate,  // "-Xarch_host x"
};

/// What a flag means to the capture. Everything that only the compiler has to understand is
/// `plain`.
enum class FlagMeaning {
  plain,
  output,             // -o
  compile_only,       // -c
  preprocess_only,    // -E, -M, -MM
  no_object,          // -S, -fsyntax-only, -emit-llvm: the result is something else than an object
  query,              // -dumpmachine, -print-*: answers, makes nothing
  language,           // -x
  target,             // -m32, --target=: another architecture
  isa,                // -mavx2, -march=: goes to the unit's floor, unless its value is "native"
  pipeline,           // what a whole link's pipeline cannot know: -O, -fno-vectorize, -mllvm
  pipeline_default,   // as the pipeline does at -O2 anyway; undoes an earlier "-fno-"
  forwarded,          // -Xclang x: x means what its own row says, if anything
  lto,                // ours alone to decide
  instrumentation,    // -fsanitize=, -fprofile-*: the object is opaque
  dependency_file,    // -MF
  dependency_target,  // -MT, -MQ
  dependency_mode,    // -MD, -MMD
  keeps_temporaries,  // -save-temps, -gsplit-dwarf: files named after the output
  linker,             // unused without a link
  linker_choice,      // -fuse-ld=, --ld-path=
  linker_text,        // -Wl,a,b and -Xlinker a
};

struct FlagRow {
  std::string_view name;
  FlagValue value;
  FlagMeaning meaning;
};

/// Rows of the compiler's command line (clang 22 and GCC 12) that the capture must tell apart.
std::span<const FlagRow> compiler_flags();

/// The row with the longest name that fits the argument; null for an input or an unknown flag.
const FlagRow* find_flag(std::string_view argument);

}  // namespace xaas
