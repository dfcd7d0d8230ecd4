// SPDX-License-Identifier: Apache-2.0
#include "xaas/lowering/mpi_probe.hpp"

#include "xaas/lowering/lower.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <iterator>

namespace xaas {
namespace {

// The build compiles mpi_probe.c for each architecture (src/freestanding).
constexpr unsigned char k_x86_probe[] = {
#embed "mpi-probe-x86_64.o"
};
constexpr unsigned char k_aarch64_probe[] = {
#embed "mpi-probe-aarch64.o"
};

std::string compiled_probe(std::string_view architecture) {
  if (architecture == "arm64") return {std::begin(k_aarch64_probe), std::end(k_aarch64_probe)};
  return {std::begin(k_x86_probe), std::end(k_x86_probe)};
}

LoweringJob link_of(const MpiProgram& program) {
  LoweringJob job{.name = "a program that tries MPI", .cpu = "generic"};
  // What is not among the libraries that the program needs itself, one of these brings: only the
  // loader sees them all.
  for (const char* option :
       {"-pie", "--no-as-needed", "--allow-shlib-undefined", "--unresolved-symbols=ignore-all"})
    job.items.emplace_back(LoweringJob::Option{option});
  job.items.emplace_back(LoweringJob::Option{"--dynamic-linker=" + program.interpreter});
  if (!program.folders.empty()) {
    job.items.emplace_back(
        LoweringJob::Option{program.has_rpath ? "--disable-new-dtags" : "--enable-new-dtags"});
    job.items.emplace_back(
        LoweringJob::Option{fmt::format("-rpath={}", fmt::join(program.folders, ":"))});
  }
  return job;
}

}  // namespace

Result<std::filesystem::path> link_mpi_probe(const MpiProgram& program,
                                             std::string_view architecture,
                                             const std::filesystem::path& folder,
                                             std::string_view lower_command) {
  const auto object = folder / "mpi-probe.o";
  XAAS_CHECK(write_file(object, compiled_probe(architecture)));
  LoweringJob job = link_of(program);
  job.items.emplace_back(LoweringJob::Object{.path = object.string()});
  for (const std::string& library : program.libraries)
    job.items.emplace_back(LoweringJob::Object{.path = library});
  job.output = (folder / "mpi-probe").string();
  job.work = folder.string();
  XAAS_CHECK(lower_in_child(job, lower_command));
  return job.output;
}

}  // namespace xaas
