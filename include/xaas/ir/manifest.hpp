// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/numerics.hpp"
#include "xaas/specializations/specialization.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The IR manifest: what a captured application is made of. The JSON form is described in
// ir/FORMAT.md, its schema is ir/schema/xaas.ir.schema.json.

namespace xaas {

inline constexpr std::string_view k_ir_schema = "xaas.ir/1";
inline constexpr std::string_view k_media_ir_manifest = "application/vnd.xaas.ir.v1+json";
inline constexpr std::string_view k_media_ir_manifest_zstd = "application/vnd.xaas.ir.v1+zstd";
inline constexpr std::string_view k_media_ir_layer = "application/vnd.xaas.ir.layer.v1.tar+zstd";
inline constexpr std::string_view k_ir_artifact_type = "application/vnd.xaas.ir.v1";
inline constexpr std::string_view k_ir_artifact = "application/vnd.xaas.ir.v";  // and a version
inline constexpr std::string_view k_annotation_ir =
    "org.xaas.ir";  // "1": this index entry is an IR manifest
inline constexpr std::string_view k_annotation_configuration =
    "org.xaas.configuration";  // a canonical name: this index entry is that configuration's image
inline constexpr std::string_view k_annotation_debug =
    "org.xaas.debug";  // "true": this layer is only for deployments with debug information

/// What debug information calls the folder of a capture, and the source and the build in it.
inline constexpr std::string_view k_root_in_debug_info = "/xaas";
inline constexpr std::string_view k_source_in_debug_info = "/xaas/source";
inline constexpr std::string_view k_build_in_debug_info = "/xaas/build";

/// What images call the prefix of the LLVM that they were made with, wherever it lay: where Debian
/// has it. In it are the compiler's headers and the OpenMP runtime.
inline constexpr std::string_view k_tools_prefix = "/usr/lib/llvm-22";

/// A package that units are from. Links may use archives that came with an earlier package.
struct Package {
  std::string name;  // the application's, for people
  Digest ir;         // the IR manifest of the image that it came with; empty: this one

  friend bool operator==(const Package&, const Package&) = default;
};

/// A unit compiled for another processor than the baseline, because its code differs with the
/// processor.
struct UnitVariant {
  std::string isa;              // what it was compiled for: "x86-64-v3", "znver4"
  std::set<std::string> needs;  // processor features that it needs beyond the baseline
  Digest bitcode;
  Digest debug_bitcode;  // empty: none
  std::set<std::string> explicit_functions;
  Numerics numerics;
  bool names_prefix = false;

  friend bool operator==(const UnitVariant&, const UnitVariant&) = default;
};

/// Why a unit is not the same as another one of its source, one thing each.
struct UnitDifference {
  enum class Kind {
    flag,   // of the command line; `here` and `there` as they stand, empty: not there
    macro,  // `name` is `here`, and `there` in the other; empty: not defined
    file,   // the content of `name`; `here` and `there`: a line that differs, for people
  } kind = Kind::flag;
  std::string name;
  std::string here;
  std::string there;

  friend bool operator==(const UnitDifference&, const UnitDifference&) = default;
};

/// One compile action: a source file compiled once with one command line.
///   bitcode only             captured; lowered for the target
///   both, no `reason`        captured; the machine code is for deployments that must compute the
///                            same bits as the generic build
///   both, with `reason`      captured, but lowered it would not be the same program; the machine
///                            code is linked
///   machine_code only        opaque, because of `reason`
struct TranslationUnit {
  std::string source;       // relative to the source tree where it lies in it
  std::size_t package = 0;  // index into IrManifest::packages
  std::string language;     // "c", "c++", "assembler", "fortran", "unknown"
  Digest bitcode;           // canonical module; empty: opaque
  Digest machine_code;      // object without bitcode; empty: not kept
  // The same two with their debug information; empty where they have none.
  Digest debug_bitcode;
  Digest debug_machine_code;
  std::string reason;
  std::vector<std::string> pipeline_flags;  // -O level, vectorizer, veclib, -mllvm: in order
  std::set<std::string>
      floor;  // processor features its command line asked for, beyond the baseline
  std::set<std::string>
      explicit_functions;  // have features of their own (target attribute, target_clones)
  std::vector<std::string>
      neutralized;  // flags of the build machine that were left out: -march=native
  Numerics numerics;
  bool names_prefix = false;     // the placeholder is in its constants
  std::uint64_t text_bytes = 0;  // executable bytes of its machine code, for the coverage report
  /// Processor macros that its text asks about ("__AVX2__"); empty: none, or nobody looked.
  std::set<std::string> asks;
  /// How it passes vectors differs with the processor: all such units of a deployment are of one
  /// `isa`, or all are machine code.
  bool is_abi_bound = false;
  /// Distinct ones alone, from the least to the most demanding, or all where it is ABI-bound; each
  /// is a whole unit in place of `bitcode`.
  std::vector<UnitVariant> variants;
  /// Against the first unit of the same source, index into IrManifest::units.
  std::optional<std::size_t> differs_from;
  std::vector<UnitDifference> differences;

