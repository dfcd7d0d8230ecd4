// SPDX-License-Identifier: Apache-2.0

// The interfaces that are shipped are right by the schema, and know libraries that there are.

#include "documents.hpp"

#include "xaas/specializations/library_interface.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* k_schema = "xaas.interface.schema.json";
constexpr const char* k_folder = XAAS_SOURCE_DIR "/specializations/interfaces/";

std::vector<fs::path> files() {
  const auto names = list_tree(k_folder);
  return names ? *names : std::vector<fs::path>();
}

const std::vector<LibraryInterface>& shipped() {
  static const auto loaded = load_interfaces({});
  return *loaded;
}

TEST(ShippedInterfaces, AreTheFilesOfTheFolder) {
  const auto loaded = load_interfaces({});
  ASSERT_TRUE(loaded) << loaded.error().message();
  ASSERT_THAT(*loaded, Not(IsEmpty()));
  ASSERT_EQ(loaded->size(), files().size());
  for (std::size_t i = 0; i < loaded->size(); ++i) {
    EXPECT_EQ(files()[i].stem(), (*loaded)[i].name);
    EXPECT_EQ(interface_text({}, (*loaded)[i].name), *read_file(k_folder + files()[i].string()));
  }
}

TEST(ShippedInterfaces, ConformToTheSchema) {
  for (const fs::path& file : files()) {
    const auto complaint =
        testing::schema_complaint(*read_file(k_folder + file.string()), k_schema);
    if (complaint == "skip") GTEST_SKIP() << "python3-jsonschema is not installed";
    EXPECT_EQ(complaint, "") << file;
  }
}

TEST(InterfaceSchema, IsMetByTheExampleInTheDescription) {
  const std::string text = testing::example_in_description("xaas.interface/1");
  const auto parsed = parse_interface(text, "README.md");
  ASSERT_TRUE(parsed) << parsed.error().message();
  const auto complaint = testing::schema_complaint(text, k_schema);
  if (complaint == "skip") GTEST_SKIP() << "python3-jsonschema is not installed";
  EXPECT_EQ(complaint, "");
}

TEST(InterfaceSchema, RefusesWhatTheParserRefuses) {
  if (testing::schema_complaint("{}", k_schema) == "skip")
    GTEST_SKIP() << "python3-jsonschema is not installed";
  const auto with = [](const std::string& fields) {
    return R"({"schema": "xaas.interface/1", "name": "x", "sonames": ["libx.so"])" + fields + "}";
  };
  EXPECT_EQ(testing::schema_complaint(with(""), k_schema), "");
  for (
      const std::string fields :
      {R"(, "symbol": [])", R"(, "kind": "lam")", R"(, "bundle": "always")", R"(, "symbols": [""])",
       R"(, "classes": [{"name": "c"}])", R"(, "classes": [{"name": "c", "sonames": []}])",
       R"(, "classes": [{"name": "c", "sonames": ["x"]}])",
       R"(, "classes": [{"sonames": ["c.so"]}])", R"(, "implementations": [{"prefer": 1}])",
       R"(, "implementations": [{"name": "i", "prefer": -1}])",
       R"(, "implementations": [{"name": "i", "prefer_on": {"Intel": 1}}])",
       R"(, "implementations": [{"name": "i", "reference": "no"}])",
       R"(, "implementations": [{"name": "i", "sonames": ["/usr/lib/libx.so"]}])",
       R"(, "implementations": [{"name": "i", "demands": [{"gpu": "amd", "sonames": []}]}])",
       R"(, "implementations": [{"name": "i", "demands": [{"gpu": "arm", "sonames": ["a.so"]}]}])"}) {
    EXPECT_NE(testing::schema_complaint(with(fields), k_schema), "") << fields;
    EXPECT_FALSE(parse_interface(with(fields), "x")) << fields;
  }
}

struct Known {
  const char* soname;
  const char* interface;
  const char* abi;  // its class
};

