// SPDX-License-Identifier: Apache-2.0
#include "blas.hpp"

#include "fake_host.hpp"
#include "made_library.hpp"
#include "package_folders.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using testing::functions;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::library;
using testing::text_function;

/// What is found in the search path /b.
class FindBlas : public ::testing::Test {
 protected:
  FindBlas() { host_.variables["LD_LIBRARY_PATH"] = "/b"; }

  void put(const std::string& name, const std::string& bytes) { host_.files["/b/" + name] = bytes; }

  BlasFacts facts() {
    const auto packages = find_package_folders(host_, "amd64");
    return find_blas(host_, search_libraries(host_, "amd64", packages.paths()), "amd64");
  }

  /// The one that there is.
  BlasLibrary only() {
    const auto found = facts().libraries;
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? BlasLibrary() : found.front();
  }

  FakeHost host_;
};

std::string routines() {
  return functions({"daxpy_", "dgemm_"});
}

std::string all_routines() {
  return functions({"daxpy_", "cblas_daxpy", "dgesv_", "LAPACKE_dgesv"});
}

std::string openblas(const std::string& configuration) {
  return all_routines() + text_function("openblas_get_config", configuration);
}

TEST_F(FindBlas, KnowsOpenBlasByItsSymbolsAndConfiguration) {
  put("libblas.so.3",
      library("libblas.so.3", openblas("OpenBLAS 0.3.21 DYNAMIC_ARCH") + functions({"exec_blas"})));
  EXPECT_EQ(only(), (BlasLibrary{.name = "openblas",
                                 .version = "0.3.21",
                                 .threading = "pthreads",
                                 .integers = "lp64",
                                 .provides = {"blas", "cblas", "lapack", "lapacke"},
                                 .soname = "libblas.so.3",
                                 .path = "/b/libblas.so.3"}));
}

TEST_F(FindBlas, KnowsItsThreads) {
  put("libopenblas.so.0", library("libopenblas.so.0", openblas("OpenBLAS 0.3.26 ")));
  EXPECT_EQ(only().threading, "none");
  put("libopenblas.so.0",
      library("libopenblas.so.0", openblas("OpenBLAS 0.3.26 ") + functions({"exec_blas"}),
              {"libgomp.so.1"}));
  EXPECT_EQ(only().threading, "openmp");
}

TEST_F(FindBlas, KnowsLongIntegers) {
  // By what the library says, by its soname, by its symbols.
  put("libopenblas.so.0", library("libopenblas.so.0", openblas("OpenBLAS 0.3.21 USE64BITINT ")));
  EXPECT_EQ(only().integers, "ilp64");
  host_.files.clear();
  put("libblas64.so.3", library("libblas64.so.3", routines()));
  EXPECT_EQ(only().integers, "ilp64");
  host_.files.clear();
  put("libblas.so.3", library("libblas.so.3", functions({"daxpy_64_", "cblas_daxpy64_"})));
  EXPECT_EQ(only().integers, "ilp64");
  EXPECT_THAT(only().provides, ElementsAre("blas", "cblas"));
}

TEST_F(FindBlas, KnowsBlis) {
  put("libblis.so.4",
      library("libblis.so.4", routines() + text_function("bli_info_get_version_str", "0.9.0"),
              {"libgomp.so.1"}));
  // Debian's libblas.so.3 of it exports nothing of its own.
  put("libblas.so.3",
      library("libblas.so.3", routines() + text_function("daxpby_", "BLIS_NUM_THREADS")));
  const auto found = facts().libraries;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "blis");
  EXPECT_EQ(found[0].version, "0.9.0");
  EXPECT_EQ(found[0].threading, "openmp");
}

TEST_F(FindBlas, KnowsThatAFrontBelongsToWhatItNeeds) {
  put("libblas.so.3", library("libblas.so.3", routines(), {"libopenblas.so.0"}));
  put("libopenblas.so.0", library("libopenblas.so.0", openblas("OpenBLAS 0.3.21 ")));
  EXPECT_EQ(only().soname, "libopenblas.so.0");
}

TEST_F(FindBlas, KnowsNetlibsByWhatIsNotThere) {
  put("libblas.so.3.11.0", library("libblas.so.3", routines()));
  host_.links["/b/libblas.so.3"] = "libblas.so.3.11.0";
  EXPECT_EQ(only(), (BlasLibrary{.name = "netlib",
                                 .version = "3.11.0",
                                 .threading = "none",
                                 .integers = "lp64",
                                 .provides = {"blas"},
                                 .soname = "libblas.so.3",
                                 .path = "/b/libblas.so.3"}));
}

TEST_F(FindBlas, KnowsScalapackWhateverItIsLinkedWith) {
  put("libscalapack.so.2.2",
      library("libscalapack.so.2.2", functions({"pdgesv_"}), {"libopenblas.so.0"}));
  EXPECT_EQ(only().name, "netlib");
  EXPECT_THAT(only().provides, ElementsAre("scalapack"));
}

TEST_F(FindBlas, KnowsMklAndTheLayersBesideIt) {
  host_.variables["LD_LIBRARY_PATH"].clear();
  host_.variables["MKLROOT"] = "/opt/mkl/latest";
  host_.links["/opt/mkl/latest"] = "2024.1";
  const std::string mkl =
      library("libmkl_rt.so.2", all_routines() + functions({"MKL_Get_Version_String"}));
  // The fake does not follow links of folders.
  for (const char* folder : {"/opt/mkl/latest/lib/", "/opt/mkl/2024.1/lib/"})
    host_.files[std::string(folder) + "libmkl_rt.so.2"] = mkl;
  EXPECT_EQ(only().threading, "");
  host_.files["/opt/mkl/2024.1/lib/libmkl_sequential.so.2"] = "";
  EXPECT_EQ(only().threading, "none");
  host_.files["/opt/mkl/2024.1/lib/libmkl_gnu_thread.so.2"] = "";
  EXPECT_EQ(only().threading, "openmp");
  EXPECT_EQ(only().name, "mkl");
  EXPECT_EQ(only().version, "2024.1");
}

