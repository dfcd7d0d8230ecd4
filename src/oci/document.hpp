// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/json.hpp"
#include "xaas/support/result.hpp"

#include <string>
#include <string_view>

namespace xaas {

/// The JSON object of an OCI document, without the members that are null (config.md: a null member
/// is an absent one; only `"manifests": null` becomes an empty array). `corrupt` when it is no
/// object, or when a key is there twice: readers disagree on which one counts, and digests do not
/// see it.
Result<Json> parse_document(std::string_view text);

}  // namespace xaas
