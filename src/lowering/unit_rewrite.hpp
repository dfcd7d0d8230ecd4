// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What a unit says about itself without its functions' bodies being read.
struct UnitFacts {
  std::size_t functions = 0;  // defined in it
  // Some function has features of its own, vetoes and hardening included.
  bool has_features = false;
};

Result<UnitFacts> inspect_unit(std::string_view bitcode);

/// What the functions of a unit that cannot stay as it is are given.
struct Rewrite {
  std::vector<std::string> features;  // the target's: "+avx2", "-pku"
  std::vector<std::string> floor;     // the unit's, when it is more than the target has
  std::string tune;  // for every function; empty: the processor's own, which lld's -mcpu decides
  bool keep_bits =
      false;  // of the generic build's results, where multiply-adds were `fused` or not
  bool fused = false;
  bool frame_pointers = false;  // in every function
  std::string source_folder;    // for debug information; empty: as it is
  std::string placeholder;      // empty: constants stay
  std::string prefix;           // in its place
  bool thin_lto = true;  // with ThinLTO summary and hash; else the unit takes part in full LTO
};

struct RewrittenUnit {
  std::string bitcode;
  std::set<std::string> explicit_functions;  // have instruction sets of their own, or the floor
};

Result<RewrittenUnit> rewrite_unit(std::string_view bitcode, const Rewrite& rewrite);

}  // namespace xaas
