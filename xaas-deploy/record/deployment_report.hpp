// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"

#include <string>

namespace xaas {

/// What `specialize` made, for people and as one JSON document (the record with output and seconds
/// added).
std::string print_deployment(const DeploymentRecord& record, const std::string& output,
                             double seconds);
std::string print_deployment_json(const DeploymentRecord& record, const std::string& output,
                                  double seconds);

/// Of it, what was made for one target.
std::string describe_part(const DeploymentRecord& record, const DeployedTarget& part);

}  // namespace xaas
