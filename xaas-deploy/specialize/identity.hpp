// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"

#include <string>

namespace xaas {

/// What the products of one target say of themselves.
struct ProductIdentity {
  std::string application;
  Digest ir;
  std::string configuration;  // empty: the application has one
  std::string architecture;
  std::string target;  // the processor's name, or several
  std::string numerics;
  std::string producer;
};

ProductIdentity identity_of(const DeploymentRecord& record, const DeployedTarget& part);

/// The linker's option that writes into a product where it is from: `.note.package` with the
/// application, its IR, the target and the toolchain. `recorded` is the option that the
/// application's own link has, or empty: what a distribution says of its package stays.
std::string identity_option(const ProductIdentity& identity, const std::string& recorded);

/// The same as the text of the note.
std::string identity_note(const ProductIdentity& identity);

/// `xaas-deploy identify`.
struct IdentifyOptions {
  std::string file;
  bool json = false;
};
Result<int> run_identify_command(const IdentifyOptions& options);

}  // namespace xaas
