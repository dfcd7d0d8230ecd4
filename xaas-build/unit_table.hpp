// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "variant_finder.hpp"

#include "xaas/capture/build.hpp"
#include "xaas/frontend/canonicalize.hpp"
#include "xaas/ir/manifest.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Contents on their way into the image, on disk under their digest.
class BlobFolder {
 public:
  explicit BlobFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// Safe to call from several threads.
  Result<Digest> put(std::string_view bytes) const;
  [[nodiscard]] std::filesystem::path path_of(const Digest& digest) const {
    return folder_ / digest.hex();
  }

 private:
  std::filesystem::path folder_;
};

/// An object that some link of a product uses, before it becomes a unit of the manifest.
struct UsedObject {
  Digest object;     // its content, in the build's store (archive members too, see LinkTable)
  std::string path;  // where the link found it; for archives "libfoo.a(member.o)"
};

/// How units are made.
struct UnitRequest {
  std::string compiler;  // to be asked what flags mean
  IsaChoice isas;        // the baseline, and what variants are looked for
  unsigned jobs = 1;
  std::filesystem::path scratch;  // for temporary files
};

/// Turns the objects that links use into the manifest's units, those of several builds of one
/// application. Call `add` for each build, then `index_of` for each use, in the order of the links;
/// `finish` then does the work for all of them in parallel.
class UnitTable {
 public:
  explicit UnitTable(const BlobFolder& blobs) : blobs_(&blobs) {}

  /// Learns what a build compiled.
  void add(const BuildResult& build);

  /// The unit of an object; the same for every use of the same content that was compiled with the
  /// same flags, in whichever build: a flag may do nothing to the machine code, and something to
  /// what a deployment makes.
  std::size_t index_of(const BuildResult& build, const UsedObject& object);

  /// How the object of a unit was compiled, and in which build; null: not by our compilers.
  [[nodiscard]] const CompileRecord* compile_of(std::size_t unit) const {
    return entries_[unit].compile;
  }
  [[nodiscard]] const BuildResult* build_of(std::size_t unit) const {
    return entries_[unit].compiled_in;
  }

  /// Whether the build's own compilers made this object.
  [[nodiscard]] bool is_compiled(const Digest& object) const { return compiled_.contains(object); }

  /// Canonical bitcode, floors, variants and machine code of all units. Units whose bitcode cannot
  /// be used are opaque.
  Result<std::vector<TranslationUnit>> finish(const UnitRequest& request, Progress& progress);

  /// Strings in units that still name the build folder, after `finish`.
  [[nodiscard]] const std::set<std::string>& build_paths() const { return build_paths_; }

  /// Sentences about units that have no code for some processor -> these, after `finish`.
  using Failures = std::map<std::string, std::set<std::string>>;
  [[nodiscard]] const Failures& variant_failures() const { return variant_failures_; }

 private:
  /// What makes equal objects one unit.
  struct Identity {
    Digest object;
    std::string language;
    std::vector<std::string> isa_flags;
    std::vector<std::string> pipeline_flags;

    friend auto operator<=>(const Identity&, const Identity&) = default;
  };
  struct Entry {
    UsedObject used;
    const BuildResult* build = nullptr;        // whose store has it
    const CompileRecord* compile = nullptr;    // null: not ours
    const BuildResult* compiled_in = nullptr;  // whose files it was compiled from
  };
  /// What making one unit brings to light besides.
  struct Remarks {
    std::set<std::string> build_paths;
    std::vector<std::string> variant_failures;
  };

  Result<RangeTable> ask_compiler(const UnitRequest& request) const;
  Result<TranslationUnit> make_unit(const Entry& entry, const RangeTable& ranges,
                                    const VariantFinder& finder, Remarks& remarks) const;
  Status add_variants(TranslationUnit& unit, FoundVariants found) const;
  Status keep_machine_code(TranslationUnit& unit, std::string_view object,
                           std::string reason) const;

  const BlobFolder* blobs_;
  std::map<std::pair<const BuildResult*, Digest>, const CompileRecord*> compiles_;
  std::set<Digest> compiled_;
  std::map<Identity, std::size_t> indices_;
  std::vector<Entry> entries_;
  std::set<std::string> build_paths_;
  Failures variant_failures_;
};

/// Why one pipeline for a whole link cannot honour these flags of a unit in `language`; empty when
/// it can: at -O2 and -O3 the link's pipeline is that of its highest level, and the bitcode itself
/// says which functions are to be small (-Os, -Oz).
std::string unhonoured_flag(const std::vector<std::string>& pipeline_flags,
                            std::string_view language);

}  // namespace xaas
