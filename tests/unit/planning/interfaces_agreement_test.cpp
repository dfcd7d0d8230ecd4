// SPDX-License-Identifier: Apache-2.0

// What descriptions of machines call a library, interfaces call it, too. Libraries for GPUs are of
// no interface: no program that was linked with another could use them.

#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;
constexpr const char* k_root = XAAS_SOURCE_DIR "/";

bool is_for_gpus(std::string_view name) {
  constexpr auto k_names =
      std::to_array<std::string_view>({"cublas", "rocblas", "onemkl", "cufft", "rocfft"});
  return std::ranges::find(k_names, name) != k_names.end();
}

class InterfacesAgreement : public ::testing::Test {
 protected:
  void SetUp() override {
    auto loaded = load_interfaces({});
    ASSERT_TRUE(loaded) << loaded.error().message();
    interfaces_ = *std::move(loaded);
  }

  [[nodiscard]] bool knows(const std::string& interface, const std::string& name) const {
    const auto found = std::ranges::find(interfaces_, interface, &LibraryInterface::name);
    return found != interfaces_.end() && implementation_called(*found, name) != nullptr;
  }
  [[nodiscard]] bool has_class(const std::string& interface, const std::string& name) const {
    const auto found = std::ranges::find(interfaces_, interface, &LibraryInterface::name);
    return std::ranges::find(found->classes, name, &InterfaceClass::name) != found->classes.end();
  }
  void check(const Target& target, const std::string& file) const;

 private:
  std::vector<LibraryInterface> interfaces_;
};

void InterfacesAgreement::check(const Target& target, const std::string& file) const {
  for (const MpiInstallation& mpi : target.mpi.value_or(std::vector<MpiInstallation>())) {
    EXPECT_TRUE(knows("mpi", mpi.flavour)) << file << ": " << mpi.flavour;
    EXPECT_TRUE(has_class("mpi", mpi.abi)) << file << ": " << mpi.abi;
  }
  for (const BlasLibrary& blas : target.blas.value_or(std::vector<BlasLibrary>())) {
    const std::set<std::string> in_blas = {"blas", "cblas"};
    const std::set<std::string> in_lapack = {"lapack", "lapacke"};
    for (const std::string& provided : blas.provides) {
      const std::string interface = in_blas.contains(provided)     ? "blas"
                                    : in_lapack.contains(provided) ? "lapack"
                                                                   : provided;
      EXPECT_TRUE(knows(interface, blas.name)) << file << ": " << blas.name << ", " << interface;
      EXPECT_TRUE(has_class(interface, blas.integers)) << file << ": " << blas.integers;
    }
  }
  for (const FftLibrary& fft : target.fft.value_or(std::vector<FftLibrary>()))
    EXPECT_TRUE(is_for_gpus(fft.name) || knows("fftw3", fft.name)) << file << fft.name;
  for (const NetworkLibrary& network :
       target.interconnect.libraries.value_or(std::vector<NetworkLibrary>()))
    EXPECT_TRUE(knows(network.name, network.name)) << file << ": " << network.name;
}

TEST_F(InterfacesAgreement, HoldsForEveryMachineThatIsDescribed) {
  std::size_t descriptions = 0;
  for (const std::string folder : {"tests/machines/", "targets/known/"}) {
    for (const fs::path& file : *list_tree(k_root + folder)) {
      const auto text = read_file(k_root + folder + file.string());
      if (file.extension() != ".json" || !text->contains("\"xaas.target/1\"")) continue;
      const auto target = parse_target(*text);
      ASSERT_TRUE(target) << file << target.error().message();
      check(*target, file.string());
      ++descriptions;
    }
  }
  EXPECT_GT(descriptions, 15U);
}

/// The names in the tables of targets/libraries.
std::set<std::string> names_in(const std::string& file, const std::string& entry) {
  const auto text = read_file(k_root + ("targets/libraries/" + file));
  const std::regex pattern(entry);
  std::set<std::string> names;
  for (std::sregex_iterator match(text->begin(), text->end(), pattern), end; match != end; ++match)
    names.insert((*match)[1]);
  return names;
}

TEST_F(InterfacesAgreement, HoldsForEveryLibraryThatIsLookedFor) {
  auto blas = names_in("blas.cpp", R"re(\{"\w+", "(\w+)"\},)re");
  for (const char* routines : {"blas", "cblas", "lapack", "lapacke", "scalapack"})
    EXPECT_EQ(blas.erase(routines), 1U) << routines;
  EXPECT_TRUE(blas.contains("gslcblas"));
  for (const std::string& name : blas)
    EXPECT_TRUE(is_for_gpus(name) || knows("blas", name)) << name;

  auto fft = names_in("fft.cpp", R"re(\{"\w+", "(\w+)", (?:true|false)\},)re");
  fft.merge(names_in("fft.cpp", R"re(\.name = "(\w+)")re"));
  EXPECT_TRUE(fft.contains("armpl"));
  EXPECT_TRUE(fft.contains("fftw3"));
  for (const std::string& name : fft)
    EXPECT_TRUE(is_for_gpus(name) || knows("fftw3", name)) << name;

  auto mpi = names_in("mpi.cpp", R"re(\{"[^"]+", "([\w-]+)"\},)re");
  mpi.merge(names_in("mpi.cpp", R"re(flavour = "(\w+)")re"));
  EXPECT_TRUE(mpi.contains("cray-mpich"));
  EXPECT_TRUE(mpi.contains("openmpi"));
  for (const std::string& name : mpi) EXPECT_TRUE(knows("mpi", name)) << name;
}

}  // namespace
}  // namespace xaas
