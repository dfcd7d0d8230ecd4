// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/numerics.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// The processor attributes that a command line alone puts on every function.
struct CommandLineFeatures {
  std::string cpu;   // value of "target-cpu"
  std::string tune;  // value of "tune-cpu"
  std::set<std::string>
      features;  // entries of "target-features": "+avx2", "-avx512f", "+harden-sls-ret"

  friend bool operator==(const CommandLineFeatures&, const CommandLineFeatures&) = default;
};

/// Asks the compiler itself, by compiling an empty function with these flags (`isa_flags` in order,
/// after the baseline's -march). `language` as in CompileRecord.
Result<CommandLineFeatures> command_line_features(const std::string& compiler,
                                                  const std::string& baseline,
                                                  const std::vector<std::string>& isa_flags,
                                                  const std::string& language);

/// The same with all flags in order, the processor's too: nothing stands before them.
Result<CommandLineFeatures> command_line_features(const std::string& compiler,
                                                  const std::vector<std::string>& flags,
                                                  const std::string& language);

struct CanonicalUnit {
  std::string bitcode;  // ThinLTO module with summary and module hash, without debug information
  Digest digest;        // of `bitcode`
  /// The same module with its debug information, the *debug companion*; empty without -g.
  std::string debug_bitcode;
  std::set<std::string> explicit_functions;
  std::set<std::string> build_paths;  // strings in it that still name `build_root`
  // Why it must go into links as the machine code of its build: "`scale` passes 256-bit vectors by
  // value, which wider processors do in another way". Empty: it can be lowered.
  std::string why_not_lowered;
  /// The reason is how it passes vectors: compiled for a wider processor it agrees with others that
  /// are, and can be lowered.
  bool is_abi_bound = false;
  bool reads_files = false;  // its assembly does: nothing but its machine code is the program
  /// Compiled for another processor the same text may be other code: these calls, arithmetic in
  /// half precision, and the alignment that OpenMP's `simd aligned` stands for.
  bool is_isa_bound = false;
  Numerics numerics;
  bool names_prefix = false;  // the placeholder of install prefixes is in its constants
};

/// The module as every build of the same code gives it, wherever and for whatever processor:
///  - processor attributes that repeat the command line are gone; hardening ("+harden-*",
///  "+retpoline-*",
///    "+seses", "+lvi-*" ...) and vetoes that the command line asked for ("-avx512f") stay;
///  - a function with features of its own keeps exactly those that it has beyond the command
///  line's;
///  - no producer identification, no debug information, no places in the text; the module is named
///  by its content, then summary and hash are rebuilt.
/// A function whose author asked for less than the command line has is marked so ("xaas-floor"):
/// it must not get the unit's floor when that is added for a lesser target.
/// `unsupported` when the bitcode is from a newer LLVM or for neither x86 nor AArch64, `corrupt`
/// when it does not parse or verify.
Result<CanonicalUnit> canonicalize(std::string_view bitcode, const CommandLineFeatures& given,
                                   const CommandLineFeatures& baseline,
                                   const std::string& build_root);

/// Processor features that `given` asks for beyond `baseline`, without sign: the unit's floor.
std::set<std::string> feature_floor(const CommandLineFeatures& given,
                                    const CommandLineFeatures& baseline);

}  // namespace xaas
