// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/find_variants.hpp"

#include "compile.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

using ::testing::AllOf;
using testing::canonical_unit;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Source;

constexpr const char* k_levels = "x86-64-v2,x86-64-v3,x86-64-v4";

const IsaChoice& choice_of(const std::string& list) {
  static std::map<std::string, IsaChoice> known;
  const auto [entry, is_new] = known.try_emplace(list);
  if (is_new) {
    entry->second = {.architecture = "amd64",
                     .baseline = "x86-64",
                     .levels = *parse_isa_levels(list, "amd64", "x86-64")};
  }
  return entry->second;
}

const ProcessorRange& range_of(const std::string& list, const Source& source,
                               const std::string& language) {
  static std::map<std::pair<std::string, std::vector<std::string>>, ProcessorRange> known;
  auto key = std::pair(list + language, source.isa_flags);
  const auto [entry, is_new] = known.try_emplace(std::move(key));
  if (is_new) {
    auto range = processor_range("clang-22", choice_of(list), source.isa_flags, language);
    if (!range) ADD_FAILURE() << range.error().message();
    if (range) entry->second = *std::move(range);
  }
  return entry->second;
}

FoundVariants variants_of(const Source& source, const std::string& list = k_levels) {
  const auto folder = testing::test_folder();
  const CanonicalUnit unit = canonical_unit(folder, source);
  const bool is_cplusplus = source.name.ends_with(".cpp");
  const std::string language = is_cplusplus ? "c++" : "c";
  CompileCommand command{.compiler = is_cplusplus ? "clang++-22" : "clang-22",
                         .arguments = {"-O3"},
                         .source = (folder / source.name).string(),
                         .language = language,
                         .isa_flags = source.isa_flags,
                         .inside = [](Command same) { return same; }};
  for (const auto* more : {&source.isa_flags, &source.other_flags})
    command.arguments.insert(command.arguments.end(), more->begin(), more->end());
  command.arguments.push_back(command.source);
  const ProcessorRange& range = range_of(list, source, language);
  const VariantRequest request{.choice = choice_of(list),
                               .range = range,
                               .command = command,
                               .unit = unit,
                               .baseline = range_of(list, {}, "c").baseline,
                               .mentions = mentions_in(source.text, range.macros),
                               .own_macros = mentions_in(source.text, range.macros).macros,
                               .build_root = folder.string(),
                               .scratch = folder};
  auto found = find_variants(request);
  if (!found) {
    ADD_FAILURE() << found.error().message();
    return {};
  }
  return *std::move(found);
}

std::vector<std::string> names_of(const FoundVariants& found) {
  std::vector<std::string> names(found.variants.size());
  std::ranges::transform(found.variants, names.begin(), &FoundVariant::isa);
  return names;
}

constexpr const char* k_kernel =
    "#ifdef __AVX512F__\nint width(void) { return 64; }\n"
    "#elif defined __AVX2__\nint width(void) { return 32; }\n"
    "#else\nint width(void) { return 16; }\n#endif\n";

TEST(FindVariants, KeepsEachCodeOnce) {
  const FoundVariants found = variants_of({.text = k_kernel});
  EXPECT_THAT(names_of(found), ElementsAre("x86-64-v3", "x86-64-v4"));
  EXPECT_THAT(found.asks, ElementsAre("__AVX2__", "__AVX512F__"));
  EXPECT_THAT(found.failures, IsEmpty());
}

TEST(FindVariants, SaysWhatEachNeeds) {
  const FoundVariants found = variants_of({.text = k_kernel});
  ASSERT_EQ(found.variants.size(), 2U);
  EXPECT_THAT(found.variants[0].needs, AllOf(Contains("avx2"), Contains("bmi2"), Contains("sse4.2"),
                                             Not(Contains("sse2")), Not(Contains("avx512f"))));
  EXPECT_THAT(found.variants[1].needs, AllOf(Contains("avx512vl"), Contains("avx2")));
}

TEST(FindVariants, HasNoProcessorInTheBitcode) {
  const FoundVariants found = variants_of({.text = k_kernel});
  ASSERT_EQ(found.variants.size(), 2U);
  const std::string text =
      testing::disassembled(testing::test_folder(), found.variants[1].unit.bitcode);
  EXPECT_THAT(text, AllOf(HasSubstr("ret i32 64"), Not(HasSubstr("target-cpu")),
                          Not(HasSubstr("target-features"))));
}

TEST(FindVariants, AreNoneForAUnitThatMentionsNoMacro) {
  const FoundVariants found =
      variants_of({.text = "#include <math.h>\ndouble f(double x) { return sin(x); }"});
  EXPECT_THAT(names_of(found), IsEmpty());
  EXPECT_THAT(found.asks, IsEmpty());
}

