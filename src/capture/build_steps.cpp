// SPDX-License-Identifier: Apache-2.0
#include "build_steps.hpp"

#include "compiler_tools.hpp"

#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <regex>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

bool is_set(const BuildRequest& request, const char* variable) {
  return request.environment.contains(variable) ||
         request.additions.environment.contains(variable) ||
         environment_variable(variable).has_value();
}

void append(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

std::vector<BuildStep> cmake_steps(const BuildRequest& request, const BuildPlaces& places) {
  std::vector<std::string> configure{
      "cmake", "-S", places.source, "-B", places.build, "-DCMAKE_INSTALL_PREFIX=" + request.prefix};
  if (!is_set(request, "CMAKE_BUILD_TYPE") && !sets_build_type(request.source))
    configure.emplace_back("-DCMAKE_BUILD_TYPE=Release");
  if (!is_set(request, "CMAKE_GENERATOR") && find_program("ninja"))
    configure.insert(configure.end(), {"-G", "Ninja"});
  append(configure, request.additions.cmake);
  const std::string jobs = std::to_string(request.jobs);
  return {
      {.title = "configuring with CMake",
       .argv = std::move(configure),
       .folder = places.root,
       .environment = {}},
      {.title = "building with CMake",
       .argv = {"cmake", "--build", places.build, "--parallel", jobs},
       .folder = places.root,
       .environment = {},
       .compiles = true},
      {.title = "installing with CMake",
       .argv = {"cmake", "--install", places.build},
       .folder = places.root,
       .environment = {{"DESTDIR", places.stage}}},
  };
}

std::vector<BuildStep> meson_steps(const BuildRequest& request, const BuildPlaces& places) {
  std::vector<std::string> setup{"meson", "setup", "--prefix=" + request.prefix,
                                 "--buildtype=release"};
  append(setup, request.additions.meson);
  append(setup, {places.build, places.source});
  return {
      {.title = "configuring with Meson",
       .argv = std::move(setup),
       .folder = places.root,
       .environment = {}},
      {.title = "building with Meson",
       .argv = {"ninja", "-C", places.build, fmt::format("-j{}", request.jobs)},
       .folder = places.root,
       .environment = {},
       .compiles = true},
      {.title = "installing with Meson",
       .argv = {"meson", "install", "--no-rebuild", "-C", places.build},
       .folder = places.root,
       .environment = {{"DESTDIR", places.stage}}},
  };
}

std::vector<BuildStep> configure_steps(const BuildRequest& request, const BuildPlaces& places) {
  std::vector<std::string> configure{"./configure", "--prefix=" + request.prefix};
  append(configure, request.additions.configure);
  std::vector<std::string> make{"make", fmt::format("-j{}", request.jobs)};
  append(make, request.additions.make);
  std::vector<std::string> install{"make", "install", "DESTDIR=" + places.stage};
  append(install, request.additions.make);
  return {
      {.title = "configuring with configure",
       .argv = std::move(configure),
       .folder = places.source,
       .environment = {}},
      {.title = "building with make",
       .argv = std::move(make),
       .folder = places.source,
       .environment = {},
       .compiles = true},
      {.title = "installing with make",
       .argv = std::move(install),
       .folder = places.source,
       .environment = {}},
  };
}

/// A Makefile's compiler that our tools folder catches by its name, or that runs ours by itself:
/// the scripts of MPIs, by whatever path and name (`/opt/mpi/bin/mpicxx`, `mpicc.openmpi`).
bool is_caught(const std::string& command) {
  static constexpr auto k_names = std::to_array<std::string_view>(
      {"cc", "c++", "CC", "gcc", "g++", "clang", "clang++", "c99", "c89"});
  const std::string_view program = std::string_view(command).substr(0, command.find(' '));
  if (program.empty() || std::ranges::find(k_names, program) != k_names.end()) return true;
  return program.substr(program.rfind('/') + 1).starts_with("mpi");
}

/// Only where nothing else catches it: `CC = gcc -std=gnu99` must keep its flags.
void override_compiler(std::vector<std::string>& argv, const std::string& variable,
                       const std::string& current, const std::string& ours) {
  if (!is_caught(current) && !current.starts_with(ours)) argv.push_back(variable + "=" + ours);
}

/// Where programs that the build makes and runs find the tarball's OpenMP: no run path of theirs
/// may tell where it lies. Behind what the user set; nothing else is in that folder.
std::string library_path(const fs::path& tools) {
  std::string folders = environment_variable("LD_LIBRARY_PATH").value_or("");
  if (!folders.empty()) folders += ':';
  return folders + (tools / "lib").string();
}

}  // namespace

BuildPlaces build_places(const std::string& root, BuildSystem system) {
  const bool is_apart = system == BuildSystem::cmake || system == BuildSystem::meson;
  return {.root = root,
          .source = root + "/source",
          .build = root + (is_apart ? "/build" : "/source"),
          .stage = root + "/stage",
          .tools = root + "/tools",
          .capture = root + "/capture"};
}

