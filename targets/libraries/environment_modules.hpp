// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"
#include "modulefile.hpp"

#include <string>
#include <vector>

namespace xaas {

/// A module of Environment Modules or Lmod.
struct EnvironmentModule {
  std::string name;  // "openmpi/4.1.5"
  std::string load;  // what `module load` takes: those that it needs, and its name
  std::string file;
  ModuleText text;
};

struct EnvironmentModules {
  std::vector<EnvironmentModule> loaded;     // in their order
  std::vector<EnvironmentModule> available;  // of each name the default first, then the newest
  std::vector<std::string> problems;
};

/// The modules that this environment has loaded (LOADEDMODULES), and those that it could load: of
/// MODULEPATH or, where that is not set, of what the module system puts into it, and of folders
/// that a module adds to it (hierarchies of compilers and MPIs). Modulefiles are read, not run.
EnvironmentModules find_environment_modules(const HostProbe& probe);

}  // namespace xaas
