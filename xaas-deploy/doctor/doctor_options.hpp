// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "check/check_command.hpp"
#include "doctor/doctor.hpp"
#include "doctor/report.hpp"
#include "explain/explain.hpp"
#include "explain/why_not.hpp"

#include "xaas/support/command_line.hpp"

namespace xaas {

/// The commands that say what is the matter: each adds itself and fills in its options.
CLI::App* add_check_command(CLI::App& app, CheckOptions& options);
CLI::App* add_doctor_command(CLI::App& app, DoctorOptions& options);
CLI::App* add_why_not_command(CLI::App& app, WhyNotOptions& options);
CLI::App* add_explain_command(CLI::App& app, ExplainOptions& options);
CLI::App* add_report_command(CLI::App& app, ReportOptions& options);

}  // namespace xaas
