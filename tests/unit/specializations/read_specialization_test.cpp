// SPDX-License-Identifier: Apache-2.0
#include "xaas/specializations/specialization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using ::testing::ElementsAre;

/// A file with the points in it.
std::string file_of(const std::string& points, const std::string& more = "") {
  return "{\"schema\": \"xaas.specialization/1\", \"points\": [\n" + points + "]\n" + more + "}";
}

/// A file with a point `p`, whose value `v` has this besides.
std::string value_with(const std::string& fields) {
  return file_of(R"({"name": "p", "values": [{"name": "v",)" + ("\n" + fields) + "}]}");
}

struct Refused {
  std::string message;
  std::string code;
  std::string help;
};

Refused refusal_of(const std::string& text) {
  const auto parsed = parse_specialization(text, "x.json");
  if (parsed) return {};
  EXPECT_EQ(parsed.error().kind(), ErrorKind::invalid_input);
  return {.message = parsed.error().message(),
          .code = parsed.error().code(),
          .help = parsed.error().help()};
}

constexpr const char* k_lulesh = R"({ // LULESH
  "schema": "xaas.specialization/1", "application": "lulesh",
  "points": [
    { "name": "openmp", "kind": "threading", "values": [
        { "name": "off", "build": { "cmake": ["-DWITH_OPENMP=OFF"] } },
        { "name": "on",  "build": { "cmake": ["-DWITH_OPENMP=ON"] }, "prefer": 10 }, ] },
    { "name": "simd", "kind": "cpu-simd", "values": [
        { "name": "none", "build": { "make": ["SIMD=0"], "configure": [], "meson": [], "env": { "SIMD": "0" } } },
        { "name": "avx2", "description": "256 bits", "build": { "make": ["SIMD=2"], "steps": ["touch x"] },
          "requires": { "cpu": ["avx2", "fma"], "mpi": "mpich", "gpu": { "backend": "cuda", "architectures": ["sm_90"] },
                        "libraries": [{ "name": "libhdf5", "version": "1.12" }] },
          "demands": { "openmp": "on" }, "prefer": 20 } ] } ],
  "exclude": [ { "openmp": "off", "simd": ["avx2"] } ],
})";

TEST(ParseSpecialization, ReadsPointsValuesAndAdditions) {
  const auto parsed = parse_specialization(k_lulesh, "xaas.json");
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->application, "lulesh");
  ASSERT_EQ(parsed->points.size(), 2U);
  EXPECT_EQ(parsed->points[0].kind, PointKind::threading);
  const PointValue avx2{.name = "avx2",
                        .description = "256 bits",
                        .requirements = {.cpu = {"avx2", "fma"},
                                         .gpu_backend = "cuda",
                                         .gpu_architectures = {"sm_90"},
                                         .mpi = "mpich",
                                         .libraries = {{.name = "libhdf5", .version = "1.12"}}},
                        .preference = 20};
  EXPECT_EQ(parsed->points[1].values.at(1), avx2);
  const BuildAdditions none{.make = {"SIMD=0"}, .environment = {{"SIMD", "0"}}};
  EXPECT_EQ(parsed->additions.at({"simd", "none"}), none);
  EXPECT_THAT(parsed->additions.at({"simd", "avx2"}).steps, ElementsAre("touch x"));
}

TEST(ParseSpecialization, ReadsLengthsOfVectors) {
  const auto parsed = parse_specialization(
      value_with(R"("requires": {"cpu": ["sve"], "vector_bits": 512})"), "x.json");
  ASSERT_TRUE(parsed) << parsed.error().message();
  const Requirements& needs = parsed->points[0].values[0].requirements;
  EXPECT_EQ(needs.vector_bits, 512U);
  EXPECT_EQ(describe_requirements(needs), "a processor with `sve`; vectors of 512 bits");
}

TEST(ParseSpecialization, RefusesLengthsThatNoVectorsHave) {
  for (const std::string bits : {"0", "-128", "384", "4096", "9223372036854775807"}) {
    const auto refused =
        refusal_of(value_with(R"("requires": {"cpu": ["sve2"], "vector_bits": )" + bits + "}"));
    EXPECT_EQ(refused.message, "x.json:3:46: no vectors of SVE have " + bits + " bits");
    EXPECT_EQ(refused.code, "spec.field");
  }
  EXPECT_EQ(refusal_of(value_with(R"("requires": {"cpu": ["avx2"], "vector_bits": 256})")).message,
            "x.json:3:31: `vector_bits` is of a value that needs `sve`");
}

