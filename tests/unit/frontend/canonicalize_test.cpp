// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/canonicalize.hpp"

#include "compile.hpp"

#include "xaas/support/files.hpp"

#include <llvm/Bitcode/LLVMBitCodes.h>
#include <llvm/Bitstream/BitstreamWriter.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string k_sum =
    "int sum(const int *p, int n) {"
    "  int s = 0; for (int i = 0; i < n; ++i) s += p[i]; return s; }";

// Templates, exceptions, virtual functions, static constructors and strings in one unit.
const std::string k_large = R"(
  #include <iostream>
  #include <map>
  #include <memory>
  #include <string>
  namespace {
  struct Shape { virtual ~Shape() = default; virtual double area() const = 0; };
  struct Square : Shape { double side = 2; double area() const override { return side * side; } };
  std::map<std::string, std::unique_ptr<Shape>> shapes;
  struct Start { Start() { shapes["square"] = std::make_unique<Square>(); } } start;
  }
  double total() {
    double sum = 0;
    for (const auto& [name, shape] : shapes) {
      std::cout << name << __FILE__ << '\n';
      if (shape->area() < 0) throw std::runtime_error("negative");
      sum += shape->area();
    }
    return sum;
  })";

CanonicalUnit unit_of(const Source& source) {
  return canonical_unit(test_folder(), source);
}

std::string text_of(const Source& source) {
  return disassembled(test_folder(), unit_of(source).bitcode);
}

/// The value of "target-features" of `function`, which the unit must define.
std::string features_of(const Source& source, const std::string& function) {
  const std::string text = text_of(source);
  const auto definition = text.find("@" + function + "(");
  const auto group = text.find('#', definition);
  const std::string number = text.substr(group, text.find_first_of(" {", group) - group);
  const auto attributes = text.find("attributes " + number + " = ");
  const std::string line = text.substr(attributes, text.find('\n', attributes) - attributes);
  constexpr std::string_view k_key = "\"target-features\"=\"";
  const auto at = line.find(k_key);
  if (at == std::string::npos) return "none";
  return line.substr(at + k_key.size(), line.find('"', at + k_key.size()) - at - k_key.size());
}

TEST(Canonicalize, LeavesNoProcessor) {
  const std::string text = text_of({k_sum, {"-mtune=haswell"}});
  EXPECT_THAT(text, Not(HasSubstr("target-cpu")));
  EXPECT_THAT(text, Not(HasSubstr("target-features")));
  EXPECT_THAT(text, Not(HasSubstr("tune-cpu")));
  EXPECT_THAT(text, Not(HasSubstr("llvm.ident")));
}

TEST(Canonicalize, IsTheSameForEveryProcessor) {
  const Digest baseline = unit_of({k_sum}).digest;
  EXPECT_EQ(unit_of({k_sum, {"-mavx2"}}).digest, baseline);
  EXPECT_EQ(unit_of({k_sum, {"-march=haswell"}}).digest, baseline);
  EXPECT_EQ(unit_of({k_sum, {"-mtune=znver4"}}).digest, baseline);
}

TEST(Canonicalize, IsTheSameTheSecondTime) {
  for (const Source& source :
       {Source{k_sum, {}, {"-g"}}, Source{k_large, {}, {"-g"}, "large.cpp"}}) {
    const CanonicalUnit once = unit_of(source);
    const auto twice = canonicalize(once.bitcode, {}, {}, "");
    ASSERT_TRUE(twice) << twice.error().message();
    EXPECT_EQ(twice->digest, once.digest) << source.name;
  }
}

TEST(Canonicalize, IsTheSameInAnotherFolderAndUnderAnotherName) {
  const auto compiled_in = [](const std::string& name) {
    const auto folder = test_folder() / name;
    EXPECT_TRUE(make_folders(folder));
    return canonical_unit(folder,
                          {.text = k_large,
                           .other_flags = {"-g", "-ffile-prefix-map=" + folder.string() + "=."},
                           .name = "large.cpp"});
  };
  EXPECT_EQ(compiled_in("one").digest, compiled_in("two").digest);
  // A local symbol's identity comes from its unit's name: that must not be the source's.
  EXPECT_EQ(unit_of({k_sum, {}, {}, "a.c"}).digest, unit_of({k_sum, {}, {}, "b.c"}).digest);
}

