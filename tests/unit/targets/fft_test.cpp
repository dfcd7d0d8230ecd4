// SPDX-License-Identifier: Apache-2.0
#include "fft.hpp"

#include "fake_host.hpp"
#include "made_library.hpp"
#include "opened_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using testing::functions;
using testing::library;

class FindFft : public ::testing::Test {
 protected:
  FindFft() { host_.variables["LD_LIBRARY_PATH"] = "/f"; }

  void put(const std::string& name, const std::string& bytes) { host_.files["/f/" + name] = bytes; }

  std::vector<FftLibrary> found() {
    return find_fft(host_, search_libraries(host_, "amd64", {}), "amd64").libraries;
  }

  FakeHost host_;
};

std::string fftw(const std::string& soname, const std::string& prefix) {
  return library(soname, functions({prefix + "plan_dft"}) + "const char " + prefix +
                             "version[] = \"fftw-3.3.10-sse2-avx\";\n");
}

TEST_F(FindFft, IsOneEntryForAnInstallationOfFftw) {
  put("libfftw3f.so.3", fftw("libfftw3f.so.3", "fftwf_"));
  put("libfftw3.so.3", fftw("libfftw3.so.3", "fftw_"));
  const FftLibrary expected{.name = "fftw3",
                            .version = "3.3.10",
                            .threading = "none",
                            .precisions = {"double", "single"},
                            .soname = "libfftw3.so.3",
                            .path = "/f/libfftw3.so.3"};
  EXPECT_THAT(found(), ElementsAre(expected));
}

TEST_F(FindFft, KnowsTheThreadsBesideIt) {
  put("libfftw3.so.3", fftw("libfftw3.so.3", "fftw_"));
  put("libfftw3_threads.so.3", library("libfftw3_threads.so.3", functions({"fftw_init_threads"})));
  EXPECT_EQ(found().front().threading, "pthreads");
  put("libfftw3_omp.so.3",
      library("libfftw3_omp.so.3", functions({"fftw_init_threads"}), {"libomp.so.5"}));
  EXPECT_EQ(found().front().threading, "openmp");
  host_.variables["LD_LIBRARY_PATH"] = "/other:/f";
  host_.files["/other/libfftw3.so.3"] = fftw("libfftw3.so.3", "fftw_");
  EXPECT_EQ(found().front().threading, "none");
}

TEST_F(FindFft, KnowsOthersWithFftwsInterface) {
  put("libmkl_rt.so.2", library("libmkl_rt.so.2", functions({"fftw_plan_dft", "fftwf_plan_dft",
                                                             "DftiCreateDescriptor"})));
  ASSERT_EQ(found().size(), 1U);
  EXPECT_EQ(found().front().name, "mkl");
  EXPECT_THAT(found().front().precisions, ElementsAre("double", "single"));
}

TEST_F(FindFft, KnowsVendorsForGpusAndNotTheirFrontAsFftw) {
  put("libcufft.so.11.2.1", library("libcufft.so.11", functions({"cufftPlanMany"})));
  put("libcufftw.so.11", library("libcufftw.so.11", functions({"fftw_plan_dft"})));
  ASSERT_EQ(found().size(), 1U);
  EXPECT_EQ(found().front().name, "cufft");
  EXPECT_EQ(found().front().version, "11.2.1");
}

TEST(LoneVersion, IsTheOnlyOne) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(lone_version("\0x\0001.17.0\0y"sv, 3), "1.17.0");
  EXPECT_EQ(lone_version("A1.13.1\0001.0\000127.0.0.1\0"sv, 3), "1.13.1");
  EXPECT_EQ(lone_version("1.17.0\0001.18.0\0"sv, 3), "");
  EXPECT_EQ(lone_version("1.17.0\0001.17.0\0"sv, 3), "1.17.0");
  EXPECT_EQ(lone_version("1.17.0"sv, 3), "");
  EXPECT_EQ(lone_version("1.17.0 \0"sv, 3), "");
  EXPECT_EQ(lone_version("1.17\0"sv, 3), "");
  EXPECT_EQ(lone_version("1.2.3.4.5\0"sv, 3), "");
  EXPECT_EQ(lone_version(""sv, 2), "");
}

TEST(VersionInFolders, IsWhereModuleTreesHaveIt) {
  EXPECT_EQ(version_in_folders("/opt/cray/pe/libsci/24.03.0/GNU/12.3/x86_64/lib", "libsci"),
            "24.03.0");
  EXPECT_EQ(version_in_folders("/spack/intel-oneapi-mkl-2021.3.0-7vtz/lib/libmkl_rt.so", "mkl"),
            "2021.3.0");
  EXPECT_EQ(version_in_folders("/opt/mkl/latest/lib/libmkl_rt.so.2", "mkl"), "");
  EXPECT_EQ(version_in_folders("/opt/mkl", "mkl"), "");
}

}  // namespace
}  // namespace xaas
