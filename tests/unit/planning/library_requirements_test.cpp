// SPDX-License-Identifier: Apache-2.0
#include "library_requirements.hpp"

#include "xaas/planning/unmet_requirements.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

BlasLibrary openblas() {
  return {.name = "openblas",
          .version = "0.3.21",
          .integers = "lp64",
          .provides = {"blas", "cblas", "lapack"}};
}

TEST(Serves, IsByNameHoweverItIsWritten) {
  for (const char* name : {"openblas", "libopenblas", "OpenBLAS", "blas", "lapack"})
    EXPECT_TRUE(serves(openblas(), {.name = name})) << name;
  for (const char* name : {"mkl", "scalapack", "openblas64", "blas64", ""})
    EXPECT_FALSE(serves(openblas(), {.name = name})) << name;
  EXPECT_TRUE(serves(NetworkLibrary{.name = "libfabric"}, {.name = "libfabric"}));
}

TEST(Serves, IsByVersionAsNumbers) {
  for (const char* version : {"", "0.3.21", "0.3.9", "0.3", "0"})
    EXPECT_TRUE(serves(openblas(), {.name = "openblas", .version = version})) << version;
  for (const char* version : {"0.3.22", "0.3.21.1", "1", "0.4"})
    EXPECT_FALSE(serves(openblas(), {.name = "openblas", .version = version})) << version;
  // What is not known is not new enough, and no library's version is its interface's.
  EXPECT_FALSE(serves(BlasLibrary{.name = "blis"}, {.name = "blis", .version = "0.1"}));
  EXPECT_FALSE(serves(openblas(), {.name = "lapack", .version = "0.1"}));
}

TEST(Serves, KeepsLongIntegersApart) {
  BlasLibrary library = openblas();
  library.integers = "ilp64";
  EXPECT_TRUE(serves(library, {.name = "libopenblas64"}));
  EXPECT_TRUE(serves(library, {.name = "lapack64"}));
  EXPECT_FALSE(serves(library, {.name = "openblas"}));
}

TEST(Serves, IsByPrecisionOfFftw) {
  const FftLibrary fftw{.name = "fftw3", .version = "3.3.10", .precisions = {"single"}};
  EXPECT_TRUE(serves(fftw, {.name = "libfftw3f", .version = "3.3"}));
  EXPECT_FALSE(serves(fftw, {.name = "fftw3"}));
  EXPECT_FALSE(serves(fftw, {.name = "mkl"}));
}

class UnmetLibraries : public ::testing::Test {
 protected:
  static std::vector<std::string> unmet(const LibraryRequirement& library,
                                        const std::vector<Target>& targets) {
    std::vector<std::string> texts;
    for (const auto& each : unmet_requirements("x=y", {.libraries = {library}}, targets))
      texts.push_back(each.text);
    return texts;
  }

  Target node_ = {.name = "node"};
};

TEST_F(UnmetLibraries, AreNoneWhereEachTargetHasIt) {
  node_.blas = {openblas()};
  EXPECT_THAT(unmet({.name = "openblas", .version = "0.3.20"}, {node_}), IsEmpty());
  node_.interconnect.libraries = {{.name = "ucx", .version = "1.13.1"}};
  EXPECT_THAT(unmet({.name = "ucx", .version = "1.10"}, {node_}), IsEmpty());
  // MKL may be known by its transforms alone.
  node_.fft = {{.name = "mkl"}};
  EXPECT_THAT(unmet({.name = "mkl"}, {node_}), IsEmpty());
}

TEST_F(UnmetLibraries, NameWhatIsThere) {
  BlasLibrary blas64 = openblas();
  blas64.integers = "ilp64";
  node_.blas = {openblas(), blas64};
  EXPECT_THAT(unmet({.name = "cublas"}, {node_}),
              ElementsAre("x=y needs cublas, and `node` has openblas 0.3.21 and openblas 0.3.21 "
                          "with 64-bit integers"));
  EXPECT_THAT(unmet({.name = "openblas", .version = "0.3.28"}, {node_}),
              ElementsAre("x=y needs openblas 0.3.28 or newer, and `node` has openblas 0.3.21 and "
                          "openblas 0.3.21 with 64-bit integers"));
  node_.fft = {{.name = "fftw3", .version = "3.3.10", .precisions = {"double"}}, {.name = "mkl"}};
  EXPECT_THAT(unmet({.name = "fftw3f"}, {node_}),
              ElementsAre("x=y needs fftw3f, and `node` has fftw3 3.3.10 (double) and mkl"));
  node_.interconnect.libraries = {{.name = "ucx", .version = "1.13.1"}};
  EXPECT_THAT(unmet({.name = "libfabric"}, {node_}),
              ElementsAre("x=y needs libfabric, and `node` has ucx 1.13.1"));
}

TEST_F(UnmetLibraries, TellUnknownFromNone) {
  EXPECT_THAT(unmet({.name = "lapack"}, {node_}),
              ElementsAre("x=y needs lapack, and nothing is known of the libraries of linear "
                          "algebra of `node` (its description has no `blas`)"));
  Target other{.name = "other"};
  other.blas.emplace();
  Target third{.name = "third"};
  third.blas = {openblas()};
  EXPECT_THAT(unmet({.name = "lapack"}, {other, third}),
              ElementsAre("x=y needs lapack, and `other` has none"));
}

TEST_F(UnmetLibraries, SayThatDescriptionsDoNotTell) {
  node_.blas = {openblas()};
  EXPECT_THAT(unmet({.name = "libhdf5", .version = "1.10"}, {node_}),
              ElementsAre("x=y needs libhdf5 1.10 or newer, and descriptions of machines do not "
                          "tell of it"));
  // Unless an administrator wrote it into one.
  node_.blas->push_back({.name = "kml"});
  EXPECT_THAT(unmet({.name = "kml"}, {node_}), IsEmpty());
}

}  // namespace
}  // namespace xaas