// A loop with two back edges, inlined twice, and inline assembly.
const std::string k_loops = R"(
  static int sum(const char* text) {
    int total = 0;
    for (; *text != 0; ++text) {
      if (*text == '-') continue;
      __asm__("" : "+r"(total));
      total += *text;
    }
    return total;
  }
  int first(const char* text) { return sum(text) + 1; }
  int second(const char* text) { return sum(text + 1) + first(text); })";

// Metadata that -g alone brings, met before metadata that every build has.
const std::string k_allocation = R"(
  int* make() { return new int; }
  int same(int x) { __asm__("" : "+r"(x)); return x; })";

TEST(Canonicalize, IsTheSameWithDebugInformation) {
  for (const Source& source :
       {Source{k_sum}, Source{k_loops}, Source{k_loops, {}, {"-O0"}},
        Source{k_allocation, {}, {}, "new.cpp"}, Source{k_large, {}, {}, "large.cpp"}}) {
    const CanonicalUnit plain = unit_of(source);
    EXPECT_EQ(plain.debug_bitcode, "");
    for (const char* flag : {"-g", "-g3", "-gline-tables-only", "-gdwarf-4"}) {
      Source with = source;
      with.other_flags.emplace_back(flag);
      const CanonicalUnit unit = unit_of(with);
      EXPECT_EQ(unit.digest, plain.digest) << source.text << flag;
      EXPECT_THAT(disassembled(test_folder(), unit.debug_bitcode), HasSubstr("!DILocation"));
    }
  }
}

TEST(Canonicalize, IsTheSameWhereverItsLinesStand) {
  const std::string moved = "/* a\n comment */\n\n" + k_loops;
  EXPECT_EQ(unit_of({moved}).digest, unit_of({k_loops}).digest);
  EXPECT_EQ(unit_of({moved, {}, {"-g"}}).digest, unit_of({k_loops, {}, {"-g"}}).digest);
}

TEST(Canonicalize, GivesACompanionOfTheSameCodeAndName) {
  const CanonicalUnit unit = unit_of({k_large, {}, {"-g"}, "large.cpp"});
  const auto again = canonicalize(unit.debug_bitcode, {}, {}, "");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->digest, unit.digest);
  const auto name = [](const std::string& bitcode) {
    const std::string text = disassembled(test_folder(), bitcode);
    const auto begin = text.find("source_filename");
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  EXPECT_EQ(name(unit.debug_bitcode), name(unit.bitcode));
}

TEST(Canonicalize, TellsDifferentCodeApart) {
  EXPECT_NE(unit_of({k_sum}).digest, unit_of({k_sum + "int more;"}).digest);
}

TEST(Canonicalize, NamesTheUnitByItsContent) {
  EXPECT_THAT(text_of({k_sum}), HasSubstr("source_filename = \"xaas-"));
}

TEST(Canonicalize, WritesSummaryAndHash) {
  EXPECT_TRUE(write_file(test_folder() / "u.bc", unit_of({k_sum}).bitcode));
  const std::string dump =
      output_of({"llvm-bcanalyzer-22", "--dump", (test_folder() / "u.bc").string()});
  EXPECT_THAT(dump, HasSubstr("GLOBALVAL_SUMMARY_BLOCK"));
  EXPECT_THAT(dump, HasSubstr("<HASH "));
  EXPECT_THAT(dump, HasSubstr("SYMTAB_BLOCK"));
}

TEST(Canonicalize, KeepsWhatAFunctionAsksFor) {
  const Source source = {
      "__attribute__((target(\"bmi2,lzcnt\"))) int f(int x) { return x * 3; }\n"
      "int g(int x) { return f(x); }"};
  EXPECT_EQ(features_of(source, "f"), "+bmi2,+lzcnt");
  EXPECT_EQ(features_of(source, "g"), "none");
  EXPECT_THAT(unit_of(source).explicit_functions, ElementsAre("f"));
}

