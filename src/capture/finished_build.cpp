// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/finished_build.hpp"

#include "fixed_path.hpp"
#include "settings.hpp"

#include <map>
#include <optional>
#include <utility>

namespace xaas {

Result<FinishedBuild> reopen_build(const BuildResult& build) {
  XAAS_TRY(WrapperSettings settings, read_settings(build.folder() / "capture"));
  std::optional<FixedPath> fixed;
  if (build.fixed_path) fixed = FixedPath::of_build(build.folder().string());
  std::map<std::string, std::string> environment;
  for (const std::string& variable : settings.environment) {
    const auto equals = variable.find('=');
    environment[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  environment["PATH"] = settings.search_path;
  // Was in the capture folder, and went with the build.
  environment.erase("TMPDIR");
  return FinishedBuild{.c_compiler = std::move(settings.c_compiler),
                       .cxx_compiler = std::move(settings.cxx_compiler),
                       .path_maps = std::move(settings.prefix_map_flags),
                       .inside = [fixed, environment](Command command, const std::string& folder) {
                         command.environment.insert(environment.begin(), environment.end());
                         if (fixed) {
                           command.in_child = fixed->entering(folder);
                         } else {
                           command.folder = folder;
                         }
                         return command;
                       }};
}

}  // namespace xaas
