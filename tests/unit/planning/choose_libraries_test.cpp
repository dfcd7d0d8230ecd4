// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/choose_libraries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<LibraryInterface> interfaces() {
  return {
      {.name = "blas",
       .kind = PointKind::blas,
       .sonames = {"libblas.so.*", "libopenblas*.so.*", "libmkl_rt.so*", "libblis.so.*"},
       .symbols = {"daxpy_"},
       .complex_functions = {"zdotc_"},
       .classes = {{.name = "lp64", .sonames = {"libblas.so.*", "libopenblas.so.*"}},
                   {.name = "ilp64", .sonames = {"libopenblas64*.so.*"}, .symbols = {"dgemm_64_"}}},
       .implementations = {{.name = "openblas", .sonames = {"libopenblas*.so.*"}, .preference = 70},
                           {.name = "mkl",
                            .sonames = {"libmkl_rt.so*"},
                            .preference = 60,
                            .by_vendor = {{"intel", 100}},
                            .complex_by_argument = {"libmkl_rt.so*"}},
                           {.name = "blis", .sonames = {"libblis.so.*"}, .preference = 60},
                           {.name = "netlib", .is_reference = true}}},
      {.name = "hdf5", .kind = PointKind::io, .sonames = {"libhdf5.so.*"}},
      {.name = "mpi",
       .kind = PointKind::mpi,
       .sonames = {"libmpich.so.*", "libmpi*.so.*"},
       .classes = {{.name = "mpich", .sonames = {"libmpich.so.12", "libmpi.so.12"}},
                   {.name = "openmpi", .sonames = {"libmpi.so.40"}}},
       .implementations = {{.name = "mpich", .preference = 50},
                           {.name = "cray-mpich", .preference = 90}}}};
}

MachineLibrary file(const std::string& soname, std::set<std::string> symbols,
                    std::set<std::string> brings = {}) {
  return {.path = "/opt/lib/" + soname,
          .soname = soname,
          .folder = "/opt/lib",
          .symbols = std::move(symbols),
          .brings = std::move(brings)};
}

Implementation openblas() {
  return {.interface = "blas",
          .name = "openblas",
          .version = "0.3.21",
          .abi = "lp64",
          .threading = "pthreads",
          .files = {file("libopenblas.so.0", {"cblas_ddot", "dgemm_", "zdotc_"})}};
}

Implementation mpich() {
  return {.interface = "mpi",
          .name = "mpich",
          .abi = "mpich",
          .files = {file("libmpi.so.12", {"MPI_Init", "MPI_Send"})}};
}

/// A program that takes these of each of these libraries.
class ChooseLibraries : public ::testing::Test {
 protected:
  ChooseLibraries() {
    manifest_.application = "app";
    manifest_.links = {{.name = "app"}};
    manifest_.products = {{.path = "/usr/local/bin/app", .link = 0}};
    manifest_.configurations = {{.name = "default", .products = {0}}};
    target_.name = "host";
    target_.cpu.vendor = "amd";
  }

  void takes(const std::string& soname, std::set<std::string> symbols) {
    manifest_.links[0].items.emplace_back(
        LinkLibrary{.soname = soname, .path = "/lib/" + soname, .uses = std::move(symbols)});
  }

  Result<std::vector<LibraryChoice>> choose() {
    return choose_libraries({.manifest = manifest_,
                             .target = target_,
                             .interfaces = interfaces_,
                             .implementations = implementations_,
                             .settings = settings_,
                             .takes_site = takes_site_,
                             .why_not_site = "it is an image"});
  }

  LibraryChoice only_choice() {
    auto choices = choose();
    EXPECT_TRUE(choices) << choices.error().message();
    if (!choices || choices->size() != 1) {
      ADD_FAILURE() << "not one choice";
      return {};
    }
    return choices->front();
  }

  std::string error_text() {
    const auto choices = choose();
    return choices ? "none" : choices.error().message();
  }

  IrManifest manifest_;
  Target target_;
  std::vector<LibraryInterface> interfaces_ = interfaces();
  std::vector<Implementation> implementations_;
  LibrarySettings settings_;
  bool takes_site_ = true;
};

