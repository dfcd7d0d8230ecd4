// SPDX-License-Identifier: Apache-2.0

// Cray's programming environment. Its compilers write run paths, so that loaded modules leave
// nothing in LD_LIBRARY_PATH. Its tree:
//   /opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/{lib,lib-abi-mpich}, .../8.1.29/gtl/lib
//   /opt/cray/pe/libsci/24.03.0/GNU/12.3/x86_64/lib
//   /opt/cray/pe/fftw/3.3.10.7/x86_milan/lib
// with `default` a link to one version, and links to the default's libraries in /opt/cray/pe/lib64.

#include "cray.hpp"

#include "kernel_files.hpp"
#include "version_order.hpp"

#include "xaas/support/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_tree = "/opt/cray/pe";
constexpr std::size_t k_most_compilers = 16;

struct GpuTransport {
  std::string_view vendor;
  std::string_view library;
};

// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_transports = std::to_array<GpuTransport>({
    {"nvidia", "libmpi_gtl_cuda.so"},
    {"amd", "libmpi_gtl_hsa.so"},
    {"intel", "libmpi_gtl_ze.so"},
});
// NOLINTEND(modernize-use-designated-initializers)

/// The compiler of the loaded programming environment, as folders and libraries have it.
std::string loaded_compiler(const HostProbe& probe) {
  return lower_case(probe.variable("PE_ENV"));
}

/// Of folders that are named by versions: the one that `default` leads to, or else the newest.
std::string version_in(const HostProbe& probe, const std::string& folder) {
  const std::string linked = probe.link(folder + "/default");
  if (!linked.empty()) return linked.substr(linked.rfind('/') + 1);
  std::string newest;
  for (const std::string& name : names_in(probe, folder)) {
    const bool is_version = is_digit(name.front());
    if (is_version && (newest.empty() || is_newer_version(name, newest))) newest = name;
  }
  return newest;
}

/// The newest version below each compiler's folder in `folder`, with the module for it.
std::vector<std::pair<std::string, std::string>> compiler_folders(const HostProbe& probe,
                                                                  const std::string& folder) {
  const std::string loaded = loaded_compiler(probe);
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::string& name : names_in(probe, folder)) {
    std::string compiler = lower_case(name);
    if (compiler == "crayclang") compiler = "cray";
    if (found.size() == k_most_compilers || (!loaded.empty() && compiler != loaded)) continue;
    const std::string compilers = fmt::format("{}/{}", folder, name);
    const std::string version = version_in(probe, compilers);
    if (version.empty()) continue;
    found.emplace_back(fmt::format("{}/{}", compilers, version),
                       loaded.empty() ? fmt::format("PrgEnv-{} ", compiler) : "");
  }
  return found;
}

class CrayTree {
 public:
  explicit CrayTree(const HostProbe& probe) : probe_(&probe) {}

  void add_mpi() {
    const std::string version = version_of("mpich", "CRAY_MPICH_VERSION");
    if (version.empty()) return;
    for (const auto& [fabric, module] : {std::pair{"ofi", ""}, {"ucx", "-ucx"}}) {
      const std::string folder = fmt::format("{}/mpich/{}/{}", k_tree, version, fabric);
      for (const auto& [place, environment] : compiler_folders(*probe_, folder)) {
        add(place + "/lib", fmt::format("{}cray-mpich{}/{}", environment, module, version));
        add(place + "/lib-abi-mpich",
            fmt::format("{}cray-mpich{}-abi/{}", environment, module, version));
      }
    }
  }

  void add_libsci() {
    const std::string version = version_of("libsci", "CRAY_LIBSCI_VERSION");
    if (version.empty()) return;
    for (const auto& [place, environment] :
         compiler_folders(*probe_, fmt::format("{}/libsci/{}", k_tree, version)))
      add_of_processor(place, fmt::format("{}cray-libsci/{}", environment, version));
  }

  void add_fftw() {
    const std::string version = version_of("fftw", "CRAY_FFTW_VERSION");
    if (!version.empty())
      add_of_processor(fmt::format("{}/fftw/{}", k_tree, version), "cray-fftw/" + version);
  }

  std::vector<PackageFolder> take() { return std::move(found_); }

 private:
  std::string version_of(std::string_view package, const char* variable) const {
    std::string version = probe_->variable(variable);
    if (!version.empty()) return version;
    return version_in(*probe_, fmt::format("{}/{}", k_tree, package));
  }

