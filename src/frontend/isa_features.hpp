// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace xaas {

/// Whether an entry of "target-features", sign left out, names an instruction set extension of the
/// processor. Everything else in that attribute is a way of generating code (hardening, reserved
/// registers, alignment) that holds on every processor.
bool is_isa_feature(std::string_view name);

/// Extensions that every processor of the architecture has although no command line's list of the
/// baseline names them, and version numbers that stand for extensions listed beside them.
bool is_implicit_feature(std::string_view name);

}  // namespace xaas
