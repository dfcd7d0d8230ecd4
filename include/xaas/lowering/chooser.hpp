// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <span>
#include <string>

namespace xaas {

/// Where the views of a tree for several targets lie, below the tree.
inline constexpr std::string_view k_views_folder = "libexec/xaas";

/// One of the products that a chooser chooses from.
struct Candidate {
  std::string view;  // a folder below `k_views_folder`
  Target target;
};

/// A static program for the architecture's baseline that stands at `place` in a tree and becomes
/// the product `libexec/xaas/VIEW/PLACE` of the best view that the processor can run, by the rule
/// of choose_target(). Where none runs, and whenever XAAS_GENERIC is set and not 0, it is the
/// `generic` view's. Ends with 127 and a sentence when that is not there. `package` is the text of
/// its package note. `invalid_input` (deploy.targets) when there are more candidates, or a longer
/// name, than it has room for.
Result<std::string> chooser_program(const std::string& place, std::span<const Candidate> candidates,
                                    const Candidate& generic, std::string_view package);

}  // namespace xaas
