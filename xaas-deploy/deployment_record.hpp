// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/support/digest.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"
#include "xaas/verify/verify.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Where a deployment keeps the record of how it was made, below its root.
inline constexpr std::string_view k_record_path = ".xaas/deployment.json";

/// One installed file that was made for the target.
struct DeployedProduct {
  std::string path;  // below the deployment's root
  Digest content;
  std::size_t units = 0;    // of its link
  std::size_t lowered = 0;  // of these, for the target
  Census census;

  friend bool operator==(const DeployedProduct&, const DeployedProduct&) = default;
};

/// How a deployment was made (`xaas.deployment/0`). Nothing in it depends on when, and of the
/// folder it says only what its programs have compiled in.
struct DeploymentRecord {
  std::string application;
  Digest image;           // the IR image's index
  Digest ir;              // its IR manifest: the same in every copy, whoever wrote the index anew
  std::string reference;  // as the user named it; only in trees, an image may travel
  std::string producer;   // "xaas-deploy 0.1.0 (LLVM 22.1.8)"
  std::string configuration;
  std::string lto;       // "thin", "full"
  std::string numerics;  // "native", "generic"
  bool frame_pointers = false;
  bool debug_info = false;
  Target target;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> environment;
  std::vector<DeployedProduct> products;
  std::vector<std::string> generic_products;  // specialized files that could not be: paths
  std::vector<std::string> notes;
  std::string c_library;               // of a tree: "image", "host"; of an image its own: empty
  std::string prefix;                  // of a tree in which it stands somewhere; else empty
  std::size_t room = 0;                // for a prefix, in what is compiled in
  std::vector<std::string> unreached;  // of a tree: hold the prefix of their build in pieces
  std::vector<PrefixedFile> prefixed;  // of a tree, below its root: where the prefix stands

  friend bool operator==(const DeploymentRecord&, const DeploymentRecord&) = default;
};

std::string print_record(const DeploymentRecord& record);
Result<DeploymentRecord> parse_record(std::string_view text);

}  // namespace xaas
