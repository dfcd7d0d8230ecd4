// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace xaas {
namespace {

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::uint64_t bytes_of(const std::vector<Descriptor>& layers) {
  return std::accumulate(
      layers.begin(), layers.end(), std::uint64_t{0},
      [](std::uint64_t sum, const Descriptor& layer) { return sum + layer.size; });
}

/// "opaque: assembly" -> sources.
std::map<std::string, std::vector<std::string>> exceptions_of(const IrManifest& manifest) {
  std::map<std::string, std::vector<std::string>> exceptions;
  for (const TranslationUnit& unit : manifest.units) {
    if (is_captured(unit)) continue;
    const char* what = unit.bitcode.is_empty() ? "opaque" : "machine code kept";
    exceptions[fmt::format("{}: {}", what, unit.reason)].push_back(unit.source);
  }
  return exceptions;
}

std::string describe_exceptions(const IrManifest& manifest) {
  constexpr std::size_t k_named = 5;
  std::string text;
  for (auto& [reason, sources] : exceptions_of(manifest)) {
    std::vector<std::string> named = sources;
    if (named.size() > k_named) named.resize(k_named);
    text += fmt::format("  {} ({}): {}{}\n", reason, sources.size(), fmt::join(named, ", "),
                        sources.size() > k_named ? ", ..." : "");
  }
  for (const GenericFile& file : manifest.generic_files) {
    text += fmt::format("  stays generic: {}: {}\n", file.path, file.reason);
  }
  return text;
}

std::size_t distinct_bitcode(const IrManifest& manifest) {
  std::set<Digest> digests;
  for (const TranslationUnit& unit : manifest.units) digests.insert(unit.bitcode);
  digests.erase(Digest());
  return digests.size();
}

}  // namespace

std::string describe_manifest(const IrManifest& manifest) {
  const Coverage coverage = coverage_of(manifest);
  std::string text = fmt::format("{}: {} file{} to specialize, {} unit{} ({} distinct)\n",
                                 manifest.application, manifest.products.size(),
                                 manifest.products.size() == 1 ? "" : "s", manifest.units.size(),
                                 manifest.units.size() == 1 ? "" : "s", distinct_bitcode(manifest));
  text += fmt::format(
      "  captured {}, machine code kept {}, opaque {}; {:.1f} % of {} of code will be lowered\n",
      coverage.captured, coverage.kept_as_machine_code, coverage.opaque,
      percent(coverage.captured_text_bytes, coverage.text_bytes), human_bytes(coverage.text_bytes));
  return text + describe_exceptions(manifest);
}

std::string print_report(const BuildReport& report) {
  std::string text = describe_manifest(report.manifest);
  text += fmt::format("  image layers {}, IR {}; built with {} in {}, {} in all\n",
                      human_bytes(bytes_of(report.image.image_layers)),
                      human_bytes(bytes_of(report.image.ir_layers)), report.manifest.build_system,
                      human_seconds(report.build_seconds), human_seconds(report.total_seconds));
  if (!report.image.debug_layers.empty()) {
    text += fmt::format("  debug information {}, which only `specialize --debug` reads\n",
                        human_bytes(bytes_of(report.image.debug_layers)));
  }
  text += fmt::format("{}\n{}\n", report.output.str(), report.image.index.digest.str());
  return text;
}

std::string print_report_json(const BuildReport& report) {
  const Coverage coverage = coverage_of(report.manifest);
  Json exceptions = Json::array();
  for (const TranslationUnit& unit : report.manifest.units) {
    if (is_captured(unit)) continue;
    exceptions.push_back({{"source", unit.source},
                          {"class", unit.bitcode.is_empty() ? "opaque" : "machine-code"},
                          {"reason", unit.reason}});
  }
  Json generic = Json::array();
  for (const GenericFile& file : report.manifest.generic_files) {
    generic.push_back({{"path", file.path}, {"reason", file.reason}});
  }
  Json json;
  json["schema"] = "xaas.build-report/1";
  json["image"] = report.output.str();
  json["digest"] = report.image.index.digest.str();
  json["application"] = report.manifest.application;
  json["build_system"] = report.manifest.build_system;
  json["units"] = {{"total", report.manifest.units.size()},
                   {"distinct", distinct_bitcode(report.manifest)},
                   {"captured", coverage.captured},
                   {"machine_code", coverage.kept_as_machine_code},
                   {"opaque", coverage.opaque}};
  json["text_bytes"] = {{"total", coverage.text_bytes}, {"captured", coverage.captured_text_bytes}};
  json["exceptions"] = std::move(exceptions);
  json["generic_files"] = std::move(generic);
  json["bytes"] = {{"image_layers", bytes_of(report.image.image_layers)},
                   {"ir_layers", bytes_of(report.image.ir_layers)},
                   {"debug_layers", bytes_of(report.image.debug_layers)}};
  json["seconds"] = {{"build", report.build_seconds}, {"total", report.total_seconds}};
  json["warnings"] = report.warnings;
  return print_json(json);
}

}  // namespace xaas
