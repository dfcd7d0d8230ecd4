// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"

#include "xaas/support/result.hpp"

#include <string>

namespace xaas {

/// `xaas-deploy explain`: what was decided when a deployment was made, from its record.
struct ExplainOptions {
  std::string deployed;
  bool json = false;
};
Result<int> run_explain_command(const ExplainOptions& options);

/// The decisions in words: configuration, target, what was lowered and what was not, C library.
std::string explain_record(const DeploymentRecord& record);

}  // namespace xaas