TEST(ParseSpecialization, LetsNoConfigurationHaveTwoLengthsOfVectors) {
  const auto parsed = parse_specialization(
      file_of(
          R"({"name": "a", "values": [{"name": "x", "requires": {"cpu": ["sve"], "vector_bits": 512}}]},
                 {"name": "b", "values": [{"name": "y", "requires": {"cpu": ["sve"], "vector_bits": 256}}]})"),
      "x.json");
  ASSERT_TRUE(parsed) << parsed.error().message();
  ASSERT_EQ(parsed->rules.size(), 1U);
  EXPECT_EQ(parsed->rules[0].sentence,
            "`a=x` needs vectors of 512 bits, `b=y` vectors of 256 bits");
}

TEST(ParseSpecialization, TurnsDemandsAndExclusionsIntoRules) {
  const auto parsed = parse_specialization(k_lulesh, "xaas.json");
  ASSERT_TRUE(parsed) << parsed.error().message();
  const Rule demand{.forbidden = {{"simd", {"avx2"}}, {"openmp", {"off"}}},
                    .sentence = "`simd=avx2` demands `openmp=on`",
                    .line = 12};
  const Rule exclusion{.forbidden = {{"simd", {"avx2"}}, {"openmp", {"off"}}},
                       .sentence = "`openmp=off` and `simd=avx2` exclude each other",
                       .line = 13};
  EXPECT_THAT(parsed->rules, ElementsAre(demand, exclusion));
}

TEST(ParseSpecialization, TakesAFileWithoutPoints) {
  EXPECT_TRUE(parse_specialization(file_of(""), "x"));
}

TEST(ParseSpecialization, RefusesUnknownKeysAndSuggestsOnes) {
  const auto point = refusal_of(file_of(R"({"name": "p", "knid": "mpi", "values": []})"));
  EXPECT_EQ(point.message, "x.json:2:15: there is no key `knid`");
  EXPECT_EQ(point.help, "did you mean `kind`?");
  EXPECT_EQ(point.code, "spec.unknown");
  EXPECT_EQ(refusal_of(file_of("", ", \"pionts\": []")).help, "did you mean `points`?");
  EXPECT_EQ(refusal_of(value_with("\"demand\": {}")).help, "did you mean `demands`?");
  EXPECT_EQ(refusal_of(value_with(R"("build": {"cmke": []})")).help, "did you mean `cmake`?");
  EXPECT_EQ(refusal_of(value_with(R"("requires": {"gpu": {"backends": "cuda"}})")).help,
            "did you mean `backend`?");
  EXPECT_EQ(refusal_of(value_with(R"("build": {"xyz": []})")).help,
            "known here: `cmake`, `configure`, `meson`, `make`, `env`, `steps`");
}

TEST(ParseSpecialization, RefusesUnknownWordsAndSuggestsOnes) {
  const auto kind = refusal_of(file_of(R"({"name": "p", "kind": "treading", "values": []})"));
  EXPECT_EQ(kind.message, "x.json:2:23: there is no kind of point `treading`");
  EXPECT_EQ(kind.help, "did you mean `threading`?");
  const auto feature = refusal_of(value_with(R"("requires": {"cpu": ["avx512"]})"));
  EXPECT_EQ(feature.message, "x.json:3:22: there is no processor feature `avx512`");
  EXPECT_EQ(feature.help, "did you mean `avx512f`?");
  EXPECT_EQ(refusal_of(value_with(R"("requires": {"mpi": "openmp"})")).help,
            "did you mean `openmpi`?");
  EXPECT_EQ(refusal_of(value_with(R"("requires": {"gpu": {"backend": "rocm"}})")).help,
            "known here: `cuda`, `hip`, `level-zero`, `opencl`");
  const auto sm = refusal_of(
      value_with(R"("requires": {"gpu": {"backend": "cuda", "architectures": ["sm90"]}})"));
  EXPECT_EQ(sm.message, "x.json:3:59: `sm90` is no architecture of cuda");
  EXPECT_EQ(sm.help, "they are called like `sm_90`");
}

