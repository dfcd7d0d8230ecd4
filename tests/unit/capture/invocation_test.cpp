// SPDX-License-Identifier: Apache-2.0
#include "invocation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Mode = CompilerInvocation::Mode;
using Words = std::vector<std::string>;

struct Case {
  const char* name;
  Words argv;
  Mode mode;
  Words sources;  // "language:path"
  std::string output;
};

void PrintTo(const Case& item, std::ostream* out) {
  *out << item.name;
}

class ParseInvocation : public testing::TestWithParam<Case> {};

TEST_P(ParseInvocation, TellsModeSourcesAndOutput) {
  const Case& item = GetParam();
  const auto invocation = parse_invocation(Driver::c, item.argv);
  EXPECT_EQ(invocation.mode, item.mode);
  Words sources;
  for (const Argument* source : invocation.sources())
    sources.push_back(source->language + ":" + source->value);
  EXPECT_EQ(sources, item.sources);
  EXPECT_EQ(invocation.output, item.output);
}

INSTANTIATE_TEST_SUITE_P(
    Commands, ParseInvocation,
    testing::Values(
        Case{"compile", {"-c", "a.c", "-o", "a.o"}, Mode::compile, {"c:a.c"}, "a.o"},
        Case{"joined_output", {"-c", "a.c", "-oa.o"}, Mode::compile, {"c:a.c"}, "a.o"},
        Case{"no_output", {"-c", "d/a.cpp"}, Mode::compile, {"c++:d/a.cpp"}, ""},
        Case{"several_sources", {"-c", "a.c", "b.cc"}, Mode::compile, {"c:a.c", "c++:b.cc"}, ""},
        Case{
            "null_output", {"-c", "a.c", "-o", "/dev/null"}, Mode::compile, {"c:a.c"}, "/dev/null"},
        Case{"standard_input", {"-x", "c", "-c", "-", "-o", "a.o"}, Mode::compile, {"c:-"}, "a.o"},
        Case{"joined_language", {"-xc++", "-c", "a"}, Mode::compile, {"c++:a"}, ""},
        Case{"language_ends",
             {"-x", "c", "a", "-x", "none", "b.o"},
             Mode::compile_and_link,
             {"c:a"},
             ""},
        Case{"assembly_with_cpp",
             {"-x", "assembler-with-cpp", "-c", "a.c"},
             Mode::compile,
             {"assembler:a.c"},
             ""},
        Case{"assembly", {"-c", "a.S"}, Mode::compile, {"assembler:a.S"}, ""},
        Case{"fortran", {"-c", "a.f90"}, Mode::compile, {"fortran:a.f90"}, ""},
        Case{"link", {"a.o", "b.o", "-o", "p", "-lm"}, Mode::link, {}, "p"},
        Case{"link_of_libraries",
             {"-shared", "-o", "p.so", "-Wl,--whole-archive", "-lk"},
             Mode::link,
             {},
             "p.so"},
        Case{"compile_and_link", {"a.c", "b.o", "-o", "p"}, Mode::compile_and_link, {"c:a.c"}, "p"},
        Case{"values_are_no_inputs",
             {"-I", "x.c", "-D", "y.c", "-MF", "z.c", "-include", "w.h", "-Xlinker", "v.c", "-c",
              "a.c"},
             Mode::compile,
             {"c:a.c"},
             ""},
        Case{"blanks", {"-c", "a b.c", "-DX=\"1\n2\""}, Mode::compile, {"c:a b.c"}, ""},
        Case{"preprocess", {"-E", "a.c"}, Mode::preprocess, {"c:a.c"}, ""},
        Case{"dependencies", {"-MM", "a.c"}, Mode::preprocess, {"c:a.c"}, ""},
        Case{"dependencies_beside",
             {"-MD", "-MF", "a.d", "-c", "a.c"},
             Mode::compile,
             {"c:a.c"},
             ""},
        Case{"to_assembly", {"-S", "a.c"}, Mode::no_object, {"c:a.c"}, ""},
        Case{"syntax_only", {"-fsyntax-only", "a.c"}, Mode::no_object, {"c:a.c"}, ""},
        Case{"precompiled_header", {"-c", "a.hpp"}, Mode::no_object, {"c++:a.hpp"}, ""},
        Case{"version", {"--version"}, Mode::query, {}, ""},
        Case{"machine", {"-dumpmachine"}, Mode::query, {}, ""},
        Case{"nothing", {}, Mode::query, {}, ""},
        Case{"verbose_alone", {"-v"}, Mode::query, {}, ""},
        Case{"linker_version", {"-Wl,--version"}, Mode::query, {}, ""}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ParseInvocation, TakesCForCxxInTheCxxDriver) {
  const auto invocation = parse_invocation(Driver::cxx, {"-c", "a.c"});
  EXPECT_EQ(invocation.sources().front()->language, "c++");
}

TEST(ParseInvocation, SurvivesAFlagWithoutItsValue) {
  EXPECT_EQ(parse_invocation(Driver::c, {"a.c", "-o"}).output, "");
}

TEST(IsaFlags, KeepsOrderAndLeavesNativesOut) {
  const auto invocation = parse_invocation(
      Driver::c, {"-march=native", "-mavx2", "-march=x86-64-v3", "-mno-avx512f", "-mtune=native",
                  "-mharden-sls=all", "-mcmodel=large", "-c", "a.c"});
  EXPECT_THAT(isa_flags(invocation),
              ElementsAre("-mavx2", "-march=x86-64-v3", "-mno-avx512f", "-mharden-sls=all"));
  EXPECT_THAT(native_flags(invocation), ElementsAre("-march=native", "-mtune=native"));
}

TEST(PipelineFlags, KeepsTheLastLevelAndTheOthersInOrder) {
  const auto invocation = parse_invocation(Driver::c, {"-O3", "-fno-vectorize", "-mllvm", "-x=1",
                                                       "-O2", "-fveclib=libmvec", "-c", "a.c"});
  EXPECT_THAT(pipeline_flags(invocation),
              ElementsAre("-fno-vectorize", "-mllvm -x=1", "-O2", "-fveclib=libmvec"));
}

TEST(PipelineFlags, LeavesOutWhatThePipelineDoesByItself) {
  const auto invocation = parse_invocation(
      Driver::c, {"-O2", "-fno-tree-vectorize", "-ftree-vectorize", "-funroll-loops", "-c", "a.c"});
  EXPECT_THAT(pipeline_flags(invocation), ElementsAre("-O2"));
}

TEST(PipelineFlags, TakesTheLastOfASettingInAnySpelling) {
  const auto flags = [](Words argv) {
    argv.insert(argv.end(), {"-c", "a.c"});
    return pipeline_flags(parse_invocation(Driver::c, argv));
  };
  EXPECT_THAT(flags({"-fno-tree-slp-vectorize", "-fslp-vectorize"}), IsEmpty());
  EXPECT_THAT(flags({"-fslp-vectorize", "-fno-tree-slp-vectorize"}),
              ElementsAre("-fno-tree-slp-vectorize"));
  EXPECT_THAT(flags({"-fveclib=SVML", "-fveclib=none"}), IsEmpty());
  EXPECT_THAT(flags({"-fveclib=SVML", "-fveclib=libmvec"}), ElementsAre("-fveclib=libmvec"));
  EXPECT_THAT(flags({"-floop-interchange", "-fno-loop-interchange"}), IsEmpty());
  EXPECT_THAT(flags({"-mtls-dialect=gnu2", "-mtls-dialect=gnu"}), IsEmpty());
  EXPECT_THAT(flags({"-mllvm", "-a", "-mllvm", "-b"}), ElementsAre("-mllvm -a", "-mllvm -b"));
}

TEST(PipelineFlags, ReadsWhatIsForwarded) {
  const auto invocation = parse_invocation(
      Driver::c, {"-O2", "-Xclang", "-mllvm", "-Xclang", "-x=1", "-Xclang", "-disable-llvm-passes",
                  "-Xclang", "-O1", "-Xclang", "-fno-pch-timestamp", "-c", "a.c"});
  EXPECT_THAT(pipeline_flags(invocation),
              ElementsAre("-mllvm -x=1", "-disable-llvm-passes", "-O1"));
}

std::string reason_for(const Words& argv) {
  const auto invocation = parse_invocation(Driver::c, argv);
  return opaque_reason(invocation, *invocation.sources().front());
}

TEST(OpaqueReason, NamesWhatKeepsBitcodeAway) {
  EXPECT_EQ(reason_for({"-c", "a.c"}), "");
  EXPECT_EQ(reason_for({"-c", "a.s"}), "assembly");
  EXPECT_EQ(reason_for({"-c", "a.c", "-fsanitize=address"}), "built with -fsanitize=address");
  EXPECT_EQ(reason_for({"-c", "a.c", "-fprofile-generate"}), "built with -fprofile-generate");
  EXPECT_EQ(reason_for({"-m32", "-c", "a.c"}), "built for another target (-m32)");
  EXPECT_EQ(reason_for({"-c", "a.cu"}), "neither C, C++ nor Fortran");
}

TEST(OpaqueReason, LeavesFortranToItsCompiler) {
  const auto fortran = parse_invocation(Driver::fortran, {"-c", "-J", "modules", "a.f90"});
  ASSERT_EQ(fortran.sources().size(), 1U);
  EXPECT_EQ(opaque_reason(fortran, *fortran.sources().front()), "");
  EXPECT_EQ(reason_for({"-c", "a.f90"}), "Fortran, but not compiled by the Fortran compiler");
}

TEST(IsProbe, KnowsTheTrialsOfConfigureSteps) {
  const auto probe = [](const Words& argv, const char* folder) {
    return is_probe(parse_invocation(Driver::c, argv), folder);
  };
  EXPECT_TRUE(probe({"-c", "conftest.c"}, "/b"));
  EXPECT_TRUE(probe({"-o", "cmTC_12345", "x.o"}, "/b"));
  EXPECT_TRUE(probe({"-c", "x.c"}, "/b/CMakeFiles/CMakeScratch/TryCompile-ab"));
  EXPECT_TRUE(probe({"/b/meson-private/tmpx/testfile.c", "-c"}, "/b"));
  EXPECT_FALSE(probe({"-c", "/b/CMakeFiles/app.dir/x.c"}, "/b"));
  EXPECT_FALSE(probe({"-c", "test.c"}, "/b"));
}

TEST(DefaultObject, LiesInTheWorkingDirectory) {
  EXPECT_EQ(default_object("src/a.b.c"), "a.b.o");
  EXPECT_EQ(default_object("-"), "-.o");
}

}  // namespace
}  // namespace xaas
