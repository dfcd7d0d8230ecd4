// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

// What the compiler wrapper writes down while a build runs: one JSON file per action in the capture
// folder's `log/`, and the content of every link input in its `store/<hex>`.

namespace xaas {

/// A file of the build that a compile has read.
struct CompileInput {
  std::string path;  // absolute
  Digest content;

  friend bool operator==(const CompileInput&, const CompileInput&) = default;
};

/// How an object came about.
enum class CompileReuse {
  compiled,
  same_inputs,  // an earlier compile had the same command and files
  same_text,  // ... the same text after preprocessing, and what it means: flags, compiler, language
};

struct CompileRecord {
  std::string source;         // as given, made absolute
  std::string folder;         // working directory
  std::string output;         // absolute; "PROGRAM-0-a.o", which is not there any more, when one
                              // command compiled and linked
  std::string language;       // "c", "c++", "assembler", "fortran", "unknown"
  Digest object;              // the object as the compiler wrote it: how links find this record
  std::string opaque_reason;  // not empty: there is no bitcode in it, and why
  std::vector<std::string> isa_flags;  // -march/-m flags in order, natives left out
  std::vector<std::string>
      pipeline_flags;  // -O level (the last), -fno-vectorize, -fveclib=, "-mllvm x" ...
  std::vector<std::string> neutralized;  // -march=native and kin, left out of the real command
  /// What stood behind the wrapper's own flags, the source included, without what says where the
  /// object and dependency files go; empty for assembly, Fortran and standard input.
  std::vector<std::string> arguments;
  std::vector<CompileInput> inputs;  // those of the build: source and headers, sorted by path
  CompileReuse reuse = CompileReuse::compiled;
};

/// One token of the linker's command line, resolved.
struct RecordedInput {
  enum class Role { option, object, archive, shared_library, file_argument } role = Role::option;
  /// option: one word, "-znow" and "--soname=x" also where two were given; file_argument: what
  /// stands before the path; shared_library: what is written as NEEDED when the file has no soname.
  std::string text;
  std::string path;    // absolute, symlinks kept; all roles but option
  Digest content;      // all roles but option; also in store/, a thin archive as a regular one
  bool whole = false;  // archive under --whole-archive
};

struct LinkRecord {
  std::string folder;
  std::string output;    // absolute
  Digest content;        // of the output as the linker wrote it
  std::string build_id;  // of the output, lowercase hex: ties installed files to their link
  enum class Kind { executable, shared_library, relocatable } kind = Kind::executable;
  std::vector<RecordedInput> inputs;  // in order
  std::string
      opaque_reason;  // not empty: the link could not be recorded, and why (inputs may be empty)
};

struct CaptureLog {
  std::vector<CompileRecord> compiles;
  std::vector<LinkRecord> links;
  std::vector<std::string> warnings;  // from the wrapper, once each, sorted
};

std::string print_record(const CompileRecord& record);
std::string print_record(const LinkRecord& record);
/// Reads all records in `capture_folder`/log in a fixed order. A file that a killed wrapper left
/// half written is impossible (they are renamed into place); one that does not parse is `corrupt`.
Result<CaptureLog> read_capture_log(const std::filesystem::path& capture_folder);

}  // namespace xaas