TEST(Canonicalize, KeepsOnlyWhatTheCommandLineLacks) {
  const Source source = {"__attribute__((target(\"avx2,bmi2\"))) int f(int x) { return x * 3; }",
                         {"-mavx2"}};
  EXPECT_EQ(features_of(source, "f"), "+bmi2");
}

TEST(Canonicalize, AProcessorOfAFunctionsOwnIsAllItsOwn) {
  const Source source = {"__attribute__((target(\"arch=haswell\"))) int f(int x) { return x * 3; }",
                         {"-mavx2"}};
  EXPECT_THAT(features_of(source, "f"), HasSubstr("+avx2"));
  EXPECT_THAT(features_of(source, "f"), Not(HasSubstr("+sse2")));
  EXPECT_THAT(text_of(source), Not(HasSubstr("target-cpu")));
}

TEST(Canonicalize, MarksAFunctionThatWantsLessThanTheCommandLine) {
  const Source source = {
      "__attribute__((target(\"arch=x86-64\"))) int f(int x) { return x * 3; }\n"
      "int g(int x) { return f(x); }",
      {"-march=haswell"}};
  EXPECT_THAT(text_of(source), HasSubstr("\"xaas-floor\"=\"none\""));
  EXPECT_THAT(text_of({k_sum, {"-march=haswell"}}), Not(HasSubstr("xaas-floor")));
}

TEST(Canonicalize, KeepsClonesApart) {
  const Source source = {
      "__attribute__((target_clones(\"default\", \"avx2\"))) int f(int x) { return x * 3; }\n"
      "int g(int x) { return f(x); }"};
  EXPECT_THAT(unit_of(source).explicit_functions, ElementsAre("f.avx2.0"));
}

TEST(Canonicalize, KeepsVetoes) {
  const std::string features = features_of({k_sum, {"-mno-avx512f"}}, "sum");
  EXPECT_THAT(features, HasSubstr("-avx512f"));
  EXPECT_THAT(features, Not(HasSubstr("+")));
  EXPECT_THAT(unit_of({k_sum, {"-mno-avx512f"}}).explicit_functions, IsEmpty());
}

TEST(Canonicalize, AFunctionsOwnRequestBeatsTheCommandLinesVeto) {
  const Source source = {"__attribute__((target(\"avx512f\"))) int f(int x) { return x * 3; }",
                         {"-mno-avx512f"}};
  EXPECT_THAT(features_of(source, "f"), HasSubstr("+avx512f"));
  EXPECT_THAT(features_of(source, "f"), Not(HasSubstr("-avx512f,")));
}

TEST(Canonicalize, KeepsHardening) {
  EXPECT_EQ(features_of({k_sum, {"-mharden-sls=all"}}, "sum"), "+harden-sls-ijmp,+harden-sls-ret");
  EXPECT_EQ(features_of({k_sum, {"-mretpoline", "-mavx2"}}, "sum"),
            "+retpoline-indirect-branches,+retpoline-indirect-calls");
  EXPECT_EQ(features_of({k_sum, {"-mlvi-hardening"}}, "sum"), "+lvi-cfi,+lvi-load-hardening");
  EXPECT_EQ(features_of({k_sum, {"-mseses"}}, "sum"), "+lvi-cfi,+seses");
}

TEST(Canonicalize, KeepsAPreferredVectorWidth) {
  EXPECT_THAT(text_of({k_sum, {"-mprefer-vector-width=256"}}),
              HasSubstr("\"prefer-vector-width\"=\"256\""));
}

std::string why_not_lowered(const std::string& text, std::vector<std::string> isa_flags = {}) {
  const std::string types =
      "typedef float v8 __attribute__((vector_size(32)));"
      "typedef float v4 __attribute__((vector_size(16)));";
  return unit_of({.text = types + text, .isa_flags = std::move(isa_flags)}).why_not_lowered;
}

