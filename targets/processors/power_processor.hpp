// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"
#include "processor_family.hpp"

#include <string>

namespace xaas {

struct PowerFeatures {
  FeatureSet features;
  std::string origin;
};

/// The kernel names the processor in /proc/cpuinfo, and in the auxiliary vector what of it programs
/// may use. A processor without a name is the first that has this ABI.
PowerFeatures power_features(const HostProbe& probe, std::string_view cpu_name);

}  // namespace xaas
