// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/manifest.hpp"

namespace xaas {

Coverage coverage_of(const IrManifest& manifest) {
  Coverage coverage;
  for (const TranslationUnit& unit : manifest.units) {
    coverage.text_bytes += unit.text_bytes;
    if (unit.bitcode.is_empty()) {
      ++coverage.opaque;
    } else if (!unit.machine_code.is_empty()) {
      ++coverage.kept_as_machine_code;
    } else {
      ++coverage.captured;
      coverage.captured_text_bytes += unit.text_bytes;
    }
  }
  return coverage;
}

}  // namespace xaas