TEST(FindVariants, AreNoneWhereTheAnswerMakesNoDifference) {
  const FoundVariants found = variants_of(
      {.text = "#if defined(__AVX2__) || 1\nint x;\n#endif\n#ifdef __SSE4_1__\n#endif\n"});
  EXPECT_THAT(names_of(found), IsEmpty());
  EXPECT_THAT(found.asks, IsEmpty());
}

TEST(FindVariants, ComparesCodeAndNotTextAlone) {
  // Case B13: of v2's and v4's other text is made the code that is there already.
  const FoundVariants found =
      variants_of({.text = "#ifdef __SSE4_2__\nextern int unused;\n#endif\n"
                           "#ifdef __AVX512F__\nextern int unused_too;\n#endif\n"
                           "#ifdef __AVX__\nint x = 2;\n#else\nint x = 1;\n#endif\n"});
  EXPECT_THAT(names_of(found), ElementsAre("x86-64-v3"));
}

TEST(FindVariants, LetTheUnitsOwnFlagsWin) {
  const FoundVariants all = variants_of({.text = k_kernel, .isa_flags = {"-march=x86-64-v3"}});
  EXPECT_THAT(names_of(all), IsEmpty());
  const FoundVariants some = variants_of({.text = k_kernel, .isa_flags = {"-mavx2"}});
  ASSERT_THAT(names_of(some), ElementsAre("x86-64-v4"));
  EXPECT_THAT(some.variants.front().needs, AllOf(Contains("avx512f"), Not(Contains("avx2"))));
}

TEST(FindVariants, SeesThroughTheUnitsOwnWarnings) {
  for (const char* flag : {"-w", "-Werror", "-Wno-deprecated-pragma", "-Weverything"}) {
    EXPECT_THAT(names_of(variants_of({.text = k_kernel, .other_flags = {flag}})),
                ElementsAre("x86-64-v3", "x86-64-v4"))
        << flag;
  }
  const std::string hidden = "#pragma clang diagnostic ignored \"-Weverything\"\n";
  EXPECT_THAT(names_of(variants_of({.text = hidden + k_kernel})),
              ElementsAre("x86-64-v3", "x86-64-v4"));
}

TEST(FindVariants, SeesQuestionsOfTheSystemsHeaders) {
  const auto folder = testing::test_folder();
  ASSERT_TRUE(write_file(folder / "system/asks.h",
                         "#ifdef __AVX2__\nint x = 2;\n#else\nint x = 1;\n#endif\n"));
  const FoundVariants found =
      variants_of({.text = "#include <asks.h>  // which mentions __AVX2__\n",
                   .other_flags = {"-isystem", (folder / "system").string()}});
  EXPECT_THAT(names_of(found), ElementsAre("x86-64-v3"));
}

TEST(FindVariants, SeesQuestionsAboutBuiltins) {
  const FoundVariants found = variants_of(
      {.text = "#if __has_builtin(__builtin_ia32_pdep_di)\nint x = 1;\n#else\nint x;\n#endif\n"});
  EXPECT_THAT(names_of(found), ElementsAre("x86-64-v3"));
}

TEST(FindVariants, SeesQuestionsAboutTheProcessorsName) {
  const FoundVariants found =
      variants_of({.text = "#ifdef __znver4__\nint x = 4;\n#else\nint x;\n#endif\n"}, "znver4");
  ASSERT_THAT(names_of(found), ElementsAre("znver4"));
  EXPECT_THAT(found.variants.front().needs, Contains("pku"));
}

TEST(FindVariants, NeedsNothingThatTheUnitHasNoUseFor) {
  const FoundVariants found = variants_of({.text = k_kernel}, "znver4");
  ASSERT_THAT(names_of(found), ElementsAre("znver4"));
  EXPECT_THAT(found.variants.front().needs,
              AllOf(Contains("avx512f"), Contains("avx512vnni"), Not(Contains("pku")),
                    Not(Contains("mwaitx")), Not(Contains("clzero"))));
  EXPECT_THAT(testing::disassembled(testing::test_folder(), found.variants.front().unit.bitcode),
              Not(HasSubstr("target-features")));
  const FoundVariants asking =
      variants_of({.text = "#ifdef __PKU__\nint x = 1;\n#else\nint x;\n#endif\n"}, "znver4");
  ASSERT_THAT(names_of(asking), ElementsAre("znver4"));
  EXPECT_THAT(asking.variants.front().needs, Contains("pku"));
}

