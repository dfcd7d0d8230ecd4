// SPDX-License-Identifier: Apache-2.0
#include "check/check.hpp"
#include "doctor/doctor.hpp"
#include "doctor/redact.hpp"
#include "doctor/report.hpp"
#include "explain/explain.hpp"
#include "explain/why_not.hpp"
#include "run/deployed.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/tar.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/place_file.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// What every report begins with, and nothing else does.
constexpr std::string_view k_folder = "xaas-report/";

/// One file of the report.
struct Part {
  std::string text;
  std::string what;  // for people
};
using Parts = std::map<std::string, Part>;

std::string as_document(std::string_view schema, const std::vector<Finding>& findings) {
  return print_json({{"schema", schema}, {"findings", to_json(findings)}});
}

void add_deployment(const Deployed& deployed, const Target& target, Parts& parts) {
  parts["record.json"] = {.text = print_record(*deployed.record),
                          .what = "how the deployment was made"};
  parts["explain.txt"] = {.text = explain_record(*deployed.record),
                          .what = "why it was made so, in words"};
  parts["check.json"] = {.text = as_document("xaas.check/1", check_deployment(deployed, target)),
                         .what = "what the deployment lacks on the machine"};
}

/// A plan, or why there is none.
std::string plan_of(const IrManifest& ir, const Target& target) {
  const auto choice = choose_configuration(ir, {&target, 1}, {});
  if (!choice) return describe(choice.error(), "xaas-deploy");
  const IrManifest chosen = configured(ir, choice->index);
  const auto plan = make_plan(chosen, target, {});
  return plan ? print_plan(chosen, *plan, *choice) : describe(plan.error(), "xaas-deploy");
}

void add_image(const IrImage& image, const Target& target, Parts& parts) {
  parts["plan.json"] = {.text = plan_of(image.ir, target),
                        .what = "what would be deployed, or why nothing would be"};
  const auto verdicts = judge_configurations(image.ir, target, {});
  parts["why-not.txt"] = {.text = verdicts ? print_why_not(image.ir, target, *verdicts, "")
                                           : describe(verdicts.error(), "xaas-deploy"),
                          .what = "what is in the way of its configurations"};
}

Status add_subject(const ReportOptions& options, const Target& target, Parts& parts) {
  if (options.subject.starts_with("oci")) {
    XAAS_TRY(const auto reference, parse_layout_reference(options.subject));
    auto image = open_ir_image(reference);
    if (image) {
      add_image(*image, target, parts);
      return {};
    }
    if (image.error().code() != "image.no-ir") return std::move(image.error());
  }
  XAAS_TRY(const auto deployed, open_deployment(options.subject));
  add_deployment(deployed, target, parts);
  return {};
}

bool is_report(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string start(k_folder.size(), '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == k_folder;
}

/// --force replaces what we made, and nothing else.
Status check_output(const ReportOptions& options) {
  XAAS_CHECK(while_doing(check_can_make_beside(options.output), "looking at the output"));
  std::error_code error;
  if (!fs::exists(fs::symlink_status(options.output, error))) return {};
  if (!options.force) return file_exists(options.output);
  if (is_report(options.output)) return {};
  return fail(ErrorKind::invalid_input, "`{}` exists and is not a report", options.output.string())
      .with_code("output.not-ours")
      .with_help("choose another name: --force replaces reports alone");
}

Status write_report(const ReportOptions& options, const std::string& tar) {
  std::error_code error;
  const fs::path target = fs::absolute(options.output, error);
  XAAS_TRY(const auto folder, TemporaryFolder::make(target.parent_path()));
  const fs::path finished = folder.path() / "report.tar";
  XAAS_CHECK(write_file(finished, tar, 0600));
  return place_file(finished, target, options.force ? Overwrite::yes : Overwrite::no);
}

std::string listed(const Parts& parts) {
  std::string text;
  for (const auto& [name, part] : parts) text += fmt::format("  {:<14} {}\n", name, part.what);
  return text;
}

}  // namespace

Result<int> run_report_command(const ReportOptions& options) {
  XAAS_CHECK(check_output(options));
  XAAS_TRY(const auto target, resolve_target(options.target));
  Parts parts;
  parts["machine.json"] = {.text = print_target(target), .what = "the machine's description"};
  auto findings = machine_findings(target);
  if (options.target == "host") {
    for (Finding& finding : place_findings()) findings.push_back(std::move(finding));
  }
  parts["doctor.json"] = {.text = as_document("xaas.doctor/1", findings),
                          .what = "what of the machine works, and what does not"};
  XAAS_CHECK(add_subject(options, target, parts));
  const std::string contents = listed(parts);
  parts["README.txt"] = {
      .text = fmt::format("A report of xaas-deploy {} (LLVM {}) on `{}`.\n\n{}", XAAS_VERSION,
                          XAAS_LLVM_VERSION, options.subject, contents),
      .what = ""};
  const Identity identity = own_identity();
  std::map<std::string, std::string> files;
  for (const auto& [name, part] : parts)
    files[std::string(k_folder) + name] = redacted(part.text, identity);
  XAAS_CHECK(write_report(options, tar_of(files)));
  XAAS_CHECK(print_output(fmt::format(
      "{} holds\n{}Names of users and hosts, home folders, e-mail addresses and what looks like a "
      "secret are\nreplaced by placeholders. Read it before you send it: `tar -xOf {} | less`\n",
      options.output.string(), contents, options.output.string())));
  return 0;
}

}  // namespace xaas