BuildStep make_step(const BuildRequest& request, const BuildPlaces& places,
                    const MakefileFacts& makefile, std::vector<std::string> targets) {
  std::vector<std::string> argv{"make"};
  argv.insert(argv.end(), targets.begin(), targets.end());
  override_compiler(argv, "CC", makefile.cc, places.tools + "/cc");
  override_compiler(argv, "CXX", makefile.cxx, places.tools + "/c++");
  argv.push_back("PREFIX=" + request.prefix);
  argv.push_back("prefix=" + request.prefix);
  append(argv, request.additions.make);
  return {.title = "building with make",
          .argv = std::move(argv),
          .folder = places.source,
          .environment = {},
          .compiles = true};
}

namespace {

std::vector<BuildStep> own_steps(BuildSystem system, const BuildRequest& request,
                                 const BuildPlaces& places, const MakefileFacts& makefile) {
  switch (system) {
    case BuildSystem::cmake:
      return cmake_steps(request, places);
    case BuildSystem::meson:
      return meson_steps(request, places);
    case BuildSystem::configure:
      return configure_steps(request, places);
    case BuildSystem::make:
      return {make_step(request, places, makefile, {fmt::format("-j{}", request.jobs)})};
    case BuildSystem::command:
      break;
  }
  std::vector<std::string> argv = request.command;
  if (argv.size() == 1) argv.insert(argv.begin(), {"sh", "-c"});
  return {{.title = "running the build command",
           .argv = std::move(argv),
           .folder = places.source,
           .environment = {},
           .compiles = true}};
}

}  // namespace

std::vector<BuildStep> build_steps(BuildSystem system, const BuildRequest& request,
                                   const BuildPlaces& places, const MakefileFacts& makefile) {
  std::vector<BuildStep> steps;
  steps.reserve(request.additions.steps.size());
  for (const std::string& line : request.additions.steps) {
    steps.push_back({.title = "running a step of the specialization file",
                     .argv = {"sh", "-c", line},
                     .folder = places.source,
                     .environment = {}});
  }
  for (BuildStep& step : own_steps(system, request, places, makefile))
    steps.push_back(std::move(step));
  return steps;
}

std::map<std::string, std::string> build_environment(BuildSystem system,
                                                     const BuildRequest& request,
                                                     const BuildPlaces& places,
                                                     const WrapperSettings& settings) {
  const std::string cc = places.tools + "/cc";
  const std::string cxx = places.tools + "/c++";
  std::map<std::string, std::string> variables{
      {"XAAS_CAPTURE", places.capture},
      // What a compiler that is killed leaves goes with the build.
      {"TMPDIR", places.capture + "/tmp"},
      {"PATH", places.tools + ":" + settings.search_path},
      {"CC", cc},
      {"CXX", cxx},
      {"CPP", cc + " -E"},
      {"LD", places.tools + "/ld"},
      {"AR", places.tools + "/ar"},
      {"RANLIB", places.tools + "/ranlib"},
      // MPI's compiler scripts run what these say.
      {"MPICH_CC", cc},
      {"MPICH_CXX", cxx},
      {"OMPI_CC", cc},
      {"OMPI_CXX", cxx},
      {"I_MPI_CC", cc},
      {"I_MPI_CXX", cxx},
      // A hit in its cache would pass the wrapper by.
      {"CCACHE_DISABLE", "1"},
  };
  // A Fortran compiler that the user chose stays: modules and runtime libraries are each compiler's
  // own, and what gfortran takes, flang may not.
  if (!settings.fortran_compiler.empty() && !is_set(request, "FC")) {
    for (const char* name : {"FC", "F77", "F90"})
      if (!is_set(request, name)) variables[name] = places.tools + "/flang";
  }
  if (const fs::path tools = tarball_of_tool(settings.c_compiler); !tools.empty())
    variables["LD_LIBRARY_PATH"] = library_path(tools);
  // __DATE__ and __TIME__ must not tell today from tomorrow. The first day that a zip file can
  // hold.
  if (!is_set(request, "SOURCE_DATE_EPOCH")) variables["SOURCE_DATE_EPOCH"] = "315532800";
  // Only where the build itself installs: a build step that installs a part of itself somewhere in
  // the build tree must not land in the staging root.
  if (system == BuildSystem::command) {
    variables["DESTDIR"] = places.stage;
    variables["PREFIX"] = request.prefix;
  }
  for (const auto& [name, value] : request.additions.environment) variables[name] = value;
  for (const auto& [name, value] : request.environment) variables[name] = value;
  return variables;
}

bool sets_build_type(const fs::path& source) {
  static const std::regex k_setting(R"(\bset\s*\(\s*CMAKE_BUILD_TYPE\b)", std::regex::icase);
  std::vector<fs::path> files{source / "CMakeLists.txt"};
  std::error_code error;
  for (fs::directory_iterator entry(source / "cmake", error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".cmake") files.push_back(entry->path());
  return std::ranges::any_of(files, [](const fs::path& file) {
    const auto text = read_file(file);
    return text && std::regex_search(*text, k_setting);
  });
}

}  // namespace xaas
