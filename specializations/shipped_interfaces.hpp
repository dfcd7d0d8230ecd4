// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace xaas {

/// A file of specializations/interfaces, which is compiled in: a program of ours is one file.
struct ShippedInterface {
  std::string_view name;
  std::string_view text;
};

/// Sorted by name.
std::span<const ShippedInterface> shipped_interfaces();

}  // namespace xaas