TEST(FindVariants, NeedsWhatIsUsedWithoutAsking) {
  const FoundVariants found =
      variants_of({.text = "#include <x86intrin.h>\n#ifdef __AVX512F__\n"
                           "void f(void) { _mm_clzero(0); }\n#else\nvoid f(void) {}\n#endif\n"},
                  "znver4");
  ASSERT_THAT(names_of(found), ElementsAre("znver4"));
  EXPECT_THAT(found.variants.front().needs, Contains("clzero"));
}

TEST(FindVariants, TellsWhereTheSourceDoesNotCompile) {
  const FoundVariants found =
      variants_of({.text = "#ifdef __AVX512F__\n#error too new\n#elif defined __AVX2__\nint x = "
                           "2;\n#else\nint x;\n#endif\n"});
  EXPECT_THAT(names_of(found), ElementsAre("x86-64-v3"));
  EXPECT_THAT(found.failures, ElementsAre("for x86-64-v4: it does not compile: too new"));
}

TEST(FindVariants, TellsWhatCouldBeHadForOtherProcessors) {
  const FoundVariants found =
      variants_of({.text = "#if defined __AVX512VNNI__\nint x = 1;\n#else\nint x;\n#endif\n"});
  EXPECT_THAT(names_of(found), IsEmpty());
  EXPECT_THAT(found.asks, ElementsAre("__AVX512VNNI__"));
  EXPECT_THAT(variants_of({.text = k_kernel}, "none").asks, ElementsAre("__AVX512F__"));
}

TEST(FindVariants, AreForVectorsThatArePassedByValue) {
  // Case C34.
  const FoundVariants found = variants_of(
      {.text =
           "typedef float v8 __attribute__((vector_size(32)));\nv8 f(v8 a) { return a + a; }\n"});
  ASSERT_THAT(names_of(found), ElementsAre("x86-64-v2", "x86-64-v3"));
  EXPECT_THAT(found.asks, IsEmpty());
  EXPECT_EQ(found.variants.back().unit.why_not_lowered, "");
}

TEST(FindVariants, AreForHalfPrecision) {
  const FoundVariants found = variants_of(
      {.text = "_Float16 f(_Float16 a, _Float16 b, _Float16 c) { return a * b + c; }\n"},
      "x86-64-v3,sapphirerapids");
  EXPECT_THAT(names_of(found), ElementsAre("sapphirerapids"));
}

TEST(FindVariants, AreForTheAlignmentThatOpenMpAssumes) {
  const FoundVariants found =
      variants_of({.text = "void f(float* x) {\n#pragma omp simd aligned(x)\n"
                           "for (int i = 0; i < 1024; ++i) x[i] *= 2; }\n",
                   .other_flags = {"-fopenmp-simd"}});
  EXPECT_THAT(names_of(found), ElementsAre("x86-64-v3", "x86-64-v4"));
}

TEST(FindVariants, AreForTheCompilersChoiceInOpenMp) {
  const FoundVariants found =
      variants_of({.text = "int g(void) { return 2; }\n#pragma omp declare variant(g) "
                           "match(device={isa(\"avx2\")})\n"
                           "int f(void) { return 1; }\nint h(void) { return f(); }\n",
                   .other_flags = {"-fopenmp"}});
  EXPECT_THAT(names_of(found), ElementsAre("x86-64-v3"));
}

TEST(FindVariants, MakesTheSameOfTheTextAsOfTheSource) {
  // What the files tell the compiler beyond their text must reach it: names of files in symbols,
  // which headers are the system's, places.
  const std::string body =
      "#include <cassert>\n#include <iostream>\n#include <map>\n#include <string>\n"
      "namespace { std::map<std::string, int> names{{\"a\", __LINE__}}; }\n"
      "const char* file() { return __FILE__; }\nint f(int x) { assert(x); return names[\"a\"]; }\n"
      "void g() { std::cout << f(3) << __PRETTY_FUNCTION__; }\n";
  // For processors by name the text is compiled, for levels the source.
  for (const char* processors : {"haswell", k_levels}) {
    for (const bool debug : {false, true}) {
      const Source source{
          .text = "#ifdef __AVX2__\nextern int unused;\n#endif\n" + body,
          .other_flags = debug ? std::vector<std::string>{"-g"} : std::vector<std::string>{},
          .name = "unit.cpp"};
      // Another text, compiled again, and nothing else than the baseline's code.
      const FoundVariants found = variants_of(source, processors);
      EXPECT_THAT(names_of(found), IsEmpty()) << debug << processors;
      EXPECT_THAT(found.failures, IsEmpty());
      EXPECT_THAT(found.asks, IsEmpty());
    }
  }
}

}  // namespace
}  // namespace xaas
