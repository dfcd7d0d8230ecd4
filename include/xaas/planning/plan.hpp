// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/planning/choose_configuration.hpp"
#include "xaas/planning/choose_libraries.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

enum class LtoMode { thin, full };

enum class NumericsMode {
  native,   // what clang -march=native would compute: multiply and add become one rounding
  generic,  // the bits that the generic build computes
};

/// "thin", "full"; "native", "generic".
std::string name_of(LtoMode mode);
std::string name_of(NumericsMode mode);

/// Whose loader and C library a tree's programs run with: they travel as a pair.
enum class CLibrary { host, image };

/// "2.4" is older than "2.36".
bool is_older_version(std::string_view version, std::string_view than);

struct PlanOptions {
  LtoMode lto = LtoMode::thin;
  NumericsMode numerics = NumericsMode::native;
  std::optional<CLibrary> tree_c_library;  // empty: the newer one
};

/// How one unit goes into its link.
enum class Treatment {
  lower,             // for the target
  lower_with_floor,  // for the target plus the unit's floor: it dispatches at run time
  machine_code,      // as the generic build made it
};

struct UnitPlan {
  std::size_t unit = 0;  // index into IrManifest::units
  Treatment treatment = Treatment::lower;
  std::optional<std::size_t> variant;  // index into its variants; empty: the baseline's form
  bool keep_bits = false;  // lowered to compute what the generic build's machine code does
  std::string reason;      // for anything but `lower`
};

/// What is lowered of a unit: the variant that its plan takes, or else its form for the baseline,
/// as a variant of no isa.
UnitVariant form_of(const TranslationUnit& unit, const UnitPlan& plan);

struct LinkPlan {
  std::size_t link = 0;               // index into IrManifest::links
  std::vector<std::size_t> products;  // installed from this link
  std::vector<UnitPlan> units;        // each unit of the link once, in index order
  unsigned opt_level = 2;
  // thin also where full was asked for and would change the program, and for archives
  LtoMode lto = LtoMode::thin;
  std::vector<std::string> notes;
};

/// How many units of a link are lowered from variants, by isa.
std::map<std::string, std::size_t> variants_of(const IrManifest& manifest, const LinkPlan& plan);

/// Sources by the reason that makes them an exception: anything but `Treatment::lower`. A hundred
/// assembly files are one entry.
std::map<std::string, std::vector<std::string>> exceptions_of(const IrManifest& manifest,
                                                              const LinkPlan& plan);

/// Everything that will be done, as a value. Making it does no I/O.
struct DeploymentPlan {
  Target target;
  PlanOptions options;
  std::string configuration;
  CLibrary tree_c_library = CLibrary::host;
  std::string tree_c_library_reason;
  std::vector<LinkPlan> links;
  std::vector<LibraryChoice> libraries;  // by choose_libraries(); none: the image's own
  std::vector<std::string> notes;        // for people, in order of importance
};

/// The plan of the manifest's first configuration, see configured(). `incompatible` (with the
/// reason) when the target cannot run this application.
Result<DeploymentPlan> make_plan(const IrManifest& manifest, const Target& target,
                                 const PlanOptions& options);

/// What the results of a deployment depend on.
struct PlanNumerics {
  std::size_t fused_functions = 0;   // whose multiply-adds become one rounding,
  std::size_t fused_units = 0;       // in how many units
  std::size_t fast_math_units = 0;   // lowered with fast-math: anything may be reordered
  std::set<std::string> math_calls;  // of the C library, inexact (numerics.hpp)
  std::set<std::string> processor_dependent_calls;  // of these, what glibc does by processor
  std::vector<std::string> math_libraries;   // that links find them in, in order: "libm.so.6"
  std::vector<std::string> flushed_to_zero;  // products that link crtfastmath.o: no denormals
};
PlanNumerics numerics_of(const IrManifest& manifest, const DeploymentPlan& plan);

/// The plan in words, and as one JSON document (`xaas.plan/1`).
std::string explain_plan(const IrManifest& manifest, const DeploymentPlan& plan);
std::string print_plan(const IrManifest& manifest, const DeploymentPlan& plan,
                       const ConfigurationChoice& choice);

}  // namespace xaas
