// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "build_configurations.hpp"
#include "pack_image.hpp"

#include "xaas/ir/manifest.hpp"

#include <string>
#include <vector>

namespace xaas {

struct BuildReport {
  const IrManifest& manifest;
  const PackedImage& image;
  LayoutReference output;
  const BuiltConfigurations& configurations;
  double total_seconds = 0;
  std::vector<std::string> warnings;
};

/// The coverage report for people: what is captured, what is not and why, sizes and times.
std::string print_report(const BuildReport& report);
/// The same as one JSON document, `xaas.build-report/1`.
std::string print_report_json(const BuildReport& report);

/// Units, coverage and exceptions of a manifest; also for `xaas-build inspect`.
std::string describe_manifest(const IrManifest& manifest);

}  // namespace xaas
