// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/oci/layout.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas::testing {

/// One tar member as an attacker would write it: nothing is checked.
struct RawMember {
  std::string name;
  char type = '0';
  std::string content;
  std::string link_target;
  unsigned mode = 0644;
  /// What the header says; empty: the truth.
  std::string declared_size;
};

std::string raw_tar(const std::vector<RawMember>& members);

/// Puts an uncompressed layer into the layout.
Descriptor put_raw_layer(Layout& layout, const std::vector<RawMember>& members);

}  // namespace xaas::testing
