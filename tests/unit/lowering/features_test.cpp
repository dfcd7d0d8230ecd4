// SPDX-License-Identifier: Apache-2.0
#include "lowering_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Functions that must not be lowered for exactly the target: more, less, or otherwise.

namespace xaas::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<std::string> k_avx2_floor = {"+avx",    "+avx2",   "+crc32", "+popcnt", "+sse3",
                                               "+sse4.1", "+sse4.2", "+ssse3", "+xsave"};

const std::string k_scale = R"(
  void scale(float *restrict out, const float *restrict in, float by, int n) {
    for (int i = 0; i < n; ++i) out[i] = in[i] * by;
  })";

/// main() that prints `expression`, with `declarations` before it.
Source main_printing(const std::string& declarations, const std::string& expression,
                     const std::string& name = "main.c") {
  const std::string linkage = name.ends_with(".cpp") ? "extern \"C\"" : "";
  return {
      .text = linkage + " int printf(const char *, ...);\n" + declarations +
              "\nint main(int argc, char **argv) { (void)argv; return printf(\"%d\\n\", (int)(" +
              expression + ")) < 0; }",
      .name = name};
}

const Source k_scale_main =
    main_printing("void scale(float *, const float *, float, int); float in[64], out[64];",
                  "(in[63] = 21, scale(out, in, 2 * argc, 64), out[63])");

class FeatureLowering : public Lowering {
 protected:
  /// Gives the unit at `index` of the job's units a floor.
  static void add_floor(LoweringJob& job, std::size_t index,
                        const std::vector<std::string>& floor = k_avx2_floor) {
    for (LoweringJob::Item& item : job.items)
      if (auto* unit = std::get_if<LoweringJob::Bitcode>(&item); unit != nullptr && index-- == 0)
        unit->extra_features = floor;
  }
};

// The helper is inlined only if the caller has all features of its callee: those that the target's
// name promises and those that are listed.
TEST_F(FeatureLowering, AFunctionsOwnFeaturesAreAddedToTheTargets) {
  const Source hot = {.text =
                          "int helper(int x);\n__attribute__((noinline, target(\"bmi2,lzcnt\")))\n"
                          "int hot(int x) { return helper(x) + helper(x + 1); }",
                      .name = "hot.c"};
  const Source helper = {.text = "int helper(int x) { return x * x + 1; }", .name = "helper.c"};
  LoweringJob named =
      program_of({main_printing("int hot(int);", "hot(argc)"), hot, helper}, "x86-64-v3");
  LoweringJob listed = named;
  listed.cpu = listed.tune = "x86-64";
  listed.features = k_avx2_floor;
  for (const LoweringJob& job : {named, listed}) {
    lower(job);
    EXPECT_THAT(instructions("hot"), HasSubstr("imul"));
    EXPECT_THAT(instructions("hot"), Not(HasSubstr("helper")));
    EXPECT_EQ(printed(), "7\n");
  }
}

TEST_F(FeatureLowering, AFunctionsOwnFeaturesMayExceedTheTarget) {
  const Source dispatch = {
      .text =
          "__attribute__((target(\"avx2\"))) void fast(float *restrict o, const float *restrict"
          " p, float by, int n) { for (int i = 0; i < n; ++i) o[i] = p[i] * by; }\n"
          "static void slow(float *restrict o, const float *restrict p, float by, int n)"
          " { for (int i = 0; i < n; ++i) o[i] = p[i] * by; }\n"
          "void scale(float *o, const float *p, float by, int n) {\n"
          "  if (__builtin_cpu_supports(\"avx2\")) fast(o, p, by, n); else slow(o, p, by, n); }",
      .name = "dispatch.c"};
  const LoweringResult result = lower(program_of({k_scale_main, dispatch}));
  EXPECT_THAT(result.explicit_functions, ElementsAre("fast"));
  EXPECT_THAT(instructions("fast"), HasSubstr("%ymm"));
  EXPECT_THAT(instructions("scale"), Not(HasSubstr("%ymm")));
  EXPECT_EQ(printed(), "42\n");
}

TEST_F(FeatureLowering, ClonesKeepTheirDefaultSafe) {
  const Source clones = {.text = "__attribute__((target_clones(\"default\", \"avx2\")))" + k_scale,
                         .name = "clones.c"};
  lower(program_of({k_scale_main, clones}));
  EXPECT_THAT(instructions("scale.avx2.0"), HasSubstr("%ymm"));
  EXPECT_THAT(instructions("scale.default.1"), HasSubstr("%xmm"));
  EXPECT_THAT(instructions("scale.default.1"), Not(HasSubstr("%ymm")));
  EXPECT_EQ(printed(), "42\n");
}