TEST(Canonicalize, NamesWhatReturnsVectorsWiderThanTheRegisters) {
  EXPECT_EQ(why_not_lowered("v8 f(const v8 *p) { return *p * 2; }"),
            "`f` passes 256-bit vectors by value, which wider processors do in another way");
  EXPECT_EQ(why_not_lowered("v8 g(int); void f(v8 *p) { *p = g(1); }"),
            "`g` passes 256-bit vectors by value, which wider processors do in another way");
  EXPECT_EQ(why_not_lowered("void f(v8 *p, v8 (*g)(int)) { *p = g(1); }"),
            "a call by pointer passes 256-bit vectors by value, which wider processors do in "
            "another way");
}

TEST(Canonicalize, CountsWhatResultsDependOn) {
  const std::string text =
      "double exp(double); float sinf(float); double sqrt(double);"
      "double f(double a, double b) { return a * a - b; }"
      "double g(double a) { return sqrt(a) + exp(a) + sinf(a); }"
      "int h(int a) { return a * a - 1; }";
  const Numerics plain = unit_of({.text = text}).numerics;
  EXPECT_EQ(plain, (Numerics{.multiply_adds = 1, .math_calls = {"exp", "sinf"}}));
  EXPECT_EQ(unit_of({.text = text, .other_flags = {"-ffp-contract=off"}}).numerics.multiply_adds,
            0U);
  const Numerics fast = unit_of({.text = text, .other_flags = {"-ffp-contract=fast"}}).numerics;
  EXPECT_EQ(fast.contracted, 2U);
  EXPECT_EQ(fast.fast_math, 0U);
  EXPECT_EQ(
      unit_of({.text = text,
               .other_flags = {"-fassociative-math", "-fno-signed-zeros", "-fno-trapping-math"}})
          .numerics.fast_math,
      2U);
  EXPECT_TRUE(unit_of({.text = text, .isa_flags = {"-mfma"}}).numerics.fused);
  EXPECT_FALSE(unit_of({.text = text, .isa_flags = {"-mavx2"}}).numerics.fused);
}

TEST(Canonicalize, CountsSumsThatADirectiveReordersAsFastMath) {
  const auto fast_math = [](const std::string& loop) {
    return unit_of({.text = "double plus(double); void add(double*, double);"
                            "double f(double* a, int n, double* m) { double s = 0;\n" +
                            loop + " return s; }",
                    .other_flags = {"-fopenmp-simd"}})
        .numerics.fast_math;
  };
  const std::string sum = "for (int i = 0; i < n; ++i) s += a[i];";
  const std::string each = "for (int i = 0; i < n; ++i) a[i] *= 3;";
  EXPECT_EQ(fast_math(sum), 0U);
  EXPECT_EQ(fast_math("#pragma omp simd reduction(+:s)\n" + sum), 1U);
  EXPECT_EQ(fast_math("#pragma clang loop vectorize(enable)\n" + sum), 1U);
  EXPECT_EQ(fast_math("#pragma clang loop vectorize_width(4)\n" + sum), 1U);
  EXPECT_EQ(fast_math("#pragma clang loop vectorize(disable)\n" + sum), 0U);
  EXPECT_EQ(fast_math("#pragma clang loop interleave(enable)\n" + sum), 1U);
  EXPECT_EQ(fast_math("#pragma omp simd\n" + each), 0U);
  EXPECT_EQ(fast_math("#pragma omp simd\nfor (int i = 0; i < n; ++i) *m += a[i];"), 1U);
  EXPECT_EQ(fast_math("#pragma omp simd\nfor (int i = 0; i < n; ++i) add(m, a[i]);"), 1U);
}

// The compiler may evaluate an intrinsic with the library that it has itself.
TEST(Canonicalize, CountsMathIntrinsicsAsFastMath) {
  const Numerics numerics =
      unit_of({.text = "double exp(double); double f(double a) { return exp(a); }",
               .other_flags = {"-fno-math-errno"}})
          .numerics;
  EXPECT_EQ(numerics.fast_math, 1U);
  EXPECT_THAT(numerics.math_calls, ElementsAre("exp"));
}

TEST(Canonicalize, NamesTheDirectiveByWhichAssemblyReadsAFile) {
  EXPECT_EQ(why_not_lowered("void f(void) { __asm__(\".if 0\\n .IncBin \\\"x\\\"\\n.endif\"); }"),
            "its assembly reads a file of the build (`.incbin`)");
  EXPECT_EQ(why_not_lowered("__asm__(\".if 0\\n.include \\\"x\\\"\\n.endif\");"),
            "its assembly reads a file of the build (`.include`)");
  EXPECT_EQ(why_not_lowered("int f(void) { __asm__(\"nop\"); return 0; }"), "");
}

