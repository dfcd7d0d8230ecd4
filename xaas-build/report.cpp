// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "isa_report.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
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

/// The application's own builds, under capture.
double build_seconds(const BuiltConfigurations& configurations) {
  double seconds = 0;
  for (const BuiltConfiguration& built : configurations.built) seconds += built.build.seconds;
  return seconds;
}

struct CompileCount {
  std::size_t asked = 0;
  std::size_t same_inputs = 0;
  std::size_t same_text = 0;

  [[nodiscard]] std::size_t done() const { return asked - same_inputs - same_text; }
};

CompileCount count_compiles(const CaptureLog& log) {
  CompileCount count{.asked = log.compiles.size()};
  for (const CompileRecord& record : log.compiles) {
    if (record.reuse == CompileReuse::same_inputs) ++count.same_inputs;
    if (record.reuse == CompileReuse::same_text) ++count.same_text;
  }
  return count;
}

CompileCount count_compiles(const BuiltConfigurations& configurations) {
  CompileCount sum;
  for (const BuiltConfiguration& built : configurations.built) {
    const CompileCount count = count_compiles(built.build.log);
    sum.asked += count.asked;
    sum.same_inputs += count.same_inputs;
    sum.same_text += count.same_text;
  }
  return sum;
}

std::string describe_compiles(const BuiltConfigurations& configurations) {
  if (configurations.built.size() < 2) return {};
  const CompileCount count = count_compiles(configurations);
  return fmt::format(
      "  compiles asked for {}, done {}; {} avoided by their files, {} by their text\n",
      count.asked, count.done(), count.same_inputs, count.same_text);
}

Json isas_json(const IrManifest& manifest) {
  Json advice = Json::array();
  for (const IsaAdvice& piece : isa_advice(manifest)) {
    advice.push_back(
        {{"macro", piece.macro}, {"units", piece.units}, {"processors", piece.processors}});
  }
  Json variants = Json::object();
  for (const auto& [isa, count] : variants_by_isa(manifest)) variants[isa] = count;
  return {{"looked_for", manifest.isas},
          {"bound_units", std::ranges::count_if(manifest.units, is_isa_bound)},
          {"variants", std::move(variants)},
          {"advice", std::move(advice)}};
}

Json to_json(const CompileCount& count) {
  return {{"asked", count.asked},
          {"done", count.done()},
          {"same_inputs", count.same_inputs},
          {"same_text", count.same_text}};
}

Json configurations_to_json(const BuildReport& report) {
  Json list = Json::array();
  for (std::size_t i = 0; i < report.configurations.built.size(); ++i) {
    const BuiltConfiguration& built = report.configurations.built[i];
    list.push_back({{"name", built.name},
                    {"units", units_of(report.manifest, i).size()},
                    {"compiles", to_json(count_compiles(built.build.log))},
                    {"seconds", built.build.seconds},
                    {"compile_seconds", built.build.compile_seconds}});
  }
  for (const FailedConfiguration& failed : report.configurations.failed)
    list.push_back({{"name", failed.name}, {"failed", failed.reason}});
  return list;
}

/// Distinct bitcode, by the configurations that have it: units that differ in their floor or flags
/// alone have the same.
struct Sharing {
  std::size_t all = 0;
  std::size_t some = 0;
  std::size_t one = 0;

  [[nodiscard]] std::size_t distinct() const { return all + some + one; }
};

Sharing sharing_of(const IrManifest& manifest) {
  std::map<Digest, std::size_t> users;
  for (std::size_t i = 0; i < manifest.configurations.size(); ++i) {
    std::set<Digest> codes;
    for (const std::size_t index : units_of(manifest, i)) {
      const Digest& bitcode = manifest.units[index].bitcode;
      if (!bitcode.is_empty()) codes.insert(bitcode);
    }
    for (const Digest& code : codes) ++users[code];
  }
  Sharing sharing;
  for (const auto& [code, count] : users) {
    if (count == manifest.configurations.size()) {
      ++sharing.all;
    } else {
      ++(count == 1 ? sharing.one : sharing.some);
    }
  }
  return sharing;
}

/// How the units of several configurations are shared; nothing for one.
std::string describe_sharing(const IrManifest& manifest) {
  const std::size_t configurations = manifest.configurations.size();
  if (configurations < 2) return {};
  const Sharing sharing = sharing_of(manifest);
  std::string text = fmt::format(
      "  {} configurations; of the distinct units, {} in all of them, {} in some, {} in one\n",
      configurations, sharing.all, sharing.some, sharing.one);
  for (std::size_t i = 0; i < configurations; ++i) {
    text += fmt::format("    {}: {} units\n", manifest.configurations[i].name,
                        units_of(manifest, i).size());
  }
  return text;
}

}  // namespace

std::string describe_manifest(const IrManifest& manifest) {
  const Coverage coverage = coverage_of(manifest);
  std::string text =
      fmt::format("{}: {} to specialize, {} ({} distinct)\n", manifest.application,
                  counted(manifest.products.size(), "file"), counted(manifest.units.size(), "unit"),
                  sharing_of(manifest).distinct());
  text += describe_sharing(manifest);
  text += fmt::format(
      "  captured {}, machine code kept {}, opaque {}; {:.1f} % of {} of code will be lowered\n",
      coverage.captured, coverage.kept_as_machine_code, coverage.opaque,
      percent(coverage.captured_text_bytes, coverage.text_bytes), human_bytes(coverage.text_bytes));
  return text + describe_isas(manifest) + describe_exceptions(manifest);
}

std::string print_report(const BuildReport& report) {
  std::string text = describe_manifest(report.manifest) + describe_compiles(report.configurations);
  for (const FailedConfiguration& failed : report.configurations.failed)
    text += fmt::format("  not in the image: {}\n", failed.name);
  text += fmt::format("  image layers {}, IR {}; built with {} in {}, {} in all\n",
                      human_bytes(bytes_of(report.image.image_layers)),
                      human_bytes(bytes_of(report.image.ir_layers)), report.manifest.build_system,
                      human_seconds(build_seconds(report.configurations)),
                      human_seconds(report.total_seconds));
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
  const Sharing sharing = sharing_of(report.manifest);
  json["units"] = {{"total", report.manifest.units.size()},
                   {"distinct", sharing.distinct()},
                   {"captured", coverage.captured},
                   {"machine_code", coverage.kept_as_machine_code},
                   {"opaque", coverage.opaque}};
  json["sharing"] = {{"all", sharing.all}, {"some", sharing.some}, {"one", sharing.one}};
  json["compiles"] = to_json(count_compiles(report.configurations));
  json["configurations"] = configurations_to_json(report);
  json["isas"] = isas_json(report.manifest);
  json["text_bytes"] = {{"total", coverage.text_bytes}, {"captured", coverage.captured_text_bytes}};
  json["exceptions"] = std::move(exceptions);
  json["generic_files"] = std::move(generic);
  json["bytes"] = {{"image_layers", bytes_of(report.image.image_layers)},
                   {"ir_layers", bytes_of(report.image.ir_layers)},
                   {"debug_layers", bytes_of(report.image.debug_layers)}};
  json["seconds"] = {{"build", build_seconds(report.configurations)},
                     {"total", report.total_seconds}};
  json["warnings"] = report.warnings;
  return print_json(json);
}

}  // namespace xaas