TEST_F(FeatureLowering, AVetoHoldsOnEveryTarget) {
  const Source kernel = {.text = k_scale, .isa_flags = {"-mno-avx512f"}, .name = "kernel.c"};
  LoweringJob job = program_of({k_scale_main, kernel}, "znver4");
  // As the target's list is: everything it has, by name, what implies the vetoed feature too.
  job.features = {"+avx", "+avx2", "+avx512bw", "+avx512f", "+avx512vl"};
  const LoweringResult result = lower(job);
  EXPECT_THAT(instructions("scale"), HasSubstr("%ymm"));
  EXPECT_THAT(instructions("scale"), Not(HasSubstr("%zmm")));
  EXPECT_THAT(result.explicit_functions, IsEmpty());
}

TEST_F(FeatureLowering, HardeningStaysOnVectorizedCode) {
  const Source kernel = {.text = k_scale, .isa_flags = {"-mharden-sls=all"}, .name = "kernel.c"};
  lower(program_of({k_scale_main, kernel}, "x86-64-v3"));
  EXPECT_THAT(instructions("scale"), HasSubstr("int3"));
  EXPECT_THAT(instructions("scale"), HasSubstr("%ymm"));
}

TEST_F(FeatureLowering, AFloorIsAddedToItsUnitAlone) {
  const Source kernel = {.text = k_scale, .isa_flags = {"-mavx2"}, .name = "kernel.c"};
  LoweringJob job = program_of({k_scale_main, kernel});
  add_floor(job, 1);
  const LoweringResult result = lower(job);
  EXPECT_THAT(instructions("scale"), HasSubstr("%ymm"));
  EXPECT_THAT(instructions("main"), Not(HasSubstr("%ymm")));
  EXPECT_THAT(result.explicit_functions, ElementsAre("scale"));
}

// A template instantiated in a unit with a floor, linked first, wins over a baseline unit's.
TEST_F(FeatureLowering, AFloorStaysOffTemplates) {
  const std::string twice =
      "template <class T> __attribute__((noinline)) void twice(T* p, int n) {\n"
      "  for (int i = 0; i < n; ++i) p[i] *= 2; }\n";
  const Source user = {.text = twice + "float a[64]; void use(int n) { twice(a, n); }",
                       .isa_flags = {"-mavx2"},
                       .name = "user.cpp"};
  const Source main_source =
      main_printing(twice + "float b[64] = {21};", "(twice(b, 64), b[0])", "main.cpp");
  LoweringJob job = program_of({user, main_source});
  add_floor(job, 0);
  const LoweringResult result = lower(job);
  EXPECT_THAT(instructions("_Z5twiceIfEvPT_i"), HasSubstr("%xmm"));
  EXPECT_THAT(instructions("_Z5twiceIfEvPT_i"), Not(HasSubstr("%ymm")));
  EXPECT_THAT(result.explicit_functions, Not(Contains("_Z5twiceIfEvPT_i")));
  EXPECT_EQ(printed(), "42\n");
}

TEST_F(FeatureLowering, AnInlineFunctionWithIntrinsicsKeepsItsFloor) {
  const Source user = {
      .text =
          "#include <immintrin.h>\n"
          "inline __attribute__((noinline)) int pick(const int* p, const int* at) {\n"
          "  const __m256i v = _mm256_loadu_si256((const __m256i*)p);\n"
          "  const __m256i i = _mm256_loadu_si256((const __m256i*)at);\n"
          "  return _mm256_extract_epi32(_mm256_permutevar8x32_epi32(v, i), 0); }\n"
          "extern \"C\" int use(const int* p, const int* at) { return pick(p, at); }",
      .isa_flags = {"-mavx2"},
      .name = "user.cpp"};
  LoweringJob job = program_of(
      {main_printing("int use(const int *, const int *); int p[8] = {1, 2, 42}, at[8] = {2};",
                     "use(p, at)"),
       user});
  add_floor(job, 1);
  lower(job);
  EXPECT_THAT(instructions("_Z4pickPKiS0_"), HasSubstr("vperm"));
}