TEST(Canonicalize, VectorsThatFitTheRegistersBindNothing) {
  EXPECT_EQ(why_not_lowered("v4 f(v4 x) { return x * 2; }"), "");
  EXPECT_EQ(why_not_lowered("v8 f(v8 x) { return x * 2; }", {"-mavx2"}), "");
  EXPECT_EQ(why_not_lowered("__attribute__((target(\"avx\"))) v8 f(v8 x) { return x * 2; }"), "");
}

TEST(Canonicalize, VectorsThatStayInTheUnitBindNothing) {
  EXPECT_EQ(why_not_lowered("void f(v8 *p) { *p = *p * 2; }"), "");
  EXPECT_EQ(why_not_lowered("__attribute__((noinline)) static v8 g(const v8 *p) { return *p * 2; }"
                            "void f(v8 *p) { *p = g(p); }"),
            "");
}

TEST(Canonicalize, TellsOfWideVectorsAlsoWhereAssemblyReadsFiles) {
  const CanonicalUnit unit = unit_of({.text = "typedef float v8 __attribute__((vector_size(32)));"
                                              "__asm__(\".if 0\\n.incbin \\\"x\\\"\\n.endif\");"
                                              "v8 twice(v8 x) { return x + x; }",
                                      .other_flags = {"-O2", "-Wno-psabi"}});
  EXPECT_TRUE(unit.is_abi_bound);
  EXPECT_TRUE(unit.reads_files);
  EXPECT_THAT(unit.why_not_lowered, HasSubstr("reads a file"));
}

TEST(Canonicalize, ForgetsOpenMpWhereNothingDependsOnIt) {
  EXPECT_EQ(unit_of({.text = k_sum, .other_flags = {"-O2", "-fopenmp"}}).digest,
            unit_of({.text = k_sum, .other_flags = {"-O2"}}).digest);
}

TEST(Canonicalize, KeepsOpenMpOfCodeWithDirectives) {
  const std::string parallel =
      "int many(int n) { int s = 0;\n#pragma omp parallel for reduction(+ : s)\n"
      "for (int i = 0; i < n; ++i) s += i; return s; }";
  const Source with{.text = parallel, .other_flags = {"-O2", "-fopenmp"}};
  EXPECT_NE(unit_of(with).digest, unit_of({.text = parallel, .other_flags = {"-O2"}}).digest);
  EXPECT_THAT(text_of(with), HasSubstr("!\"openmp\""));
}

TEST(Canonicalize, ListsStringsThatNameTheBuildFolder) {
  const std::string path = (test_folder() / "data").string();
  const CanonicalUnit unit = unit_of({"const char *where(void) { return \"" + path + "\"; }"});
  EXPECT_THAT(unit.build_paths, ElementsAre(path));
}

TEST(Canonicalize, MovesDebugInformationOutOfTheBuildFolder) {
  const CanonicalUnit unit = unit_of({k_sum, {}, {"-g"}});
  EXPECT_THAT(unit.build_paths, IsEmpty());
  const std::string text = disassembled(test_folder(), unit.debug_bitcode);
  EXPECT_THAT(text, HasSubstr(R"(filename: "/xaas/unit.c")"));
  EXPECT_THAT(text, Not(HasSubstr("\"" + test_folder().string() + "/unit.c")));
}

/// A bitcode file that `producer` wrote, with nothing in it that could be parsed.
std::string bitcode_of_producer(const std::string& producer, unsigned epoch = 0) {
  llvm::SmallVector<char> bytes;
  {
    llvm::BitstreamWriter writer(bytes);
    for (const unsigned byte : {0x42U, 0x43U, 0xC0U, 0xDEU}) writer.Emit(byte, 8);
    writer.EnterSubblock(llvm::bitc::IDENTIFICATION_BLOCK_ID, 5);
    writer.EmitRecord(llvm::bitc::IDENTIFICATION_CODE_STRING,
                      std::vector<unsigned>(producer.begin(), producer.end()));
    writer.EmitRecord(llvm::bitc::IDENTIFICATION_CODE_EPOCH, std::vector<unsigned>{epoch});
    writer.ExitBlock();
  }
  return {bytes.begin(), bytes.end()};
}