TEST_F(ChooseLibraries, TakesTheMachinesWhereItHasAllThatLinksTake) {
  takes("libblas.so.3", {"dgemm_", "cblas_ddot"});
  implementations_ = {openblas()};
  const LibraryChoice choice = only_choice();
  EXPECT_EQ(choice.name, "openblas");
  EXPECT_EQ(choice.files.at("libblas.so.3").soname, "libopenblas.so.0");
  EXPECT_EQ(choice.reason, "openblas 0.3.21 with pthreads, the best that `host` has");
  EXPECT_THAT(choice.passed_over, IsEmpty());
}

TEST_F(ChooseLibraries, KeepsTheImagesOwnWhereASymbolIsLacking) {
  takes("libblas.so.3", {"dgemm_", "dsygv_", "zheev_", "zhegv_"});
  implementations_ = {openblas()};
  const LibraryChoice choice = only_choice();
  EXPECT_EQ(choice.name, "");
  EXPECT_EQ(choice.reason, "`host` has none that fits");
  EXPECT_THAT(
      choice.passed_over,
      ElementsAre("openblas 0.3.21 with pthreads: it lacks `dsygv_`, `zheev_` and 1 others, "
                  "which programs take of libblas.so.3"));
}

TEST_F(ChooseLibraries, ExchangesWhatNothingIsTakenOfWithTheRest) {
  takes("libmpifort.so.12", {"mpi_init_"});
  takes("libmpich.so.12", {});
  implementations_ = {mpich()};
  implementations_[0].files.push_back(file("libmpifort.so.12", {"mpi_init_"}));
  const LibraryChoice choice = only_choice();
  EXPECT_EQ(choice.files.at("libmpifort.so.12").soname, "libmpifort.so.12");
  EXPECT_EQ(choice.files.at("libmpich.so.12").soname, "libmpi.so.12");
}

TEST_F(ChooseLibraries, TakesAFileOfTheSameNameBeforeOthersBesideIt) {
  takes("libmpifort.so.12", {"mpi_init_"});
  implementations_ = {mpich()};
  implementations_[0].files.push_back(file("libmpi_usempi.so.12", {"mpi_init_"}));
  implementations_[0].files.push_back(file("libmpifort.so.12", {"mpi_init_"}));
  EXPECT_EQ(only_choice().files.at("libmpifort.so.12").soname, "libmpifort.so.12");
}

Implementation hdf5(std::vector<MachineLibrary> files) {
  return {.interface = "hdf5", .name = "hdf5", .files = std::move(files)};
}

TEST_F(ChooseLibraries, PassesOverWhatBringsAnMpiOfAnotherClass) {
  takes("libmpich.so.12", {"MPI_Init"});
  takes("libhdf5.so.103", {"H5open"});
  settings_ = {{"mpi", "image"}, {"hdf5", "site"}};
  implementations_ = {hdf5({file("libhdf5.so.103", {"H5open"}, {"libmpi.so.40"})})};
  EXPECT_THAT(error_text(), HasSubstr("it brings libmpi.so.40, an MPI of the ABI `openmpi`, and "
                                      "programs are compiled for `mpich`"));
  implementations_[0].files.push_back(file("libhdf5_mpich.so.103", {"H5open"}, {"libmpi.so.12"}));
  const auto choices = choose();
  ASSERT_TRUE(choices) << choices.error().message();
  EXPECT_EQ(choices->front().files.at("libhdf5.so.103").soname, "libhdf5_mpich.so.103");
}

TEST_F(ChooseLibraries, PassesOverWhatBringsASecondMpiOfTheMachine) {
  takes("libmpich.so.12", {"MPI_Init"});
  takes("libhdf5.so.103", {"H5open"});
  settings_ = {{"hdf5", "site"}};
  implementations_ = {mpich(), hdf5({file("libhdf5.so.103", {"H5open"}, {"libmpich.so.12"})})};
  EXPECT_THAT(error_text(),
              HasSubstr("it brings libmpich.so.12, which is not of the MPI that programs are "
                        "linked with: two in one process"));
  implementations_[1].files = {file("libhdf5.so.103", {"H5open"}, {"libmpi.so.12"})};
  EXPECT_EQ(error_text(), "none");
}