  void add(std::string path, std::string module) {
    found_.push_back({.path = std::move(path), .module = std::move(module), .origin = "cray"});
  }

  /// There is one folder for each processor that Cray sells; one for a newer processor crashes.
  void add_of_processor(const std::string& folder, const std::string& module) {
    std::string processor = probe_->variable("CRAY_CPU_TARGET");
    std::ranges::replace(processor, '-', '_');
    for (const std::string& name : {processor, std::string("x86_64"), std::string("aarch64")})
      if (!name.empty()) add(fmt::format("{}/{}/lib", folder, name), module);
  }

  const HostProbe* probe_;
  std::vector<PackageFolder> found_;
};

bool is_for_compiler(const MpiInstallation& mpi, const std::string& compiler) {
  return mpi.soname.starts_with("libmpi_" + compiler) || mpi.path.contains("/ofi/" + compiler) ||
         mpi.path.contains("/ucx/" + compiler);
}

/// What Cray calls a kind of GPU in names of variables: "nvidia80", "amd_gfx90a".
std::string name_of_accelerator(const HostProbe& probe,
                                const std::optional<std::vector<Gpu>>& gpus) {
  if (std::string target = probe.variable("CRAY_ACCEL_TARGET"); !target.empty()) return target;
  if (!gpus || gpus->empty()) return {};
  const Gpu& gpu = gpus->front();
  if (gpu.vendor == "amd") return "amd_" + gpu.architecture;
  if (gpu.vendor == "intel") return "ponteVecchio";
  static constexpr std::string_view k_nvidia = "sm_";
  return gpu.architecture.starts_with(k_nvidia)
             ? "nvidia" + gpu.architecture.substr(k_nvidia.size())
             : gpu.vendor;
}

/// "libmpi_gtl_hsa.so", from `-lmpi_gtl_hsa` in Cray's variable, or by the accelerator's name.
std::string transport_of(const HostProbe& probe, const std::string& accelerator) {
  const std::string option = probe.variable("PE_MPICH_GTL_LIBS_" + accelerator);
  if (option.starts_with("-l")) return fmt::format("lib{}.so", option.substr(2));
  for (const auto& [vendor, library] : k_transports)
    if (accelerator.starts_with(vendor)) return std::string(library);
  return accelerator == "ponteVecchio" ? std::string(k_transports.back().library) : "";
}

std::vector<std::string> transport_folders(const HostProbe& probe, const std::string& accelerator,
                                           const std::string& mpi_path) {
  std::vector<std::string> folders;
  const std::string option = probe.variable("PE_MPICH_GTL_DIR_" + accelerator);
  if (option.starts_with("-L/")) folders.push_back(option.substr(2));
  for (const std::string_view fabric : {"/ofi/", "/ucx/"}) {
    if (const auto at = mpi_path.find(fabric); at != mpi_path.npos)
      folders.push_back(mpi_path.substr(0, at) + "/gtl/lib");
  }
  folders.push_back(mpi_path.substr(0, mpi_path.rfind('/')));
  return folders;
}

}  // namespace

std::vector<PackageFolder> find_cray_folders(const HostProbe& probe) {
  CrayTree tree(probe);
  tree.add_mpi();
  tree.add_libsci();
  tree.add_fftw();
  return tree.take();
}

void order_by_programming_environment(const HostProbe& probe, std::vector<MpiInstallation>& found) {
  const std::string compiler = loaded_compiler(probe);
  if (compiler.empty()) return;
  std::vector<MpiInstallation> ordered;
  for (const bool matching : {true, false}) {
    for (const MpiInstallation& mpi : found) {
      if (mpi.flavour == "cray-mpich" && is_for_compiler(mpi, compiler) == matching)
        ordered.push_back(mpi);
    }
  }
  // Others keep their places.
  auto next = ordered.begin();
  for (MpiInstallation& mpi : found)
    if (mpi.flavour == "cray-mpich") mpi = std::move(*next++);
}

std::string find_gpu_transport(const HostProbe& probe, const std::string& mpi_path,
                               const std::optional<std::vector<Gpu>>& gpus) {
  const std::string accelerator = name_of_accelerator(probe, gpus);
  const std::string library = transport_of(probe, accelerator);
  if (library.empty()) return {};
  for (const std::string& folder : transport_folders(probe, accelerator, mpi_path)) {
    for (const std::string& name : names_in(probe, folder))
      if (name.starts_with(library + ".")) return fmt::format("{}/{}", folder, name);
  }
  return {};
}

}  // namespace xaas
