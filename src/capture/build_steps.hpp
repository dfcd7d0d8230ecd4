// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "settings.hpp"

#include "xaas/capture/build.hpp"

#include <map>
#include <string>
#include <vector>

namespace xaas {

/// The work folder's parts as the build sees them.
struct BuildPlaces {
  std::string root;
  std::string source;
  std::string build;  // the source folder when the build system builds there
  std::string stage;
  std::string tools;
  std::string capture;
};
BuildPlaces build_places(const std::string& root, BuildSystem system);

struct BuildStep {
  std::string title;  // "configuring"
  std::vector<std::string> argv;
  std::string folder;
  std::map<std::string, std::string> environment;
  bool compiles = false;  // neither configures nor installs
};

/// What make says about a Makefile, learned before the steps are made.
struct MakefileFacts {
  std::string cc;  // effective values of CC and CXX with ours in the environment
  std::string cxx;
};

/// Configure, build and install. Plain Make gets its install step later: whether there is an
/// `install` target is known only after the build.
std::vector<BuildStep> build_steps(BuildSystem system, const BuildRequest& request,
                                   const BuildPlaces& places, const MakefileFacts& makefile);

/// "make" with `targets` and the variables of a plain Makefile.
BuildStep make_step(const BuildRequest& request, const BuildPlaces& places,
                    const MakefileFacts& makefile, std::vector<std::string> targets);

/// Variables of every step; the request's own on top.
std::map<std::string, std::string> build_environment(BuildSystem system,
                                                     const BuildRequest& request,
                                                     const BuildPlaces& places,
                                                     const WrapperSettings& settings);

/// Whether the tree chooses its own CMAKE_BUILD_TYPE.
bool sets_build_type(const std::filesystem::path& source);

}  // namespace xaas