TEST(ParseSpecialization, RefusesRulesOnWhatIsNotThere) {
  const std::string other = R"(, {"name": "openmp", "values": [{"name": "on"}]})";
  const auto point = refusal_of(
      file_of(R"({"name": "p", "values": [{"name": "v", "demands": {"opnmp": "on"}}]})" + other));
  EXPECT_EQ(point.message, "x.json:2:52: there is no point `opnmp`");
  EXPECT_EQ(point.help, "did you mean `openmp`?");
  const auto value = refusal_of(file_of(
      R"({"name": "p", "values": [{"name": "v", "excludes": {"openmp": ["of"]}}]})" + other));
  EXPECT_EQ(value.message, "x.json:2:64: there is no value of `openmp` `of`");
  EXPECT_EQ(value.help, "known here: `on`");
  EXPECT_EQ(refusal_of(file_of(R"({"name": "p", "values": [{"name": "v"}]})",
                               R"(, "exclude": [{"q": "v"}])"))
                .message,
            "x.json:3:16: there is no point `q`");
  EXPECT_EQ(refusal_of(value_with(R"("demands": {"p": "v"})")).message,
            "x.json:3:13: a value of `p` can say nothing of `p` itself");
  EXPECT_EQ(refusal_of(file_of("", R"(, "exclude": [{}])")).message,
            "x.json:3:15: this would exclude every configuration");
  EXPECT_EQ(refusal_of(file_of(R"({"name": "p", "values": [{"name": "v"}]})",
                               R"(, "exclude": [{"p": []}])"))
                .message,
            "x.json:3:21: `p` names no value");
}

TEST(ParseSpecialization, RefusesNamesThatCommandLinesCannotHold) {
  for (const std::string name : {"a=b", "a,b", "a b", "-a", "\u00e4", ""}) {
    const auto refused = refusal_of(file_of(R"({"name": ")" + name + R"(", "values": []})"));
    EXPECT_EQ(refused.code, "spec.field") << name;
    EXPECT_EQ(refused.message.substr(0, 13), "x.json:2:10: ") << refused.message;
  }
  EXPECT_NE(
      refusal_of(file_of(R"({"name": ")" + std::string(65, 'a') + R"(", "values": []})")).help, "");
  EXPECT_TRUE(parse_specialization(
      file_of(R"({"name": "c++17_a.b-c", "values": [{"name": "2.0"}]})"), "x"));
}

TEST(ParseSpecialization, RefusesTwoOfOneName) {
  const auto twice = [](const char* second) {
    return refusal_of(file_of(R"({"name": "a-b", "values": [{"name": "v"}]},)"
                              "\n"
                              R"({"name": ")" +
                              std::string(second) + R"(", "values": [{"name": "v"}]})"))
        .message;
  };
  EXPECT_EQ(twice("a-b"), "x.json:3:10: there is a point `a-b` already");
  EXPECT_EQ(twice("A_b"),
            "x.json:3:10: `a-b` and `A_b` would both be told to builds as `XAAS_POINT_A_B`");
  EXPECT_EQ(
      refusal_of(file_of(R"({"name": "p", "values": [{"name": "v"}, {"name": "v"}]})")).message,
      "x.json:2:50: `p` has a value `v` already");
}

TEST(ParseSpecialization, RefusesWrongTypesAndRanges) {
  EXPECT_EQ(refusal_of("[]").message, "x.json:1:1: this is an array, not an object");
  EXPECT_EQ(refusal_of(value_with("\"prefer\": -1")).message,
            "x.json:3:11: `prefer` is -1; it is at least 0 and at most 1000000");
  EXPECT_EQ(refusal_of(value_with("\"prefer\": 1.5")).message,
            "x.json:3:11: `prefer` is a number that is no integer, not an integer");
  EXPECT_EQ(refusal_of(value_with(R"("build": {"cmake": "-DX=1"})")).message,
            "x.json:3:20: `cmake` is a string, not an array");
  EXPECT_EQ(refusal_of(value_with(R"("build": {"env": {"1X": ""}})")).message,
            "x.json:3:19: `1X` is no variable's name");
  EXPECT_EQ(refusal_of(value_with(R"("build": {"steps": ["a\u0000b"]})")).message,
            "x.json:3:21: this holds a NUL character");
  EXPECT_EQ(refusal_of(file_of(R"({"name": "p", "values": []})")).message,
            "x.json:2:25: `p` has 0 values; it needs 1 to 64");
  EXPECT_EQ(refusal_of(file_of(R"({"name": "p"})")).message, "x.json:2:1: `values` is missing");
}