TEST(Canonicalize, RefusesNewerBitcodeByVersionBeforeReadingIt) {
  const auto unit = canonicalize(bitcode_of_producer("LLVM99.1.0git"), {}, {}, "");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().kind(), ErrorKind::unsupported);
  EXPECT_EQ(unit.error().code(), "frontend.newer-llvm");
  EXPECT_THAT(unit.error().message(), HasSubstr("LLVM 99.1.0; this program reads LLVM 22.1"));
}

TEST(Canonicalize, RefusesAnotherEpoch) {
  const auto unit = canonicalize(bitcode_of_producer("LLVM99.1.0", 1), {}, {}, "");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().kind(), ErrorKind::unsupported);
  EXPECT_EQ(unit.error().code(), "frontend.newer-llvm");
}

TEST(Canonicalize, RefusesOtherProducersByName) {
  const auto unit = canonicalize(bitcode_of_producer("APPLE_1_1700.0.13.5_0"), {}, {}, "");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code(), "frontend.producer");
  EXPECT_THAT(unit.error().message(), HasSubstr("`APPLE_1_1700.0.13.5_0`"));
}

TEST(Canonicalize, RefusesProcessorsThatAreNotLoweredFor) {
  const std::string file = (test_folder() / "bpf.ll").string();
  ASSERT_TRUE(write_file(file, "target triple = \"bpf\"\nmodule asm \"nop\"\n"));
  output_of({"llvm-as-22", file, "-o", file + ".bc"});
  const auto bitcode = read_file(file + ".bc");
  ASSERT_TRUE(bitcode);
  const auto unit = canonicalize(*bitcode, {}, {}, "");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code(), "frontend.target");
  EXPECT_THAT(unit.error().message(), HasSubstr("`bpf`"));
}

TEST(Canonicalize, RefusesWhatIsNoBitcode) {
  const std::string good = fat_bitcode(test_folder(), {k_sum});
  for (const std::string& bytes : {std::string(), std::string("no bitcode at all"),
                                   good.substr(0, good.size() / 2), good + good}) {
    const auto unit = canonicalize(bytes, {}, {}, "");
    ASSERT_FALSE(unit) << bytes.size();
    EXPECT_EQ(unit.error().kind(), ErrorKind::corrupt);
    EXPECT_EQ(unit.error().code(), "frontend.bitcode");
  }
}

TEST(Canonicalize, ReadsAProcessorAloneAsAllItsFeatures) {
  // As flang writes functions. Without this it looked as if each declined the unit's floor.
  const std::vector<std::string> newer = {"-march=x86-64-v3"};
  std::string text = disassembled(test_folder(), fat_bitcode(test_folder(), {k_sum, newer}));
  const auto features = text.find(" \"target-features\"=");
  ASSERT_NE(features, std::string::npos);
  text.erase(features, text.find("\" ", features) + 1 - features);
  const std::string assembly = (test_folder() / "flang.ll").string();
  ASSERT_TRUE(write_file(assembly, text));
  output_of({"llvm-as-22", assembly, "-o", assembly + ".bc"});
  const auto given = command_line_features("clang-22", "x86-64", newer, "fortran");
  const auto baseline = command_line_features("clang-22", "x86-64", {}, "fortran");
  ASSERT_TRUE(given && baseline);
  EXPECT_THAT(feature_floor(*given, *baseline), Contains("avx2"));
  const auto unit = canonicalize(*read_file(assembly + ".bc"), *given, *baseline, "/nowhere");
  ASSERT_TRUE(unit);
  EXPECT_THAT(unit->explicit_functions, IsEmpty());
  EXPECT_THAT(disassembled(test_folder(), unit->bitcode), Not(HasSubstr("xaas-floor")));
}

}  // namespace
}  // namespace xaas::testing
