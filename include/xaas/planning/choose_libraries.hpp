// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/machine_library.hpp"
#include "xaas/targets/target.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Which of the machine's libraries a deployment is linked with in place of the image's (decision
// 20). Files of the machine were looked at before; deciding looks at none.

namespace xaas {

/// What users ask for: interface -> "image", "site", or an implementation's name, soname or path.
using LibrarySettings = std::map<std::string, std::string>;
inline constexpr std::string_view k_image_library = "image";
inline constexpr std::string_view k_site_library = "site";

/// An implementation of an interface that the machine has.
struct Implementation {
  std::string interface;  // "blas"
  std::string name;       // "openblas"; empty: nothing tells
  std::string version;
  std::string abi;                    // class of the interface: "lp64"; empty: nothing tells
  std::string threading;              // as BlasLibrary's
  std::string module;                 // as MpiInstallation's
  std::vector<MachineLibrary> files;  // the one that it is known by first

  friend bool operator==(const Implementation&, const Implementation&) = default;
};

/// What stands for one of the image's libraries.
struct StandInLibrary {
  std::string soname;
  std::string path;
  std::string folder;            // as MachineLibrary's
  std::set<std::string> brings;  // the same

  friend bool operator==(const StandInLibrary&, const StandInLibrary&) = default;
};

/// Whose library of an interface the links take.
struct LibraryChoice {
  std::string interface;
  PointKind kind = PointKind::library;
  std::string name;  // of the implementation; empty: the image's own is linked
  std::string version;
  std::string abi;
  std::string module;
  std::map<std::string, StandInLibrary> files;  // by the soname in the image
  std::vector<StandInLibrary> demanded;         // that must be linked with it, too
  std::vector<std::string> sonames;             // in the image, of which links take something
  std::string reason;                           // in words
  std::vector<std::string> passed_over;         // implementations, each with the reason

  friend bool operator==(const LibraryChoice&, const LibraryChoice&) = default;
};

/// What the links of an image take of each library that can be exchanged: interface -> soname ->
/// symbols, without versions. Interfaces of which nothing is taken are left out, and so are
/// libraries of which nobody looked what. A library of which nothing is taken counts beside others
/// of its interface: a link may need it all the same, as wrappers of compilers name all of an
/// MPI's.
using LibraryUses = std::map<std::string, std::map<std::string, std::set<std::string>>>;
LibraryUses library_uses(const IrManifest& manifest,
                         const std::vector<LibraryInterface>& interfaces);

struct LibraryChoiceInputs {
  const IrManifest& manifest;
  const Target& target;
  const std::vector<LibraryInterface>& interfaces;
  std::vector<Implementation> implementations;  // that the target has
  const LibrarySettings& settings;
  /// Where nothing is asked for: the machine's, of interfaces that are a matter of speed.
  bool takes_site = false;
  std::string why_not_site;  // else, in words; for the reasons of choices
};

/// One choice for each interface that the links use, by name. `incompatible` where what is asked
/// for is not there or does not fit: says what does not, and lists what there is. `invalid_input`
/// for a setting of an interface that nothing in the image uses or that is not known.
Result<std::vector<LibraryChoice>> choose_libraries(const LibraryChoiceInputs& question);

/// The choices in words, a line each; empty for none.
std::string explain_libraries(const std::vector<LibraryChoice>& choices);

/// The file that stands for this library; null: the image's own.
const StandInLibrary* exchanged(const std::vector<LibraryChoice>& choices,
                                const std::string& soname);

}  // namespace xaas