TEST_F(ChooseLibraries, SaysThatTheMachineHasNone) {
  takes("libblas.so.3", {"dgemm_"});
  EXPECT_EQ(only_choice().reason, "`host` has none");
}

TEST_F(ChooseLibraries, LooksAtNoVersionsOfSymbols) {
  takes("libmpi.so.12", {"MPI_Init@MPI_4"});
  implementations_ = {mpich()};
  EXPECT_EQ(only_choice().name, "mpich");
}

TEST_F(ChooseLibraries, LeavesOutWhatNothingIsTakenOfOrNobodyLookedAt) {
  takes("libblas.so.3", {});
  manifest_.links[0].items.emplace_back(LinkLibrary{.soname = "libmpich.so.12"});
  takes("libz.so.1", {"inflate"});
  implementations_ = {openblas(), mpich()};
  const auto choices = choose();
  ASSERT_TRUE(choices);
  EXPECT_THAT(*choices, IsEmpty());
}

TEST_F(ChooseLibraries, PrefersByTheProcessorsVendor) {
  takes("libblas.so.3", {"dgemm_"});
  Implementation mkl = openblas();
  mkl.name = "mkl";
  mkl.files = {file("libmkl_rt.so.2", {"dgemm_"})};
  implementations_ = {openblas(), mkl};
  EXPECT_EQ(only_choice().name, "openblas");
  target_.cpu.vendor = "intel";
  EXPECT_EQ(only_choice().name, "mkl");
}

TEST_F(ChooseLibraries, RefusesIntegersOfAnotherWidth) {
  takes("libblas.so.3", {"dgemm_"});
  implementations_ = {openblas()};
  implementations_[0].abi = "ilp64";
  EXPECT_THAT(only_choice().passed_over,
              ElementsAre(HasSubstr("its ABI is `ilp64`, and the program is compiled for `lp64`")));
}

TEST_F(ChooseLibraries, TellsWidthsBySymbolsWhereNamesDoNot) {
  takes("libblis.so.4", {"dgemm_64_"});
  implementations_ = {openblas()};
  implementations_[0].files = {file("libopenblas64.so.0", {"dgemm_64_"})};
  EXPECT_THAT(only_choice().passed_over, ElementsAre(HasSubstr("is compiled for `ilp64`")));
  implementations_[0].abi = "ilp64";
  EXPECT_EQ(only_choice().name, "openblas");
}

TEST_F(ChooseLibraries, RefusesComplexResultsInRegistersToProgramsOfMkl) {
  interfaces_ = *load_interfaces({});
  implementations_ = {openblas()};
  takes("libmkl_rt.so.2", {"dgemm_"});
  EXPECT_EQ(only_choice().name, "openblas");
  std::get<LinkLibrary>(manifest_.links[0].items[0]).uses->insert("zdotc_");
  EXPECT_THAT(only_choice().passed_over, ElementsAre(HasSubstr("complex numbers in registers")));
  // As it has been called.
  implementations_[0].name = "mkl";
  implementations_[0].files = {file("libmkl_intel_lp64.so.2", {"dgemm_", "zdotc_"})};
  EXPECT_EQ(only_choice().name, "mkl");
}

TEST_F(ChooseLibraries, HoldsEveryLibraryOfAProgramAgainstTheAbi) {
  interfaces_ = *load_interfaces({});
  takes("libmpi.so.12", {"MPI_Init"});
  implementations_ = {mpich()};
  EXPECT_EQ(only_choice().name, "mpich");
  // Its functions have the names of the others, and integers of another width.
  takes("libmpi_ilp64.so", {"MPI_Send"});
  EXPECT_THAT(only_choice().passed_over, ElementsAre(HasSubstr("is compiled for `mpich-ilp64`")));
}