// 32-byte vectors travel in one register with AVX and in two without: both sides must agree.
TEST_F(FeatureLowering, AnInlineFunctionThatTakesWideVectorsKeepsItsFloor) {
  const Source user = {
      .text =
          "typedef float v8 __attribute__((vector_size(32)));\n"
          "inline __attribute__((noinline)) v8 scale(v8 a, v8 b) { return a * b; }\n"
          "extern \"C\" float use(const float* p) { const v8 v = *(const v8*)p;\n"
          "  return scale(v, v)[7]; }",
      .isa_flags = {"-mavx2"},
      .name = "user.cpp"};
  LoweringJob job = program_of(
      {main_printing("float use(const float *); _Alignas(32) float p[8] = {[7] = 5};", "use(p)"),
       user});
  add_floor(job, 1);
  lower(job);
  EXPECT_THAT(instructions("_Z5scaleDv8_fS_"), HasSubstr("%ymm"));
  EXPECT_EQ(printed(), "25\n");
}

TEST_F(FeatureLowering, AFloorStaysOffHandWrittenResolversAndDefaults) {
  const auto version = [](const std::string& name) {
    return "static __attribute__((noinline)) void " + name +
           "(float *o, const float *p, float by, int n)"
           " { for (int i = 0; i < n; ++i) o[i] = p[i] * by; }\n";
  };
  const Source dispatch = {
      .text =
          version("slow") + "__attribute__((target(\"avx512f\")))\n" + version("fast") +
          "static void *resolve(void) { __builtin_cpu_init();\n"
          "  return __builtin_cpu_supports(\"avx512f\") ? (void *)fast : (void *)slow; }\n"
          "void scale(float *, const float *, float, int) __attribute__((ifunc(\"resolve\")));\n"
          "int kernel(const int *p) { return p[0] + p[1]; }",
      .isa_flags = {"-mavx2"},
      .name = "dispatch.c"};
  LoweringJob job = program_of({k_scale_main, dispatch});
  add_floor(job, 1);
  EXPECT_THAT(lower(job).explicit_functions, ElementsAre("fast", "kernel"));
  EXPECT_EQ(printed(), "42\n");
}

TEST_F(FeatureLowering, AFloorStaysOffResolversAndDefaultVersions) {
  const Source clones = {
      .text = "__attribute__((target_clones(\"default\", \"avx512f\")))" + k_scale,
      .isa_flags = {"-mavx2"},
      .name = "clones.c"};
  LoweringJob job = program_of({k_scale_main, clones});
  add_floor(job, 1);
  const LoweringResult result = lower(job);
  EXPECT_THAT(instructions("scale.default.1"), Not(HasSubstr("%ymm")));
  EXPECT_THAT(result.explicit_functions, ElementsAre("scale.avx512f.0"));
}

TEST_F(FeatureLowering, AFloorStaysOffConstructors) {
  const Source unit = {
      .text =
          "float table[64]; static __attribute__((noinline)) void fill(float by) {\n"
          "  for (int i = 0; i < 64; ++i) table[i] = i * by; }\n"
          "__attribute__((constructor)) static void start(void) { fill(2); }\n" +
          k_scale,
      .isa_flags = {"-mavx2"},
      .name = "unit.c"};
  LoweringJob job = program_of({k_scale_main, unit});
  add_floor(job, 1);
  EXPECT_THAT(lower(job).explicit_functions, ElementsAre("scale"));
}

TEST_F(FeatureLowering, AFloorStaysOffFunctionsThatAskForLess) {
  const Source unit = {
      .text =
          "__attribute__((target(\"arch=x86-64\"), noinline)) int safe(int x) { return x + 1; }" +
          k_scale,
      .isa_flags = {"-march=haswell"},
      .name = "unit.c"};
  LoweringJob job = program_of({k_scale_main, unit});
  add_floor(job, 1);
  EXPECT_THAT(lower(job).explicit_functions, ElementsAre("scale"));
}

TEST_F(FeatureLowering, AMissingFeatureOfANamedProcessorIsNotUsed) {
  const Source kernel = {.text = k_scale, .name = "kernel.c"};
  LoweringJob job = program_of({k_scale_main, kernel}, "znver4");
  job.features = {"-avx512f"};
  lower(job);
  EXPECT_THAT(instructions("scale"), HasSubstr("%ymm"));
  EXPECT_THAT(instructions("scale"), Not(HasSubstr("%zmm")));
}

// sapphirerapids' tuning prefers 256 bits; znver4's does not.
TEST_F(FeatureLowering, TuningMayBeAnotherProcessors) {
  const Source kernel = {.text = k_scale, .name = "kernel.c"};
  LoweringJob job = program_of({k_scale_main, kernel}, "znver4");
  job.tune = "sapphirerapids";
  lower(job);
  EXPECT_THAT(instructions("scale"), HasSubstr("%ymm"));
  EXPECT_THAT(instructions("scale"), Not(HasSubstr("%zmm")));
}

}  // namespace
}  // namespace xaas::testing
