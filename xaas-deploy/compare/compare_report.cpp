// SPDX-License-Identifier: Apache-2.0
#include "compare/compare.hpp"

#include "xaas/support/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace xaas {
namespace {

std::string_view verdict_name(Comparison::Verdict verdict) {
  switch (verdict) {
    case Comparison::Verdict::a_better:
      return "a-better";
    case Comparison::Verdict::b_better:
      return "b-better";
    case Comparison::Verdict::within_noise:
      return "within-noise";
    case Comparison::Verdict::too_few_runs:
      return "too-few-runs";
  }
  return "unknown";
}

std::string quantity(const Comparison& comparison, double value) {
  return comparison.metric.empty() ? fmt::format("{:.4g} s", value) : fmt::format("{:.6g}", value);
}

/// "1.35 times as fast as" for time, "1.35 times as good as" for a figure that we know nothing of.
std::string times_as(const Comparison& comparison, double ratio) {
  return fmt::format("{:.3f} times as {} as", ratio, comparison.metric.empty() ? "fast" : "good");
}

std::string row(const Comparison& comparison, std::string_view label, const std::string& name,
                const std::vector<double>& samples) {
  const auto [least, most] = std::ranges::minmax(samples);
  return fmt::format("{}  {:>12}  {:>12}  {:>12}  {}\n", label,
                     quantity(comparison, median_of(samples)), quantity(comparison, least),
                     quantity(comparison, most), name);
}

}  // namespace

std::string verdict_words(const Comparison& comparison) {
  const auto interval = [](double low, double high) {
    return fmt::format("95 % interval {:.3f} to {:.3f}", low, high);
  };
  const auto pairs = comparison.a.size();
  switch (comparison.verdict) {
    case Comparison::Verdict::a_better:
      return fmt::format("A is {} B ({}, {} pairs)", times_as(comparison, comparison.ratio),
                         interval(comparison.low, comparison.high), pairs);
    case Comparison::Verdict::b_better:
      return fmt::format("B is {} A ({}, {} pairs)", times_as(comparison, 1 / comparison.ratio),
                         interval(1 / comparison.high, 1 / comparison.low), pairs);
    case Comparison::Verdict::within_noise:
      return fmt::format("A is {} B: the difference is within the noise ({} contains 1, {} pairs)",
                         times_as(comparison, comparison.ratio),
                         interval(comparison.low, comparison.high), pairs);
    case Comparison::Verdict::too_few_runs:
      break;
  }
  return fmt::format("A is {} B, but {} {} too few to tell this from noise: at least 6 are needed",
                     times_as(comparison, comparison.ratio), pairs,
                     pairs == 1 ? "pair is" : "pairs are");
}

std::string comparison_table(const Comparison& comparison) {
  std::string text;
  if (!comparison.metric.empty()) {
    text += fmt::format("`{}`, {} is better\n", comparison.metric,
                        comparison.better == Better::lower ? "lower" : "higher");
  }
  text += fmt::format("   {:>12}  {:>12}  {:>12}\n", "median", "least", "most");
  text += row(comparison, "A", comparison.name_a, comparison.a);
  text += row(comparison, "B", comparison.name_b, comparison.b);
  text += verdict_words(comparison) + "\n";
  for (const auto& note : comparison.notes) text += fmt::format("note: {}\n", note);
  return text;
}

std::string comparison_json(const Comparison& comparison) {
  const auto side = [](const std::string& name, double median, const std::vector<double>& samples) {
    Json json;
    json["name"] = name;
    json["median"] = median;
    json["samples"] = samples;
    return json;
  };
  Json json;
  json["schema"] = "xaas.comparison/1";
  json["measured"] = comparison.metric.empty() ? "wall-seconds" : "metric";
  if (!comparison.metric.empty()) json["metric"] = comparison.metric;
  json["better"] = comparison.better == Better::lower ? "lower" : "higher";
  json["a"] = side(comparison.name_a, comparison.median_a, comparison.a);
  json["b"] = side(comparison.name_b, comparison.median_b, comparison.b);
  json["ratio"] = comparison.ratio;
  json["interval"] = {{"level", 0.95}, {"low", comparison.low}, {"high", comparison.high}};
  json["verdict"] = verdict_name(comparison.verdict);
  json["words"] = verdict_words(comparison);
  json["notes"] = comparison.notes;
  return print_json(json);
}

}  // namespace xaas
