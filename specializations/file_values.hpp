// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "located_json.hpp"

#include "xaas/specializations/specialization.hpp"

// `requires` and `build` of a value in a specialization file.

namespace xaas {

/// `spec.unknown` for features, backends and ABIs that nothing has, `spec.field` for features that
/// no one processor has together.
Result<Requirements> read_requires(const SourceText& source, const LocatedJson& object);

/// `spec.reserved` for what `xaas-build` sets itself: prefixes, folders, PATH.
Result<BuildAdditions> read_build(const SourceText& source, const LocatedJson& object);

}  // namespace xaas