  friend bool operator==(const TranslationUnit&, const TranslationUnit&) = default;
};

/// Whether a captured unit can be lowered to compute the same bits as its machine code of the
/// generic build. Where operations may be reordered, approximated or fused as the back end likes,
/// only the same code for the same processor does.
bool can_keep_bits(const TranslationUnit& unit);

/// Whether deployments lower it, unless they are asked for something that it could not keep then.
inline bool is_captured(const TranslationUnit& unit) {
  return !unit.bitcode.is_empty() && unit.reason.empty();
}

/// One token of a link line, in order.
struct LinkOption {
  std::string text;  // one word, see link_rules.hpp: "-znow", "--soname=libx.so.1"

  friend bool operator==(const LinkOption&, const LinkOption&) = default;
};
struct LinkUnit {
  std::size_t unit = 0;  // index into IrManifest::units

  friend bool operator==(const LinkUnit&, const LinkUnit&) = default;
};
struct LinkArchive {  // an archive of units, linked by member as the linker needs them
  std::string name;   // file name
  std::vector<std::size_t> members;  // indices into IrManifest::units
  bool whole = false;                // every member is linked (--whole-archive)

  friend bool operator==(const LinkArchive&, const LinkArchive&) = default;
};
struct LinkFile {      // an input or argument file as it is: CRT objects, system archives, version
                       // scripts
  std::string prefix;  // what stands before the path: "", "--version-script="
  std::string name;    // file name
  Digest content;

  friend bool operator==(const LinkFile&, const LinkFile&) = default;
};
struct LinkLibrary {  // a shared library, found by soname
  std::string soname;
  std::string path;  // in the generic image, absolute; empty: not there
  Digest content;    // the file's content at capture; carried in the IR layer when path is empty
  /// Symbols that the link takes from it, "name" or "name@VERSION"; sorted. No list: nobody looked,
  /// and it cannot be exchanged for another library.
  std::optional<std::set<std::string>> uses;

  friend bool operator==(const LinkLibrary&, const LinkLibrary&) = default;
};
using LinkItem = std::variant<LinkOption, LinkUnit, LinkArchive, LinkFile, LinkLibrary>;

/// An archive is not linked: its items are the units of the object files in it, in their order.
enum class LinkKind { executable, shared_library, archive };

struct Link {
  std::string name;  // the output's path in the build tree, for people
  LinkKind kind = LinkKind::executable;
  std::vector<LinkItem> items;  // everything but the output's name, linker emulation included

  friend bool operator==(const Link&, const Link&) = default;
};

enum class StripLevel { nothing, debug, all };

/// An installed file that a link or an archiver made.
struct Product {
  std::string path;      // in the generic image, absolute
  std::size_t link = 0;  // index into IrManifest::links
  std::string build_id;  // of the generic file; archives have none
  StripLevel strip = StripLevel::nothing;
  std::optional<std::vector<std::string>>
      runpath;  // what the install step set; empty optional: the link's own
  unsigned mode = 0755;

  friend bool operator==(const Product&, const Product&) = default;
};

/// An installed program or library that no captured link made: it stays as it is in every
/// deployment.
struct GenericFile {
  std::string path;  // in the generic image, absolute
  std::string reason;

  friend bool operator==(const GenericFile&, const GenericFile&) = default;
};

/// An installed file in which the install prefix stands.
struct PrefixedFile {
  std::string path;  // in the generic image, absolute
  bool is_text =
      false;  // the prefix stands there as it is; else padded to the placeholder's length
  std::vector<std::uint64_t> places;  // offsets, ascending

