// SPDX-License-Identifier: Apache-2.0
#include "xaas/specializations/specialization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Points = std::vector<std::pair<std::string, std::vector<std::string>>>;

Specialization with_points(const Points& points) {
  Specialization specialization{.file = "x.json"};
  for (const auto& [name, values] : points) {
    SpecializationPoint point{.name = name};
    for (const std::string& value : values) point.values.push_back({.name = value});
    specialization.points.push_back(std::move(point));
  }
  return specialization;
}

void add_rule(Specialization& specialization, ValuesByPoint forbidden,
              const std::string& sentence = "a rule") {
  const std::size_t line = specialization.rules.size() + 1;
  specialization.rules.push_back({std::move(forbidden), sentence, line});
}

std::vector<std::string> names_in(const Specialization& specialization,
                                  const ValuesByPoint& narrowing = {}) {
  std::vector<std::string> names;
  const auto configurations = configurations_of(specialization, narrowing, 1000);
  EXPECT_TRUE(configurations) << configurations.error().message();
  if (configurations)
    for (const PointAssignment& assignment : *configurations)
      names.push_back(canonical_name(assignment));
  return names;
}

Error error_of(const Specialization& specialization, const ValuesByPoint& narrowing = {},
               std::size_t limit = 256) {
  auto configurations = configurations_of(specialization, narrowing, limit);
  EXPECT_FALSE(configurations);
  return configurations ? Error(ErrorKind::internal, "", {}) : std::move(configurations.error());
}

TEST(ConfigurationsOf, GoesThroughTheLastPointFirst) {
  EXPECT_THAT(names_in(with_points({{"b", {"2", "1"}}, {"a", {"x", "y"}}})),
              ElementsAre("a=x,b=2", "a=y,b=2", "a=x,b=1", "a=y,b=1"));
}

TEST(ConfigurationsOf, IsOneWithoutPoints) {
  EXPECT_THAT(names_in(with_points({})), ElementsAre("default"));
}

TEST(ConfigurationsOf, LeavesOutWhatRulesForbid) {
  auto specialization = with_points({{"omp", {"off", "on"}}, {"simd", {"none", "avx2"}}});
  add_rule(specialization, {{"omp", {"off"}}, {"simd", {"avx2"}}});
  EXPECT_THAT(names_in(specialization),
              ElementsAre("omp=off,simd=none", "omp=on,simd=none", "omp=on,simd=avx2"));
}

TEST(ConfigurationsOf, KeepsOnlyNarrowedValues) {
  const auto specialization = with_points({{"a", {"1", "2", "3"}}, {"b", {"x", "y"}}});
  EXPECT_THAT(names_in(specialization, {{"a", {"3", "1"}}, {"b", {"y"}}}),
              ElementsAre("a=1,b=y", "a=3,b=y"));
}

/// What a search finds is what trying everything finds, in the same order.
TEST(ConfigurationsOf, FindsExactlyWhatTryingEverythingFinds) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t below) { return random() % below; };
  for (int round = 0; round < 300; ++round) {
    Points points;
    for (std::size_t i = 0; i < 1 + pick(4); ++i) {
      std::vector<std::string> values;
      for (std::size_t k = 0; k < 1 + pick(4); ++k) values.push_back("v" + std::to_string(k));
      points.emplace_back("p" + std::to_string(i), values);
    }
    auto specialization = with_points(points);
    for (std::size_t rule = pick(8); rule > 0; --rule) {
      ValuesByPoint forbidden;
      for (std::size_t part = 1 + pick(3); part > 0; --part) {
        const auto& [name, values] = points[pick(points.size())];
        forbidden[name].insert(values[pick(values.size())]);
      }
      add_rule(specialization, std::move(forbidden));
    }

    std::vector<std::string> expected;
    std::vector<std::size_t> at(points.size(), 0);
    for (bool more = true; more;) {
      PointAssignment assignment;
      for (std::size_t i = 0; i < points.size(); ++i)
        assignment[points[i].first] = points[i].second[at[i]];
      bool allowed = true;
      for (const Rule& rule : specialization.rules) {
        bool holds = true;
        for (const auto& [point, values] : rule.forbidden)
          holds = holds && values.contains(assignment[point]);
        allowed = allowed && !holds;
      }
      if (allowed) expected.push_back(canonical_name(assignment));
      std::size_t i = points.size();
      while (i > 0 && ++at[i - 1] == points[i - 1].second.size()) at[--i] = 0;
      more = i > 0;
    }
    const auto found = configurations_of(specialization, {}, 1000);
    ASSERT_EQ(found.has_value(), !expected.empty());
    if (found) {
      EXPECT_EQ(names_in(specialization), expected);
    }
  }
}

