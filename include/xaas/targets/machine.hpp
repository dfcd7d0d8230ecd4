// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What can be known of a machine. An empty string, or a number that is 0, is unknown.

namespace xaas {

/// One of the caches that a processor has several of.
struct CpuCache {
  unsigned level = 0;      // 1 is the nearest
  std::string kind;        // "data", "instruction", "unified"
  std::uint64_t size = 0;  // bytes
  unsigned line = 0;       // bytes
  unsigned shared_by = 0;  // hardware threads that use one of them
  friend bool operator==(const CpuCache&, const CpuCache&) = default;
};

/// Of all processors of a machine together.
struct CpuTopology {
  unsigned sockets = 0;
  unsigned cores = 0;
  unsigned threads = 0;  // that the system runs programs on: what Linux calls CPUs
  unsigned numa_nodes = 0;
  friend bool operator==(const CpuTopology&, const CpuTopology&) = default;
};

/// A processor as code generation sees it. Feature names are LLVM's ("avx2", "sse4.2", "sve").
struct Cpu {
  std::string vendor;  // "intel", "amd", "arm", ...
  std::string model;   // for people: "AMD EPYC 9654 96-Core Processor"
  std::string
      name;  // LLVM's -mcpu name; decides tuning, and the features only where nothing else does
  std::string tune;                                 // LLVM's -mtune name, usually the same
  std::string level;                                // "x86-64-v3", "armv8.2-a", ...
  std::set<std::string> features;                   // what it has, complete: implied ones included
  std::vector<std::string> missing_for_next_level;  // features that the next level would need
  unsigned vector_bits = 0;  // of the widest vector registers; with SVE, what the system lets use
  CpuTopology topology;
  std::vector<CpuCache> caches;  // by level, then kind

  friend bool operator==(const Cpu&, const Cpu&) = default;
};

struct Gpu {
  std::string vendor;        // "nvidia", "amd", "intel"
  std::string name;          // for people
  std::string architecture;  // "sm_90", "gfx90a"
  unsigned count = 1;        // of devices that are alike
  std::uint64_t memory = 0;  // bytes of each
  std::string driver;        // the kernel's, and its version: "nvidia 550.54.15"

  friend bool operator==(const Gpu&, const Gpu&) = default;
};

struct MpiInstallation {
  std::string flavour;  // "mpich", "openmpi", "cray-mpich", ...
  std::string abi;      // which libraries can stand for each other: "mpich", "openmpi", "mpi-5"
  std::string version;
  std::string soname;       // of its C library, "libmpich.so.12"
  std::string path;         // of that on the machine
  std::string launcher;     // path of its own mpiexec
  std::string gpu_library;  // path of Cray's layer for memory of GPUs, libmpi_gtl_hsa; empty: none
  std::string module;       // what `module load` takes to put it into a job's environment, one or
                            // several with blanks between; empty: none is needed

  friend bool operator==(const MpiInstallation&, const MpiInstallation&) = default;
};

struct BlasLibrary {
  std::string name;  // "openblas", "mkl", "blis", "netlib", "libsci", ..., for GPUs "cublas"
  std::string version;
  std::string threading;           // "none", "pthreads", "openmp", "tbb"
  std::string integers;            // of its interface: "lp64" (32 bits), "ilp64"
  std::set<std::string> provides;  // "blas", "cblas", "lapack", "lapacke", "scalapack"; GPUs': none
  std::string soname;
  std::string path;
  std::string module;  // as MpiInstallation's

  friend bool operator==(const BlasLibrary&, const BlasLibrary&) = default;
};

struct FftLibrary {
  std::string name;  // "fftw3", "mkl", "armpl", ..., for GPUs "cufft"
  std::string version;
  std::string threading;             // as BlasLibrary's
  std::set<std::string> precisions;  // "single", "double", "long-double", "quad"
  std::string soname;
  std::string path;
  std::string module;

  friend bool operator==(const FftLibrary&, const FftLibrary&) = default;
};

/// A device of a network that jobs compute over.
struct NetworkDevice {
  std::string name;  // "mlx5_0", "cxi0"
  std::string kind;  // "infiniband", "roce", "cxi", "omni-path", "efa"
  friend bool operator==(const NetworkDevice&, const NetworkDevice&) = default;
};

/// A library that MPIs reach networks through.
struct NetworkLibrary {
  std::string name;  // "libfabric", "ucx"
  std::string version;
  std::vector<std::string> providers;  // libfabric's "cxi", "verbs"; UCX's modules: "ib", "cuda"
  std::string path;

  friend bool operator==(const NetworkLibrary&, const NetworkLibrary&) = default;
};

/// No list: nothing is known of it.
struct Interconnect {
  std::optional<std::vector<NetworkDevice>> devices;
  std::optional<std::vector<NetworkLibrary>> libraries;
  friend bool operator==(const Interconnect&, const Interconnect&) = default;
};

struct ContainerRuntime {
  std::string name;  // "apptainer", "podman", "sarus", "charliecloud", ...
  std::string path;
  friend bool operator==(const ContainerRuntime&, const ContainerRuntime&) = default;
};

struct Scheduler {
  std::string name;  // "slurm", "pbs", "flux", "lsf", "sge"; "none": looked for, and there is none
  bool is_allocated = false;  // the description is from within a job
  std::string request;        // options of the scheduler that lead to such a node: "-p gpu -C a100"

  friend bool operator==(const Scheduler&, const Scheduler&) = default;
};

struct OperatingSystem {
  std::string kernel;                   // its release, "5.14.21-150500.55.49"
  std::string distribution;             // for people: "SUSE Linux Enterprise Server 15 SP5"
  std::uint64_t page_size = 0;          // bytes
  std::optional<bool> user_namespaces;  // whether users may make some; empty: unknown
  std::string home;                     // kinds of file systems: "nfs4", "lustre", "ext4"
  std::string scratch;
  std::string tmp;

  friend bool operator==(const OperatingSystem&, const OperatingSystem&) = default;
};

}  // namespace xaas