TEST(ParseSpecialization, RefusesMorePointsAndValuesThanASearchTakes) {
  std::string points;
  for (int i = 0; i < 65; ++i) {
    points += (i > 0 ? "," : "") + std::string(R"({"name": "p)") + std::to_string(i) +
              R"(", "values": [{"name": "v"}]})";
  }
  EXPECT_THAT(refusal_of(file_of(points)).message, ::testing::EndsWith("more than 64 points"));
  std::string values;
  for (int i = 0; i < 65; ++i)
    values += (i > 0 ? "," : "") + std::string(R"({"name": "v)") + std::to_string(i) + "\"}";
  EXPECT_EQ(refusal_of(file_of(R"({"name": "p", "values": [)" + values + "]}")).message,
            "x.json:2:25: `p` has 65 values; it needs 1 to 64");
}

TEST(ParseSpecialization, RefusesOtherSchemasFirst) {
  const auto later = refusal_of(R"({"new": 1, "schema": "xaas.specialization/2"})");
  EXPECT_EQ(later.code, "spec.schema");
  EXPECT_EQ(later.message,
            "x.json:1:22: the schema is `xaas.specialization/2`; this program reads "
            "`xaas.specialization/1`");
  EXPECT_EQ(later.help, "use a newer release of this program");
  EXPECT_EQ(refusal_of(R"({"schema": "xaas.ir/1"})").help, "");
  EXPECT_EQ(refusal_of("{}").message, "x.json:1:1: `schema` is missing");
}

TEST(ParseSpecialization, RefusesFeaturesThatNoProcessorHasTogether) {
  EXPECT_EQ(refusal_of(value_with(R"("requires": {"cpu": ["aes", "avx2", "sve"]})")).message,
            "x.json:3:21: no processor has both `avx2` of x86-64 and `sve` of AArch64");
  EXPECT_TRUE(parse_specialization(value_with(R"("requires": {"cpu": ["aes", "sve"]})"), "x"));
}

TEST(ParseSpecialization, KeepsWhatNoMachineHasOutOfOneConfiguration) {
  const auto parsed = parse_specialization(
      file_of(
          R"({"name": "mpi", "values": [{"name": "no"}, {"name": "mpich", "requires": {"mpi": "mpich"}}]},
{"name": "io", "values": [
{"name": "posix"}, {"name": "romio", "requires": {"mpi": "openmpi"}}]},
{"name": "simd", "values": [{"name": "avx2", "requires": {"cpu": ["avx2"]}}]},
{"name": "crypto", "values": [{"name": "sve", "requires": {"cpu": ["sve"]}}, {"name": "aes", "requires": {"cpu": ["aes"]}}]})"),
      "x");
  ASSERT_TRUE(parsed) << parsed.error().message();
  std::vector<std::string> sentences;
  for (const Rule& rule : parsed->rules)
    sentences.push_back(std::to_string(rule.line) + " " + rule.sentence);
  EXPECT_THAT(sentences,
              ElementsAre("4 `mpi=mpich` needs an MPI of the ABI `mpich`, `io=romio` an MPI of the "
                          "ABI `openmpi`",
                          "6 `simd=avx2` needs a processor of x86-64, `crypto=sve` a processor of "
                          "AArch64"));
}

TEST(ParseSpecialization, RefusesArchitecturesOfGpusInTwoPoints) {
  const std::string needs =
      R"("values": [{"name": "v", "requires": {"gpu": {"backend": "hip", "architectures": ["gfx90a"]}}}]})";
  const auto refused =
      refusal_of(file_of(R"({"name": "a", )" + needs + ",\n{\"name\": \"b\", " + needs));
  EXPECT_EQ(refused.message, "x.json:3:1: `a` and `b` both name architectures of GPUs");
  EXPECT_EQ(refused.help, "let the values of `b` demand those of `a`");
}