TEST(ConfigurationsOf, NamesTheSizeOfASpaceBeyondTheLimit) {
  auto specialization = with_points({{"a", {"1", "2"}}, {"b", {"1", "2"}}, {"c", {"1", "2"}}});
  EXPECT_TRUE(configurations_of(specialization, {}, 8));
  add_rule(specialization, {{"a", {"1"}}, {"b", {"1"}}});
  EXPECT_TRUE(configurations_of(specialization, {}, 6));
  const Error error = error_of(specialization, {}, 5);
  EXPECT_EQ(error.code(), "spec.too-many");
  EXPECT_EQ(error.message(),
            "the points make 8 combinations, of which 6 are allowed; the limit is 5");
  EXPECT_EQ(error.help(), "keep fewer values with `--set POINT=VALUE`, or raise `--limit`");
}

TEST(ConfigurationsOf, CountsAHugeSpaceOnlySoFar) {
  Points points;
  for (int i = 0; i < 64; ++i)
    points.emplace_back("p" + std::to_string(i), std::vector<std::string>{"a", "b", "c"});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of(with_points(points)).message(),
            "the points make more than 18446744073709551615 combinations, of which at least 100000 "
            "are allowed; the limit is 256");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

/// Each configuration takes so long to find that not all of them are.
TEST(ConfigurationsOf, SaysWhenItDidNotCountToTheEnd) {
  Points points;
  for (int i = 0; i < 30; ++i)
    points.emplace_back("p" + std::to_string(i), std::vector<std::string>{"a", "b"});
  auto specialization = with_points(points);
  for (int rule = 0; rule < 5000; ++rule)
    add_rule(specialization, {{"p0", {"a"}}, {"p1", {"b"}}, {"p2", {"b"}}});
  EXPECT_THAT(error_of(specialization).message(), HasSubstr("of which at least "));
}

TEST(ConfigurationsOf, NamesTheSmallestConflict) {
  auto specialization =
      with_points({{"omp", {"off", "on"}}, {"simd", {"none", "avx2"}}, {"mpi", {"off", "on"}}});
  add_rule(specialization, {{"mpi", {"on"}}, {"simd", {"none"}}}, "`mpi=on` demands `simd=avx2`");
  add_rule(specialization, {{"simd", {"avx2"}}, {"omp", {"off"}}}, "`simd=avx2` demands `omp=on`");
  const Error error =
      error_of(specialization, {{"omp", {"off"}}, {"simd", {"avx2"}}, {"mpi", {"off", "on"}}});
  EXPECT_EQ(error.code(), "spec.empty");
  EXPECT_EQ(error.message(),
            "no configuration is left: these cannot hold together: `simd=avx2` demands `omp=on` "
            "(x.json:2); `--set omp=off`; `--set simd=avx2`");
}

/// Taking away one rule after the other ends at the last three; the first two are fewer.
TEST(ConfigurationsOf, PrefersAShorterConflictToTheFirstThatIsLeft) {
  auto specialization = with_points({{"a", {"1", "2"}}, {"b", {"1", "2"}}});
  add_rule(specialization, {{"a", {"1"}}}, "first");
  add_rule(specialization, {{"a", {"2"}}}, "second");
  add_rule(specialization, {{"b", {"1"}}, {"a", {"1", "2"}}}, "third");
  add_rule(specialization, {{"b", {"2"}}, {"a", {"1"}}}, "fourth");
  add_rule(specialization, {{"b", {"2"}}, {"a", {"2"}}}, "fifth");
  EXPECT_THAT(error_of(specialization).message(), HasSubstr("first (x.json:1); second (x.json:2)"));
}

TEST(ConfigurationsOf, SaysWhenOneRuleAloneExcludesEverything) {
  auto specialization = with_points({{"a", {"1"}}});
  add_rule(specialization, {{"a", {"1"}}}, "`a=1` is excluded");
  EXPECT_EQ(error_of(specialization).message(),
            "no configuration is left: one rule excludes all: `a=1` is excluded (x.json:1)");
}