// Sonames as they are on machines: Debian, Fedora, Cray, oneAPI, NVPL, Arm.
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr Known k_known[] = {
    {"libmpich.so.12", "mpi", "mpich"},
    {"libmpichfort.so.12", "mpi", "mpich"},
    {"libmpi.so.12", "mpi", "mpich"},
    {"libmpifort.so.12", "mpi", "mpich"},
    {"libmpicxx.so.12", "mpi", "mpich"},
    {"libmpi_gnu_123.so.12", "mpi", "mpich"},
    {"libmpifort_cray.so.12", "mpi", "mpich"},
    {"libmpi_gtl_hsa.so.0", "mpi", "mpich"},
    {"libmpi.so.40", "mpi", "openmpi"},
    {"libmpi_mpifh.so.40", "mpi", "openmpi"},
    {"libmpi_mpifh-gfortran.so.40", "mpi", "openmpi"},
    {"libmpi_usempif08.so.40", "mpi", "openmpi"},
    {"libmpi_usempi_ignore_tkr.so.40", "mpi", "openmpi"},
    {"libmpi_cxx.so.40", "mpi", "openmpi"},
    {"libmpi.so.20", "mpi", ""},  // Open MPI 2
    {"libmpi_abi.so.0", "mpi", "mpi-5"},
    {"libmpi_ilp64.so", "mpi", "mpich-ilp64"},
    {"libblas.so.3", "blas", "lp64"},
    {"libblas64.so.3", "blas", "ilp64"},
    {"libopenblas.so.0", "blas", "lp64"},
    {"libopenblasp.so.0", "blas", "lp64"},
    {"libopenblas64.so.0", "blas", "ilp64"},
    {"libopenblaso64_.so.0", "blas", "ilp64"},
    {"libblis.so.4", "blas", "lp64"},
    {"libblis-mt.so.5", "blas", "lp64"},
    {"libblis64.so.4", "blas", "ilp64"},
    {"libflexiblas.so.3", "blas", "lp64"},
    {"libflexiblas64.so.3", "blas", "ilp64"},
    {"libmkl_rt.so.2", "blas", "lp64"},
    {"libmkl_rt.so", "blas", "lp64"},
    {"libmkl_intel_lp64.so.2", "blas", "lp64"},
    {"libmkl_gf_ilp64.so.2", "blas", "ilp64"},
    {"libmkl_core.so.2", "blas", ""},
    {"libmkl_gnu_thread.so.2", "blas", ""},
    {"libmkl_sycl_blas.so.4", "", ""},  // for GPUs
    {"libsci_gnu_123_mp.so.6", "blas", "lp64"},
    {"libsci_cray.so.6", "blas", "lp64"},
    {"libarmpl_lp64_mp.so.3", "blas", "lp64"},
    {"libarmpl_ilp64.so.3", "blas", "ilp64"},
    {"libarmpl_int64_mp.so", "blas", "ilp64"},
    {"libnvpl_blas_lp64_gomp.so.0", "blas", "lp64"},
    {"libnvpl_blas_ilp64_seq.so.0", "blas", "ilp64"},
    {"libnvpl_blas_core.so.0", "blas", ""},
    {"libessl.so.1", "blas", "lp64"},
    {"libesslsmp6464.so.1", "blas", "ilp64"},
    {"libgslcblas.so.0", "blas", "lp64"},
    {"libsatlas.so.3", "blas", "lp64"},
    {"liblapack.so.3", "lapack", "lp64"},
    {"liblapack64.so.3", "lapack", "ilp64"},
    {"liblapacke.so.3", "lapack", "lp64"},
    {"libnvpl_lapack_ilp64_gomp.so.0", "lapack", "ilp64"},
    {"libscalapack-mpich.so.2.2", "scalapack", "lp64"},
    {"libscalapack.so.2.2", "scalapack", "lp64"},
    {"libmkl_scalapack_ilp64.so.2", "scalapack", "ilp64"},
    {"libmkl_blacs_intelmpi_lp64.so.2", "scalapack", "lp64"},
    {"libmkl_blacs_openmpi_ilp64.so.2", "scalapack", "ilp64"},
    {"libsci_gnu_123_mpi_mp.so.6", "scalapack", "lp64"},
    {"libsci_gnu_mpi.so.6", "scalapack", "lp64"},
    {"libnvpl_blacs_lp64_mpich.so.0", "scalapack", "lp64"},
    {"libfftw3.so.3", "fftw3", ""},
    {"libfftw3f_omp.so.3", "fftw3", ""},
    {"libfftw3l.so.3", "fftw3", ""},
    {"libfftw3_mpi.so.3", "fftw3", ""},
    {"libfftw3.so.mpi31.3", "fftw3", ""},  // Cray's
    {"libfftw.so.2", "", ""},
    {"libnvpl_fftw.so.0", "fftw3", ""},
    {"libfabric.so.1", "libfabric", "1"},
    {"libucp.so.0", "ucx", "1"},
    {"libnccl-net.so", "nccl-net", ""},
    {"librccl-net-ofi.so.0", "nccl-net", ""},
    {"libnccl.so.2", "", ""},
    {"libhdf5_mpich_hl.so.100", "hdf5-parallel", "100"},
    {"libhdf5_openmpi.so.103", "hdf5-parallel", "100"},
    {"libhdf5_parallel_gnu_123.so.200", "hdf5-parallel", "200"},
    {"libhdf5.so.310", "", ""},  // with MPI or without
    {"libhdf5_serial.so.103", "", ""},
    {"libnetcdf_mpi.so.19", "netcdf-parallel", "19"},
    {"libnetcdf.so.19", "", ""},
    {"libc.so.6", "", ""},
    {"libpmix.so.2", "", ""},
};
// NOLINTEND(modernize-use-designated-initializers)

