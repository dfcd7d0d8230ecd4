// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"
#include "specialize/lowering_jobs.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/result.hpp"
#include "xaas/verify/verify.hpp"

#include <filesystem>
#include <string>

namespace xaas {

/// A lowered product that passed.
struct VerifiedProduct {
  std::size_t product = 0;                 // index into IrManifest::products
  std::filesystem::path file;              // as it will be installed: stripped like the generic one
  std::string note;                        // for people; empty: there is nothing to say
  bool has_pieces_of_placeholder = false;  // of install prefixes, which could not be replaced
  DeployedProduct record;
  CacheNotes cache;
};

/// What a product is checked against, and where; references must outlive the checks.
struct Verification {
  const IrManifest& manifest;
  const Target& target;
  std::filesystem::path root;   // the generic image, unpacked
  std::filesystem::path work;   // private
  std::filesystem::path cache;  // verdicts by content; empty: none
  IntendedChanges intended;
};

/// Checks one lowered file against the generic one and the target (interface, instruction sets),
/// strips it as the install step did, and puts it at a place of its own. `mismatch` names
/// everything that does not hold. The output of a debug job takes its place when nothing that is
/// loaded differs.
Result<VerifiedProduct> verify_product(const Verification& against, const PlannedLowering& lowering,
                                       const LoweringResult& lowered, std::size_t index);

/// Whether the loader can start the program: every library and symbol is found. Nothing of the
/// program runs. `mismatch` with what the loader said. Static programs pass. `loader` is what
/// stands before the program's path to load it; empty: it is started by itself.
Status check_it_loads(const std::string& name, const std::filesystem::path& program,
                      std::vector<std::string> loader);

}  // namespace xaas