TEST_F(ChooseLibraries, RefusesComplexResultsByArgumentToProgramsThatTakeSome) {
  implementations_ = {openblas()};
  implementations_[0].name = "mkl";
  implementations_[0].files = {file("libmkl_rt.so.2", {"dgemm_", "zdotc_"})};
  takes("libblas.so.3", {"dgemm_"});
  EXPECT_EQ(only_choice().name, "mkl");
  std::get<LinkLibrary>(manifest_.links[0].items[0]).uses->insert("zdotc_");
  EXPECT_THAT(only_choice().passed_over, ElementsAre(HasSubstr("complex numbers by an argument")));
}

TEST_F(ChooseLibraries, BringsNoSecondOpenMpRuntime) {
  takes("libblas.so.3", {"dgemm_"});
  Implementation with_gomp = openblas();
  with_gomp.threading = "openmp";
  with_gomp.files[0].brings = {"libgomp.so.1", "libc.so.6"};
  implementations_ = {with_gomp};
  EXPECT_EQ(only_choice().name, "openblas");
  takes("libomp.so.5", {});
  EXPECT_THAT(only_choice().passed_over,
              ElementsAre(HasSubstr("brings the OpenMP runtime libgomp.so.1")));
  takes("libgomp.so.1", {});
  EXPECT_EQ(only_choice().name, "openblas");
}

TEST_F(ChooseLibraries, BringsNoOpenMpRuntimeBesideThatOfAnotherChoice) {
  takes("libblas.so.3", {"dgemm_"});
  takes("libhdf5.so.103", {"H5open"});
  settings_ = {{"hdf5", "site"}};
  implementations_ = {
      openblas(),
      {.interface = "hdf5", .files = {file("libhdf5.so.200", {"H5open"}, {"libomp.so.5"})}}};
  EXPECT_TRUE(choose());
  implementations_[0].files[0].brings = {"libgomp.so.1"};
  EXPECT_THAT(error_text(), HasSubstr("brings the OpenMP runtime libomp.so.5"));
}

TEST_F(ChooseLibraries, TakesThreadsAsTheProgramDoes) {
  takes("libblas.so.3", {"dgemm_"});
  Implementation serial = openblas();
  serial.threading = "none";
  Implementation with_openmp = openblas();
  with_openmp.threading = "openmp";
  implementations_ = {serial, openblas()};
  EXPECT_THAT(only_choice().reason, HasSubstr("with pthreads"));
  takes("libgomp.so.1", {});
  EXPECT_THAT(only_choice().reason, HasSubstr("openblas 0.3.21, the best"));
  implementations_.push_back(with_openmp);
  EXPECT_THAT(only_choice().reason, HasSubstr("with openmp"));
}

TEST_F(ChooseLibraries, DoesNotTakeAReferenceImplementationUnasked) {
  takes("libblas.so.3", {"dgemm_"});
  implementations_ = {openblas()};
  implementations_[0].name = "netlib";
  EXPECT_THAT(only_choice().passed_over, ElementsAre(HasSubstr("a reference implementation")));
  settings_ = {{"blas", "site"}};
  EXPECT_EQ(only_choice().name, "netlib");
}

TEST_F(ChooseLibraries, KeepsWhatIsBetterThanTheMachines) {
  takes("libopenblas.so.0", {"dgemm_"});
  implementations_ = {openblas()};
  implementations_[0].name = "blis";
  EXPECT_THAT(only_choice().passed_over, ElementsAre(HasSubstr("the image's own is preferred")));
}

TEST_F(ChooseLibraries, TakesAnMpiOfTheSameAbiWhateverItIsCalled) {
  takes("libmpich.so.12", {"MPI_Init"});
  Implementation other = mpich();
  other.name = "openmpi";
  other.abi = "openmpi";
  other.files = {file("libmpich.so.12", {"MPI_Init"})};
  implementations_ = {other, mpich()};
  const LibraryChoice choice = only_choice();
  EXPECT_EQ(choice.files.at("libmpich.so.12").path, "/opt/lib/libmpi.so.12");
  EXPECT_THAT(
      choice.passed_over,
      ElementsAre("openmpi: its ABI is `openmpi`, and the program is compiled for `mpich`"));
}