TEST(ShippedInterfaces, KnowLibrariesByTheirSonames) {
  for (const Known& known : k_known) {
    const LibraryInterface* interface = interface_of(shipped(), known.soname);
    EXPECT_EQ(interface == nullptr ? "" : interface->name, known.interface) << known.soname;
    if (interface != nullptr)
      EXPECT_EQ(class_of(*interface, known.soname), known.abi) << known.soname;
  }
}

/// Where patterns of two are as long, the order would decide.
TEST(ShippedInterfaces, LeaveNoDoubtWhatASonameIsOf) {
  for (const Known& known : k_known) {
    auto reversed = shipped();
    std::ranges::reverse(reversed);
    const LibraryInterface* interface = interface_of(reversed, known.soname);
    if (interface == nullptr) continue;
    EXPECT_EQ(interface->name, known.interface) << known.soname;
    LibraryInterface backwards = *interface;
    std::ranges::reverse(backwards.classes);
    EXPECT_EQ(class_of(backwards, known.soname), known.abi) << known.soname;
  }
}

const LibraryInterface& shipped_one(std::string_view name) {
  return *std::ranges::find(shipped(), name, &LibraryInterface::name);
}

/// The names of all but references, the best first.
std::vector<std::string> in_order(const LibraryInterface& interface, const std::string& vendor) {
  auto all = interface.implementations;
  std::erase_if(all, &InterfaceImplementation::is_reference);
  const auto preference = [&](const InterfaceImplementation& one) {
    const auto found = one.by_vendor.find(vendor);
    return found == one.by_vendor.end() ? one.preference : found->second;
  };
  std::ranges::sort(all,
                    [&](const auto& a, const auto& b) { return preference(a) > preference(b); });
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const auto& one : all) names.push_back(one.name);
  return names;
}

TEST(ShippedInterfaces, PreferAVendorsOwnLibrary) {
  for (const char* name : {"blas", "lapack"}) {
    EXPECT_EQ(in_order(shipped_one(name), "intel").front(), "mkl") << name;
    EXPECT_EQ(in_order(shipped_one(name), "nvidia").front(), "nvpl") << name;
    EXPECT_EQ(in_order(shipped_one(name), "arm").front(), "nvpl") << name;
  }
  const auto on_amd = in_order(shipped_one("blas"), "amd");
  EXPECT_LT(std::ranges::find(on_amd, "openblas"), std::ranges::find(on_amd, "mkl"));
  EXPECT_EQ(in_order(shipped_one("blas"), "").back(), "atlas");
  EXPECT_EQ(in_order(shipped_one("fftw3"), "intel").front(), "fftw3");
}

/// Else a machine's MKL would be preferred to it, which has less of the interface.
TEST(ShippedInterfaces, KnowTheImagesOwnFftwByItsName) {
  const auto* fftw = implementation_called(shipped_one("fftw3"), "fftw3");
  ASSERT_NE(fftw, nullptr);
  EXPECT_TRUE(is_called_like("libfftw3.so.3", fftw->sonames));
  EXPECT_TRUE(is_called_like("libfftw3f_omp.so.3", fftw->sonames));
}

TEST(ShippedInterfaces, KnowWhichOfMklsLibrariesReturnComplexNumbersInMemory) {
  const auto* mkl = implementation_called(shipped_one("blas"), "mkl");
  ASSERT_NE(mkl, nullptr);
  EXPECT_TRUE(is_called_like("libmkl_rt.so.2", mkl->complex_by_argument));
  EXPECT_TRUE(is_called_like("libmkl_intel_ilp64.so.2", mkl->complex_by_argument));
  EXPECT_FALSE(is_called_like("libmkl_gf_lp64.so.2", mkl->complex_by_argument));
  EXPECT_TRUE(shipped_one("blas").complex_functions.contains("zdotc_"));
}

TEST(ShippedInterfaces, KnowWhatCrayMpichDemandsForGpus) {
  const auto* cray = implementation_called(shipped_one("mpi"), "cray-mpich");
  ASSERT_NE(cray, nullptr);
  ASSERT_EQ(cray->demands.size(), 3U);
  EXPECT_EQ(cray->demands[1].gpu_vendor, "amd");
  EXPECT_TRUE(is_called_like("libmpi_gtl_hsa.so.0", cray->demands[1].sonames));
}

TEST(ShippedInterfaces, BringNoPluginOfAnotherMachine) {
  for (const LibraryInterface& interface : shipped()) {
    EXPECT_EQ(interface.bundle == BundlePolicy::never, interface.name == "nccl-net")
        << interface.name;
  }
}

}  // namespace
}  // namespace xaas
