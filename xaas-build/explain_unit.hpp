// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/support/result.hpp"

#include <string>

namespace xaas {

/// Why the units of a source are as many as they are, in words: which configurations use each, and
/// which flag, macro or file made it another one. `source`: its path in the source tree, or the end
/// of it; `not_found` names sources that are spelled alike.
Result<std::string> explain_units(const IrManifest& manifest, const std::string& source);

}  // namespace xaas
