// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Which names a source or header may have looked up, read from its bytes alone: in conditions that
/// do not hold, too.
struct SourceScan {
  std::vector<std::string> quoted;  // `#include "a.h"`, `__has_include("a.h")`
  std::vector<std::string> angled;  // `#include <a.h>`
  /// It may ask for more than these names say: computed includes, `#embed`, `.incbin`, the time of
  /// the file.
  bool asks_more = false;
};
SourceScan scan_source(std::string_view text);

}  // namespace xaas