/// Nine pigeons do not fit into eight holes, which a search cannot see without trying.
TEST(ConfigurationsOf, GivesUpInSeconds) {
  Points points;
  std::vector<std::string> holes;
  for (int hole = 0; hole < 14; ++hole) holes.push_back(std::to_string(hole));
  for (int pigeon = 0; pigeon < 15; ++pigeon)
    points.emplace_back("p" + std::to_string(pigeon), holes);
  auto specialization = with_points(points);
  for (std::size_t one = 0; one < points.size(); ++one)
    for (std::size_t other = 0; other < one; ++other)
      for (const std::string& hole : holes)
        add_rule(specialization, {{points[one].first, {hole}}, {points[other].first, {hole}}});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of(specialization).code(), "spec.too-entangled");
  EXPECT_THAT(unreachable_values(specialization, {}), IsEmpty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(UnreachableValues, AreNamedWithWhatKeepsThemOut) {
  auto specialization = with_points({{"omp", {"off", "on"}}, {"simd", {"none", "avx2"}}});
  add_rule(specialization, {{"simd", {"avx2"}}, {"omp", {"off"}}}, "`simd=avx2` demands `omp=on`");
  EXPECT_THAT(unreachable_values(specialization, {}), IsEmpty());
  add_rule(specialization, {{"simd", {"avx2"}}, {"omp", {"on"}}}, "`simd=avx2` excludes `omp=on`");
  EXPECT_THAT(unreachable_values(specialization, {}),
              ElementsAre("no configuration has `simd=avx2`: `simd=avx2` demands `omp=on` "
                          "(x.json:1); `simd=avx2` excludes `omp=on` (x.json:2)"));
}

TEST(UnreachableValues, AreOfANarrowedSpaceThoseThatWereAskedFor) {
  auto specialization = with_points({{"omp", {"off", "on"}}, {"simd", {"none", "avx2"}}});
  add_rule(specialization, {{"simd", {"avx2"}}, {"omp", {"off"}}}, "`simd=avx2` demands `omp=on`");
  EXPECT_THAT(unreachable_values(specialization, {{"omp", {"off"}}}), IsEmpty());
  EXPECT_THAT(
      unreachable_values(specialization, {{"omp", {"off"}}, {"simd", {"avx2", "none"}}}),
      ElementsAre(StartsWith("no configuration has `simd=avx2`: `simd=avx2` demands `omp=on`")));
}

TEST(KeepArchitecture, LeavesOutValuesOfOtherProcessors) {
  auto specialization = with_points({{"simd", {"none", "avx2", "neon", "aes"}}});
  specialization.points[0].values[1].requirements.cpu = {"avx2"};
  specialization.points[0].values[2].requirements.cpu = {"neon"};
  specialization.points[0].values[3].requirements.cpu = {"aes"};
  add_rule(specialization, {{"simd", {"neon", "aes"}}});
  const auto amd64 = keep_architecture(specialization, "amd64");
  ASSERT_TRUE(amd64);
  EXPECT_THAT(names_in(*amd64), ElementsAre("simd=none", "simd=avx2"));
  EXPECT_THAT(amd64->left_out, ElementsAre("`simd=neon` needs a processor of AArch64"));
  const auto arm64 = keep_architecture(specialization, "arm64");
  ASSERT_TRUE(arm64);
  EXPECT_THAT(names_in(*arm64), ElementsAre("simd=none"));
}

TEST(KeepArchitecture, RefusesAPointWithoutValues) {
  auto specialization = with_points({{"simd", {"neon"}}});
  specialization.points[0].values[0].requirements.cpu = {"neon"};
  const auto kept = keep_architecture(specialization, "amd64");
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code(), "spec.architecture");
  EXPECT_EQ(kept.error().message(),
            "every value of `simd` in `x.json` needs a processor of another architecture than "
            "x86-64");
}

TEST(ParseNarrowing, AddsUpSettings) {
  const auto points = with_points({{"a", {"1", "2", "3"}}, {"b", {"x"}}}).points;
  const auto narrowing = parse_narrowing(points, std::vector<std::string>{"a=1,2", "b=x", "a=3"});
  ASSERT_TRUE(narrowing);
  EXPECT_EQ(*narrowing, (ValuesByPoint{{"a", {"1", "2", "3"}}, {"b", {"x"}}}));
}

TEST(ParseNarrowing, RefusesWhatIsNotThereWithNearNames) {
  const auto points = with_points({{"openmp", {"on", "off"}}}).points;
  const auto refused = [&](const std::string& setting) {
    const auto narrowing = parse_narrowing(points, std::vector<std::string>{setting});
    EXPECT_FALSE(narrowing) << setting;
    EXPECT_EQ(narrowing.error().code(), "spec.setting");
    return narrowing.error().message() + "|" + narrowing.error().help();
  };
  EXPECT_EQ(refused("opnmp=on"),
            "`--set opnmp=on`: there is no point `opnmp`|did you mean `openmp`?");
  EXPECT_EQ(refused("openmp=offf"),
            "`--set openmp=offf`: `openmp` has no value `offf`|did you mean `off`?");
  EXPECT_EQ(refused("openmp=yes"),
            "`--set openmp=yes`: `openmp` has no value `yes`|known here: `on`, `off`");
  EXPECT_EQ(refused("openmp"),
            "`--set openmp`: this is not POINT=VALUE|e.g. `--set openmp=on,off`");
  for (const std::string setting : {"openmp=", "openmp=on,", "=on", "", ","}) refused(setting);
}

TEST(CombinationsOf, AreTheProductOfWhatIsKept) {
  const auto points = with_points({{"a", {"1", "2", "3"}}, {"b", {"x", "y"}}}).points;
  EXPECT_EQ(combinations_of(points, {}), 6U);
  EXPECT_EQ(combinations_of(points, {{"a", {"1"}}}), 2U);
  EXPECT_EQ(combinations_of({}, {}), 1U);
}

}  // namespace
}  // namespace xaas
