// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>

namespace xaas {

/// `xaas-deploy report`: what a stranger has to know to help, in one file, redacted.
struct ReportOptions {
  std::string subject;  // an image or a deployment
  std::string target{"host"};
  std::filesystem::path output;
  bool force = false;
};
Result<int> run_report_command(const ReportOptions& options);

}  // namespace xaas