TEST_F(ChooseLibraries, TakesEachLibraryFromTheFileThatHasIt) {
  takes("libmpich.so.12", {"MPI_Init"});
  takes("libmpichfort.so.12", {"mpi_init_"});
  implementations_ = {mpich()};
  EXPECT_THAT(only_choice().passed_over, SizeIs(1));
  implementations_[0].files.push_back(file("libmpifort.so.12", {"mpi_init_"}));
  const LibraryChoice choice = only_choice();
  EXPECT_EQ(choice.files.at("libmpich.so.12").soname, "libmpi.so.12");
  EXPECT_EQ(choice.files.at("libmpichfort.so.12").soname, "libmpifort.so.12");
}

TEST_F(ChooseLibraries, RefusesWhatItsLoaderWouldNotLoad) {
  takes("libmpich.so.12", {"MPI_Init"});
  implementations_ = {mpich()};
  implementations_[0].module = "mpich/4.0";
  implementations_[0].files[0].problems = {
      {.kind = LoadProblem::Kind::no_library, .file = "x", .needed = "libpmi.so.0"}};
  EXPECT_THAT(
      only_choice().passed_over,
      ElementsAre("mpich: it needs `libpmi.so.0`, which this machine's loader does not find; "
                  "`module load mpich/4.0` first"));
}

TEST_F(ChooseLibraries, RefusesWhatCannotBeReadHere) {
  takes("libmpich.so.12", {"MPI_Init"});
  implementations_ = {mpich()};
  implementations_[0].files.clear();
  EXPECT_THAT(only_choice().passed_over, ElementsAre("mpich: its files cannot be read here"));
}

TEST_F(ChooseLibraries, LinksTheImagesOwnInImagesUnlessAskedFor) {
  takes_site_ = false;
  takes("libmpich.so.12", {"MPI_Init"});
  implementations_ = {mpich()};
  EXPECT_EQ(only_choice().reason, "it is an image");
  settings_ = {{"mpi", "site"}};
  EXPECT_EQ(only_choice().name, "mpich");
}

TEST_F(ChooseLibraries, ExchangesOtherInterfacesOnlyWhenAskedTo) {
  takes("libhdf5.so.103", {"H5open"});
  implementations_ = {{.interface = "hdf5", .files = {file("libhdf5.so.200", {"H5open"})}}};
  EXPECT_EQ(only_choice().reason, "`--library hdf5=site` links the machine's");
  settings_ = {{"hdf5", "libhdf5.so.200"}};
  EXPECT_EQ(only_choice().name, "libhdf5.so.200");
}

TEST_F(ChooseLibraries, TakesTheOneThatIsAskedForOrRefuses) {
  takes("libblas.so.3", {"dgemm_"});
  Implementation blis = openblas();
  blis.name = "blis";
  blis.files = {file("libblis.so.4", {"dgemm_"})};
  implementations_ = {openblas(), blis};
  for (const char* which : {"blis", "libblis.so.4", "/opt/lib/libblis.so.4"}) {
    settings_ = {{"blas", which}};
    EXPECT_EQ(only_choice().name, "blis") << which;
  }
  settings_ = {{"blas", "image"}};
  EXPECT_EQ(only_choice().reason, "as asked for");
  settings_ = {{"blas", "essl"}};
  EXPECT_EQ(error_text(),
            "`host` has no `essl` of the interface `blas`: there is openblas 0.3.21 with pthreads "
            "and blis 0.3.21 with pthreads");
  implementations_[1].files[0].symbols.clear();
  settings_ = {{"blas", "blis"}};
  EXPECT_THAT(error_text(),
              HasSubstr("cannot be linked with the `blis` of `host`: blis 0.3.21 with "
                        "pthreads: it lacks `dgemm_`"));
}

TEST_F(ChooseLibraries, RefusesASettingOfWhatIsNotUsed) {
  takes("libblas.so.3", {"dgemm_"});
  settings_ = {{"mpi", "image"}};
  EXPECT_EQ(error_text(),
            "`--library mpi=image`: `app` takes nothing of an interface of that name");
}

}  // namespace
}  // namespace xaas
