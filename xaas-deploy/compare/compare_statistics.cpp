// SPDX-License-Identifier: Apache-2.0
//
// How sure a measured ratio is. The interval comes from a bootstrap: draw as many pairs as there
// are, with replacement, take the ratio of their medians, do so many times; the middle 95 % of
// these ratios is the interval (Efron and Tibshirani, "An Introduction to the Bootstrap", chapter
// 13). Whole pairs are drawn, because the two runs of a pair met the same state of the machine.
// Nothing is assumed about how times are distributed, which is nothing like normal.
#include "compare/compare.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace xaas {
namespace {

/// With fewer pairs a 95 % statement cannot be had: five agreeing pairs come about by chance in
/// 2 * (1/2)^5 = 6 % of all cases.
constexpr std::size_t k_fewest_pairs = 6;
constexpr std::size_t k_many_pairs = 200;

/// In place: `values` are put in another order.
double middle_of(std::vector<double>& values) {
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, half);
  if (values.size() % 2 == 1) return *half;
  return (*std::max_element(values.begin(), half) + *half) / 2;
}

double ratio_of(double a, double b, Better better) {
  return better == Better::lower ? b / a : a / b;
}

/// The interval's ends. The generator's numbers are the standard's; how a distribution makes
/// indices from them is not, so that is done here.
void set_interval(Comparison& comparison) {
  const std::size_t pairs = comparison.a.size();
  const std::size_t draws = pairs <= k_many_pairs ? 10000 : 2000;
  // NOLINTNEXTLINE(bugprone-random-generator-seed): the same samples, the same interval.
  std::mt19937_64 random{20240229};
  std::vector<double> a(pairs);
  std::vector<double> b(pairs);
  std::vector<double> ratios(draws);
  for (auto& ratio : ratios) {
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto drawn = static_cast<std::size_t>(random() % pairs);
      a[i] = comparison.a[drawn];
      b[i] = comparison.b[drawn];
    }
    ratio = ratio_of(middle_of(a), middle_of(b), comparison.better);
  }
  std::ranges::sort(ratios);
  comparison.low = ratios[draws / 40];
  comparison.high = ratios[draws - 1 - draws / 40];
}

Comparison::Verdict verdict_of(const Comparison& comparison) {
  using Verdict = Comparison::Verdict;
  if (comparison.a.size() < k_fewest_pairs) return Verdict::too_few_runs;
  if (comparison.low > 1) return Verdict::a_better;
  if (comparison.high < 1) return Verdict::b_better;
  return Verdict::within_noise;
}

}  // namespace

double median_of(std::vector<double> values) {
  return middle_of(values);
}

Result<Comparison> compare_samples(std::vector<double> a, std::vector<double> b, Better better) {
  const auto is_usable = [](double value) { return std::isfinite(value) && value > 0; };
  if (a.empty() || a.size() != b.size() || !std::ranges::all_of(a, is_usable) ||
      !std::ranges::all_of(b, is_usable)) {
    return fail(ErrorKind::corrupt, "{} and {} samples are no pairs of positive numbers", a.size(),
                b.size())
        .with_code("compare.samples");
  }
  Comparison comparison;
  comparison.better = better;
  comparison.a = std::move(a);
  comparison.b = std::move(b);
  comparison.median_a = median_of(comparison.a);
  comparison.median_b = median_of(comparison.b);
  comparison.ratio = ratio_of(comparison.median_a, comparison.median_b, better);
  set_interval(comparison);
  comparison.verdict = verdict_of(comparison);
  return comparison;
}

}  // namespace xaas
