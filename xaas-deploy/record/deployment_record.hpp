// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_decisions.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/loading.hpp"
#include "xaas/targets/target.hpp"
#include "xaas/verify/verify.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Where a deployment keeps the record of how it was made, below its root.
inline constexpr std::string_view k_record_path = ".xaas/deployment.json";

/// One installed file that was made for the target.
struct DeployedProduct {
  std::string path;   // in the image
  std::string place;  // in a tree: where it lies, below the tree's root; else empty
  Digest content;
  std::size_t units = 0;                        // of its link
  std::size_t lowered = 0;                      // of these, for the target
  std::map<std::string, std::size_t> variants;  // and of those, from a variant: count by isa
  Census census;

  friend bool operator==(const DeployedProduct&, const DeployedProduct&) = default;
};

/// A library of the machine that programs were linked with in place of the image's.
struct LinkedLibrary {
  std::string interface;                // "mpi", "blas"
  std::string implementation;           // "cray-mpich", "openblas"
  std::string version;                  // empty: unknown
  std::string abi;                      // class of the interface: "mpich"; may be empty
  std::string soname;                   // that programs need
  std::string path;                     // on the machine
  Digest content;                       // when it was linked
  std::vector<std::string> stands_for;  // sonames that the image's programs needed
  std::string module;                   // as MpiInstallation's
  std::string reason;                   // in words

  friend bool operator==(const LinkedLibrary&, const LinkedLibrary&) = default;
};

/// What a deployment has for one target.
struct DeployedTarget {
  Target target;
  std::string view;      // of a tree for several: the folder of its products; else empty
  std::string numerics;  // "native", "generic"
  std::vector<DeployedProduct> products;
  std::vector<std::string> generic_products;  // specialized files that could not be: image paths
  std::vector<UnitExceptions> exceptions;     // of all its products, by their reasons
  std::vector<LinkedLibrary> libraries;
  /// What a root file system in one file needs bound for them; else that is looked up when it runs.
  BoundFiles bound;
  std::vector<std::string> notes;

  friend bool operator==(const DeployedTarget&, const DeployedTarget&) = default;
};

/// How a deployment was made (`xaas.deployment/1`). Nothing in it depends on when, and of the
/// folder it says only what its programs have compiled in.
struct DeploymentRecord {
  std::string application;
  Digest image;           // the IR image's index
  Digest ir;              // its IR manifest: the same in every copy, whoever wrote the index anew
  std::string reference;  // as the user named it, with an absolute path; only in trees
  std::string producer;   // "xaas-deploy 0.1.0 (LLVM 22.1.8)"
  std::string configuration;
  PointAssignment values;                         // of its points; empty: the application has none
  std::optional<ConfigurationDecision> decision;  // empty: made by a release that recorded none
  /// Which libraries were asked for: interface -> "image", "site", a name, a soname or a path.
  std::map<std::string, std::string> library_settings;
  std::string lto;  // "thin", "full"
  bool frame_pointers = false;
  bool debug_info = false;
  std::string source;  // of debug information: the folder that was asked for, or empty
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> environment;
  std::vector<DeployedTarget> targets;  // at least one; of a tree for several the generic view last
  std::vector<std::string> notes;       // of all of them
  std::string c_library;                // of a tree: "image", "host"; of an image its own: empty
  std::string c_library_setting;        // of a tree: what was asked for, or empty
  std::string prefix;                   // of a tree in which it stands somewhere; else empty
  std::size_t room = 0;                 // for a prefix, in what is compiled in
  std::vector<std::string> unreached;   // of a tree: hold the prefix of their build in pieces
  std::vector<PrefixedFile> prefixed;   // of a tree, below its root: where the prefix stands

  friend bool operator==(const DeploymentRecord&, const DeploymentRecord&) = default;
};

/// Of a machine, what code and configuration depend on. A deployment travels, and is the same
/// whichever of some nodes that are alike it was made on.
Target what_decides(Target target);

/// The part that this machine runs: of several the one that a chooser starts here.
const DeployedTarget& part_for(const DeploymentRecord& record, const Target& host);

std::string print_record(const DeploymentRecord& record);
Result<DeploymentRecord> parse_record(std::string_view text);

}  // namespace xaas
