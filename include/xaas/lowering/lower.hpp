// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/cache_entry.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xaas {

/// A link ready to run: every input is a file. It travels as JSON to a child process of ours,
/// because lld is one-link-per-process when something goes wrong in LLVM, and links run in
/// parallel.
struct LoweringJob {
  struct Option {
    std::string text;  // passed as it is

    friend bool operator==(const Option&, const Option&) = default;
  };
  struct Object {  // machine code, system archive, shared library or script; `prefix` stands before
                   // the path
    std::string prefix;
    std::string path;

    friend bool operator==(const Object&, const Object&) = default;
  };
  struct Bitcode {
    std::string path;
    std::string name;                         // for messages and unique within the link
    std::vector<std::string> extra_features;  // the floor, when it must be added ("+avx2")
    /// It must compute what the generic build's machine code of it computes, to the last bit:
    /// multiply-adds of that have one rounding (`fused`) or two, and so have these.
    bool keep_bits = false;
    bool fused = false;
    bool names_prefix = false;  // see LoweringJob::prefix

    friend bool operator==(const Bitcode&, const Bitcode&) = default;
  };
  struct Library {  // an archive's members, linked as needed
    std::vector<std::variant<Object, Bitcode>> members;
    /// File name of an archive to link the members from, where an option goes by it
    /// (--exclude-libs); empty: they are linked as they are.
    std::string archive;
    bool whole = false;  // of an archive: every member

    friend bool operator==(const Library&, const Library&) = default;
  };
  using Item = std::variant<Option, Object, Bitcode, Library>;

  std::string name;  // the link's, for messages
  /// Not empty: this is no link. The file is the generic archive whose object files are lowered one
  /// by one; `items` has a Bitcode or an Object for each of them, in order.
  std::string archive;
  std::vector<Item> items;
  std::string output;  // path of the file to make, never half-written
  std::string cpu;     // LLVM's -mcpu
  std::string tune;
  std::vector<std::string> features;  // -mattr: "+avx2", "-pku"
  unsigned opt_level = 2;
  bool full_lto = false;
  bool frame_pointers = false;  // in every function that is lowered
  /// Where debug information says that the source lies; empty: as the units say.
  std::string source_folder;
  std::string build_id;  // hex; empty: made from the output's content
  /// What stands in place of the install prefix in units that name it, and what takes its place,
  /// of the same length.
  std::string placeholder;
  std::string prefix;
  unsigned threads = 1;
  std::string cache;       // folder of the units' machine code; empty: none
  std::string save_temps;  // folder for LLVM's stage dumps; empty: none
  std::string work;        // private folder for rewritten bitcode

  friend bool operator==(const LoweringJob&, const LoweringJob&) = default;
};

std::string print_job(const LoweringJob& job);
Result<LoweringJob> parse_job(std::string_view json);

/// What the child found out, for the verifier.
struct LoweringResult {
  std::size_t functions = 0;                 // defined in the bitcode that went into the link
  std::set<std::string> explicit_functions;  // lowered with features of their own or a floor
  double seconds = 0;
  CacheNotes cache;
};

/// What a link's process may take of the machine.
struct LoweringLimits {
  std::uint64_t memory = 0;  // bytes of data (RLIMIT_DATA); 0: no bound
  std::string reason;        // who says so, and what to do about it: for messages
};

/// Runs the job in a child process of this program (`/proc/self/exe` with `lower_command`, the job
/// on stdin, the result on stdout). A crash or an error of the linker is `tool_failed` and names
/// the link.
Result<LoweringResult> lower_in_child(const LoweringJob& job, std::string_view lower_command,
                                      const LoweringLimits& limits = {});

/// The child's side: reads the job from stdin, rewrites bitcode that needs it, runs lld, prints the
/// result.
int lowering_child_main();

}  // namespace xaas
