// SPDX-License-Identifier: Apache-2.0
#include "judge_implementation.hpp"

#include "xaas/planning/unmet_requirements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <vector>

namespace xaas {
namespace {

/// GNU's, LLVM's, Intel's, Cray's, NVIDIA's. Two of them in a process have two pools of threads,
/// and neither knows of the other's.
constexpr auto k_openmp_runtimes = std::to_array<std::string_view>(
    {"libgomp.so", "libomp.so", "libiomp5.so", "libcraymp.so", "libnvomp.so"});

bool is_openmp_runtime(std::string_view soname) {
  return std::ranges::any_of(k_openmp_runtimes,
                             [&](auto begin) { return soname.starts_with(begin); });
}

/// What a program that takes these of a library was compiled for; empty: nothing tells.
std::string needed_class(const LibraryInterface& interface, const std::string& soname,
                         const std::set<std::string>& symbols) {
  std::string by_name = class_of(interface, soname);
  if (!by_name.empty()) return by_name;
  const auto is_taken = [&](const std::string& symbol) { return symbols.contains(symbol); };
  for (const InterfaceClass& one : interface.classes)
    if (std::ranges::any_of(one.symbols, is_taken)) return one.name;
  return {};
}

/// One of a program's libraries may be of another class than the rest, as Intel MPI's for an
/// INTEGER of 64 bits.
std::string describe_other_class(const NeededInterface& needed, const Implementation& candidate) {
  if (candidate.abi.empty()) return {};
  for (const auto& [soname, symbols] : needed.uses) {
    const std::string compiled_for = needed_class(needed.interface, soname, symbols);
    if (compiled_for.empty() || compiled_for == candidate.abi) continue;
    return fmt::format("its ABI is `{}`, and the program is compiled for `{}`", candidate.abi,
                       compiled_for);
  }
  return {};
}

std::vector<std::string> lacking(const MachineLibrary& file, const std::set<std::string>& symbols) {
  std::vector<std::string> lacks;
  std::ranges::set_difference(symbols, file.symbols, std::back_inserter(lacks));
  return lacks;
}

/// "lacks `a`, `b` and 3 others", of the file that lacks least.
std::string describe_lack(const Implementation& candidate, const std::string& soname,
                          const std::set<std::string>& symbols) {
  if (candidate.files.empty()) return "its files cannot be read here";
  std::vector<std::string> least;
  for (const MachineLibrary& file : candidate.files) {
    auto lacks = lacking(file, symbols);
    if (least.empty() || lacks.size() < least.size()) least = std::move(lacks);
  }
  constexpr std::size_t k_named = 2;
  std::vector<std::string> words;
  for (const std::string& symbol : least) {
    if (words.size() == k_named) break;
    words.push_back("`" + symbol + "`");
  }
  if (least.size() > k_named) words.push_back(fmt::format("{} others", least.size() - k_named));
  return fmt::format("it lacks {}, which programs take of {}", enumerated(words), soname);
}

std::string in_quotes(const std::set<std::string>& names) {
  std::vector<std::string> quoted;
  quoted.reserve(names.size());
  for (const std::string& name : names) quoted.push_back("`" + name + "`");
  return enumerated(quoted);
}

std::string describe_problem(const LoadProblem& problem) {
  switch (problem.kind) {
    case LoadProblem::Kind::no_version:
      return fmt::format("it needs the version `{}`, which `{}` does not have", problem.needed,
                         problem.provider);
    case LoadProblem::Kind::unreadable:
      return fmt::format("it cannot be read: {}", problem.needed);
    case LoadProblem::Kind::no_symbol:
    case LoadProblem::Kind::no_loader:
    case LoadProblem::Kind::no_library:
      break;
  }
  return fmt::format("it needs `{}`, which this machine's loader does not find", problem.needed);
}

std::string second_openmp(const MachineLibrary& file, const std::set<std::string>& runtimes) {
  if (runtimes.empty()) return {};
  for (const std::string& soname : openmp_runtimes_among(file.brings)) {
    if (runtimes.contains(soname)) continue;
    return fmt::format("it brings the OpenMP runtime {}, and programs have {}: two in one process",
                       soname, enumerated({runtimes.begin(), runtimes.end()}));
  }
  return {};
}

const LibraryInterface* mpi_of(const std::vector<LibraryInterface>& interfaces,
                               const std::string& soname) {
  const LibraryInterface* interface = interface_of(interfaces, soname);
  return interface != nullptr && interface->kind == PointKind::mpi ? interface : nullptr;
}

/// Handles go from the program to the library: ScaLAPACK, parallel HDF5, FFTW's transforms over
/// MPI.
std::string second_mpi(const NeededInterface& needed, const MachineLibrary& file) {
  if (needed.interface.kind == PointKind::mpi) return {};
  const ProcessLibraries& process = needed.process;
  for (const std::string& soname : file.brings) {
    const LibraryInterface* mpi = mpi_of(needed.interfaces, soname);
    if (mpi == nullptr) continue;
    const std::string abi = class_of(*mpi, soname);
    const std::set<std::string>& classes = process.mpi_classes;
    if (!abi.empty() && !classes.empty() && !classes.contains(abi)) {
      return fmt::format("it brings {}, an MPI of the ABI `{}`, and programs are compiled for {}",
                         soname, abi, in_quotes(classes));
    }
    if (process.site_mpi.empty() || process.site_mpi.contains(soname)) continue;
    return fmt::format(
        "it brings {}, which is not of the MPI that programs are linked with: two in one process",
        soname);
  }
  return {};
}

bool returns_by_argument(const LibraryInterface& interface, const std::string& soname) {
  return std::ranges::any_of(interface.implementations, [&](const InterfaceImplementation& one) {
    return is_called_like(soname, one.complex_by_argument);
  });
}

/// A program calls what returns complex numbers as the library that it was linked with has it.
std::string describe_other_call(const LibraryInterface& interface, const std::string& soname,
                                const std::set<std::string>& symbols, const MachineLibrary& file) {
  const bool is_by_argument = returns_by_argument(interface, file.soname);
  if (is_by_argument == returns_by_argument(interface, soname)) return {};
  const bool is_called = std::ranges::any_of(
      interface.complex_functions, [&](const std::string& name) { return symbols.contains(name); });
  if (!is_called) return {};
  return is_by_argument ? "its functions return complex numbers by an argument, and the program "
                          "expects them in registers"
                        : "its functions return complex numbers in registers, and the program "
                          "expects them by an argument";
}

/// Of a file that has all of these symbols; empty: it can stand for that library.
std::string why_file_unfit(const NeededInterface& needed, const std::string& soname,
                           const MachineLibrary& file) {
  if (!file.problems.empty()) return describe_problem(file.problems.front());
  std::string objection =
      describe_other_call(needed.interface, soname, needed.uses.at(soname), file);
  if (objection.empty()) objection = second_openmp(file, needed.process.openmp_runtimes);
  if (objection.empty()) objection = second_mpi(needed, file);
  return objection;
}

struct JudgedFile {
  const MachineLibrary* file = nullptr;  // null: none has all of the symbols
  std::string objection;
};

JudgedFile judge_files(const NeededInterface& needed, const Implementation& candidate,
                       const std::string& soname) {
  std::vector<const MachineLibrary*> files;
  files.reserve(candidate.files.size());
  for (const MachineLibrary& file : candidate.files) files.push_back(&file);
  if (!files.empty()) {
    const auto called_so =
        std::find_if(files.begin() + 1, files.end(),
                     [&](const MachineLibrary* file) { return file->soname == soname; });
    if (called_so != files.end()) std::rotate(files.begin() + 1, called_so, called_so + 1);
  }
  JudgedFile first;
  for (const MachineLibrary* file : files) {
    if (!lacking(*file, needed.uses.at(soname)).empty()) continue;
    std::string objection = why_file_unfit(needed, soname, *file);
    if (objection.empty()) return {.file = file, .objection = {}};
    if (first.file == nullptr) first = {.file = file, .objection = std::move(objection)};
  }
  return first;
}

/// A machine's module would bring what is missing.
std::string with_module(std::string text, const Implementation& candidate) {
  if (candidate.module.empty()) return text;
  return fmt::format("{}; `module load {}` first", text, candidate.module);
}

}  // namespace

std::set<std::string> openmp_runtimes_among(const std::set<std::string>& sonames) {
  std::set<std::string> runtimes;
  std::ranges::copy_if(sonames, std::inserter(runtimes, runtimes.end()), is_openmp_runtime);
  return runtimes;
}

ProcessLibraries process_libraries(const IrManifest& manifest,
                                   const std::vector<LibraryInterface>& interfaces) {
  ProcessLibraries process;
  for (const std::size_t product : manifest.configurations.front().products) {
    for (const LinkItem& item : manifest.links[manifest.products[product].link].items) {
      const auto* library = std::get_if<LinkLibrary>(&item);
      if (library == nullptr) continue;
      if (is_openmp_runtime(library->soname)) process.openmp_runtimes.insert(library->soname);
      const LibraryInterface* mpi = mpi_of(interfaces, library->soname);
      if (mpi == nullptr) continue;
      std::string abi =
          needed_class(*mpi, library->soname, library->uses.value_or(std::set<std::string>()));
      if (!abi.empty()) process.mpi_classes.insert(std::move(abi));
    }
  }
  return process;
}

std::string why_unfit(const NeededInterface& needed, const Implementation& candidate) {
  std::string other_class = describe_other_class(needed, candidate);
  if (!other_class.empty()) return other_class;
  for (const auto& [soname, symbols] : needed.uses) {
    const JudgedFile judged = judge_files(needed, candidate, soname);
    if (judged.file == nullptr) return describe_lack(candidate, soname, symbols);
    if (judged.objection.empty()) continue;
    return judged.file->problems.empty() ? judged.objection
                                         : with_module(judged.objection, candidate);
  }
  return {};
}

const MachineLibrary* file_for(const NeededInterface& needed, const Implementation& candidate,
                               const std::string& soname) {
  const JudgedFile judged = judge_files(needed, candidate, soname);
  return judged.objection.empty() ? judged.file : nullptr;
}

}  // namespace xaas