  friend bool operator==(const PrefixedFile&, const PrefixedFile&) = default;
};

/// How a prefix stands in it, where `room` is the placeholder's length; empty when it does not fit.
std::string prefix_in(const PrefixedFile& file, const std::string& prefix, std::size_t room);

struct Install {
  std::string prefix;       // in the image: "/usr/local"
  std::string placeholder;  // what the build was given for it; empty: the same
  std::vector<PrefixedFile> files;
  std::vector<std::string> unreached;  // image paths: hold the placeholder in pieces

  friend bool operator==(const Install&, const Install&) = default;
};

/// What another configuration than the first installs. The first's stands in the manifest itself,
/// where readers find it that know of one configuration only.
struct ConfigurationInstall {
  /// Of the config of its runnable image (its "image ID"): the first's layers, and one of
  /// differences.
  Digest image;
  std::vector<PrefixedFile> files;
  std::vector<std::string> unreached;
  std::vector<GenericFile> generic_files;
  std::string glibc_floor;
  std::string glibc_version;

  friend bool operator==(const ConfigurationInstall&, const ConfigurationInstall&) = default;
};

struct Configuration {
  std::string name;  // canonical, "default" without specialization points
  std::vector<std::size_t> products;
  PointAssignment values;                       // of every point
  std::optional<ConfigurationInstall> install;  // all but the first have one

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

/// A content of the IR layers.
struct Blob {
  std::uint64_t size = 0;
  std::optional<std::size_t> layer;  // index into the layers of the IR's OCI manifest; empty: any
  /// Not empty: stored as what `zstd --patch-from` makes of it and this content, which is stored as
  /// it is; the file is then called by the digest of what is stored.
  Digest base;
  Digest stored;
  std::uint64_t stored_size = 0;

  friend bool operator==(const Blob&, const Blob&) = default;
};

struct IrManifest {
  std::string application;   // a name for people
  std::string producer;      // "xaas-build 0.1.0"
  std::string llvm_version;  // "22.1.8": who wrote the bitcode; readers must not be older
  std::string architecture;  // OCI's
  std::string triple;
  std::string baseline;  // the processor of the generic image: "x86-64"
  std::string
      glibc_floor;  // highest GLIBC_ version any product or library of the image needs: "2.34"
  std::string glibc_version;  // of the image's own C library: "2.36"; empty: it has none
  std::string build_system;   // "cmake", "meson", "configure", "make", "command"
  Install install;
  std::vector<Package> packages;  // the application itself first
  std::vector<TranslationUnit> units;
  std::vector<Link> links;
  std::vector<Product> products;
  std::vector<GenericFile> generic_files;
  std::vector<SpecializationPoint> points;  // what deployments have to know of them
  std::vector<std::string> isas;            // that variants were looked for, from the least on
  std::vector<Configuration> configurations;
  std::map<Digest, Blob> blobs;  // everything in the IR layers, by content

  friend bool operator==(const IrManifest&, const IrManifest&) = default;
};

/// `corrupt` names the field; `unsupported` when the schema or LLVM is newer than ours, checked
/// first. Every index, digest reference and enumeration is checked: what this returns can be used
/// blindly.
Result<IrManifest> parse_ir_manifest(std::string_view text);
std::string print_ir_manifest(const IrManifest& manifest);

/// The manifest as if configuration `index` were the only one: what it installs stands in the
/// manifest itself.
IrManifest configured(IrManifest manifest, std::size_t index);

/// The units of a link, each once.
std::set<std::size_t> units_of(const Link& link);
/// ... and of all that a configuration installs.
std::set<std::size_t> units_of(const IrManifest& manifest, std::size_t configuration);

/// Every content that a deployment reads from the IR layers. `blobs` must list these, and those
/// that only a deployment with debug information reads.
std::set<Digest> referenced_blobs(const IrManifest& manifest);
std::set<Digest> debug_blobs(const IrManifest& manifest);

/// Path of a blob in an IR layer: "blobs/<hex>".
std::string ir_blob_path(const Digest& digest);

/// How much of the application is captured.
struct Coverage {
  std::size_t captured = 0;
  std::size_t kept_as_machine_code = 0;
  std::size_t opaque = 0;
  std::uint64_t text_bytes = 0;           // of all units
  std::uint64_t captured_text_bytes = 0;  // of the units that are lowered at deployment
};
Coverage coverage_of(const IrManifest& manifest);

}  // namespace xaas