TEST_F(FindBlas, KeepsInterfacesOfMklApart) {
  const std::string source = all_routines() + functions({"MKL_Get_Version_String"});
  put("libmkl_gf_lp64.so.2", library("libmkl_gf_lp64.so.2", source));
  put("libmkl_intel_lp64.so.2", library("libmkl_intel_lp64.so.2", source));
  put("libmkl_intel_ilp64.so.2", library("libmkl_intel_ilp64.so.2", source));
  const auto found = facts().libraries;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].integers, "lp64");
  EXPECT_EQ(found[1].integers, "ilp64");
}

TEST_F(FindBlas, KnowsCraysLibraryAndItsVersion) {
  host_.variables["LD_LIBRARY_PATH"].clear();
  host_.variables["CRAY_LD_LIBRARY_PATH"] = "/opt/cray/pe/libsci/24.03.0/GNU/12.3/x86_64/lib";
  host_.files["/opt/cray/pe/libsci/24.03.0/GNU/12.3/x86_64/lib/libsci_gnu_123_mpi_mp.so.6"] =
      library("libsci_gnu_123_mpi_mp.so.6", all_routines() + functions({"pdgesv_"}),
              {"libgomp.so.1"});
  const auto found = only();
  EXPECT_EQ(found.name, "libsci");
  EXPECT_EQ(found.version, "24.03.0");
  EXPECT_EQ(found.threading, "openmp");
  EXPECT_TRUE(found.provides.contains("scalapack"));
}

TEST_F(FindBlas, TellsOfVendorsForGpusAndThatTheyAreNoBlas) {
  put("libcublas.so.12.4.5", library("libcublas.so.12", functions({"cublasCreate_v2"})));
  put("libnvblas.so.12", library("libnvblas.so.12", functions({"dgemm_"})));
  const auto found = only();
  EXPECT_EQ(found.name, "cublas");
  EXPECT_EQ(found.version, "12.4.5");
  EXPECT_THAT(found.provides, IsEmpty());
  EXPECT_EQ(found.integers, "");
}

TEST_F(FindBlas, PutsTheChosenAlternativeFirst) {
  const std::string folder = "/usr/lib/x86_64-linux-gnu/";
  host_.files["/var/lib/dpkg/alternatives/libblas.so.3-x86_64-linux-gnu"] =
      "auto\n" + folder + "libblas.so.3\n\n" + folder + "blas/libblas.so.3\n10\n" + folder +
      "openblas-pthread/libblas.so.3\n100\n";
  host_.links[folder + "libblas.so.3"] = "/etc/alternatives/libblas.so.3-x86_64-linux-gnu";
  host_.links["/etc/alternatives/libblas.so.3-x86_64-linux-gnu"] =
      folder + "openblas-pthread/libblas.so.3";
  host_.files[folder + "openblas-pthread/libblas.so.3"] =
      library("libblas.so.3", openblas("OpenBLAS 0.3.21 "));
  host_.files[folder + "blas/libblas.so.3"] = library("libblas.so.3", routines());
  const auto found = facts().libraries;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "openblas");
  EXPECT_EQ(found[0].path, folder + "libblas.so.3");
  EXPECT_EQ(found[1].name, "netlib");
}

TEST_F(FindBlas, SaysThatItCannotTell) {
  put("libmyblas.so.1", library("libmyblas.so.1", routines()));
  EXPECT_THAT(facts().libraries, IsEmpty());
  EXPECT_THAT(facts().problems, ElementsAre(HasSubstr("nothing in it tells which library it is")));
}

TEST_F(FindBlas, PassesOverWhatIsOnlyCalledSo) {
  put("libopenblas.so.0", "/* GNU ld script */\nGROUP ( libopenblas.so.1 )\n");
  put("libblas.so.3", library("libblas.so.3", routines(), {}, {"--target=aarch64-linux-gnu"}));
  put("libblas.so.4", library("libblas.so.4", functions({"daxpy_2"})));
  put("libblas.so.5", "");
  EXPECT_THAT(facts().libraries, IsEmpty());
  EXPECT_THAT(facts().problems, IsEmpty());
}

TEST_F(FindBlas, SaysWhatIsDamagedAndNotTooOften) {
  const std::string whole = library("libblas.so.3", routines());
  for (int i = 0; i < 9; ++i)
    put(fmt::format("libblas{}.so.3", i), whole.substr(0, whole.size() / 2));
  put("libblas.so.3", whole);
  const auto found = facts();
  EXPECT_EQ(found.libraries.size(), 1U);
  ASSERT_EQ(found.problems.size(), 5U);
  EXPECT_THAT(found.problems.front(), HasSubstr("`/b/libblas0.so.3` is not looked at: "));
  EXPECT_EQ(found.problems.back(), "nor are 5 other libraries");
}

TEST_F(FindBlas, SaysWhereItStopped) {
  const std::string bytes = library("libblas.so.3", routines());
  for (std::size_t i = 0; i < k_most_candidates + 1; ++i)
    put(fmt::format("libblas{}.so.3", i), bytes);
  EXPECT_THAT(facts().problems, ElementsAre(HasSubstr("only the first 512 are looked at")));
}

}  // namespace
}  // namespace xaas