TEST(ParseSpecialization, RefusesPointsThatOverrideEachOther) {
  const auto both = [](const std::string& first, const std::string& second,
                       const std::string& more = "") {
    return refusal_of(file_of(R"({"name": "a", "values": [{"name": "v", "build": )" + first +
                                  R"(}]}, {"name": "b", "values": [{"name": "w"}, {"name": "v",)" +
                                  "\n\"build\": " + second + "}]}",
                              more));
  };
  const auto refused = both(R"({"cmake": ["-DX:BOOL=1"]})", R"({"cmake": ["-DX=2"]})");
  EXPECT_EQ(refused.message, "x.json:3:10: `b=v` sets `-DX=2`, but `a=v` sets `-DX:BOOL=1`");
  EXPECT_EQ(refused.code, "spec.conflict");
  EXPECT_EQ(both(R"({"env": {"X": "1"}})", R"({"env": {"X": "2"}})").code, "spec.conflict");
  EXPECT_EQ(both(R"({"make": ["X=1"]})", R"({"make": ["X=1"]})").code, "");
  EXPECT_EQ(both(R"({"make": ["X+=1"]})", R"({"make": ["X+=2"]})").code, "");
  EXPECT_EQ(both(R"({"make": ["X=1"]})", R"({"configure": ["X=2"]})").code, "");
  // Never both.
  EXPECT_EQ(
      both(R"({"make": ["X=1"]})", R"({"make": ["X=2"]})", R"(, "exclude": [{"a": "v", "b": "v"}])")
          .code,
      "");
}

TEST(ParseSpecialization, RefusesWhatTheCaptureSetsItself) {
  for (const std::string build :
       {R"({"cmake": ["-DCMAKE_INSTALL_PREFIX=/opt"]})", R"({"cmake": ["-B", "x"]})",
        R"({"configure": ["--prefix=/opt"]})", R"({"meson": ["-Dprefix=/opt"]})",
        R"({"make": ["prefix=/opt"]})", R"({"make": ["DESTDIR=/x"]})", R"({"env": {"PATH": "/x"}})",
        R"({"env": {"XAAS_CAPTURE": "/x"}})"})
    EXPECT_EQ(refusal_of(value_with("\"build\": " + build)).code, "spec.reserved") << build;
  EXPECT_TRUE(parse_specialization(value_with(R"("build": {"env": {"PATHS": "/x"}})"), "x"));
}

TEST(ParseSpecialization, NamesSyntaxErrorsByTheirPlace) {
  const auto refused = refusal_of("{\n  \"schema\" \"x\"}");
  EXPECT_EQ(refused.code, "spec.syntax");
  EXPECT_EQ(refused.message.substr(0, 12), "x.json:2:12:");
}

TEST(ParseSpecialization, NamesOfManyValuesTheFirst) {
  std::string values;
  std::string names;
  for (int i = 10; i < 20; ++i) {
    values += (i > 10 ? "," : "") + std::string(R"({"name": ")") + std::to_string(i) + "\"}";
    names += (i > 10 ? ",\"" : "\"") + std::to_string(i) + "\"";
  }
  const auto parsed = parse_specialization(file_of(R"({"name": "p", "values": [)" + values + "]}",
                                                   R"(, "exclude": [{"p": [)" + names + "]}]"),
                                           "x");
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->rules.at(0).sentence, "`p=10,11,12,13,14,15,16,17,...` is excluded");
}

TEST(PointVariable, HasCapitalsDigitsAndUnderscores) {
  EXPECT_EQ(point_variable("simd-level.2+x"), "XAAS_POINT_SIMD_LEVEL_2_X");
}

TEST(PointKindNames, AreReadAgain) {
  for (const auto kind : {PointKind::cpu_simd, PointKind::threading, PointKind::option})
    EXPECT_EQ(point_kind(name_of(kind)), kind);
  EXPECT_FALSE(point_kind("simd"));
}

}  // namespace
}  // namespace xaas
