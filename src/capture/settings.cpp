// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

namespace xaas {

std::string print_settings(const WrapperSettings& settings) {
  return print_json(Json{
      {"c_compiler", settings.c_compiler},
      {"cxx_compiler", settings.cxx_compiler},
      {"fortran_compiler", settings.fortran_compiler},
      {"linker", settings.linker},
      {"gcc", settings.gcc},
      {"gxx", settings.gxx},
      {"search_path", settings.search_path},
      {"baseline", settings.baseline},
      {"prefix_map_flags", settings.prefix_map_flags},
      {"root", settings.root},
      {"compile_cache", settings.compile_cache},
      {"compiler_version", settings.compiler_version},
      {"system_folders", settings.system_folders},
      {"environment", settings.environment},
  });
}

Result<WrapperSettings> read_settings(const std::filesystem::path& capture_folder) {
  const auto path = capture_folder / "settings.json";
  XAAS_TRY(const std::string text, read_file(path));
  XAAS_TRY(const Json json, parse_json(text));
  const JsonReader reader(json, path.string());
  WrapperSettings settings;
  XAAS_TRY(settings.c_compiler, reader.string("c_compiler"));
  XAAS_TRY(settings.cxx_compiler, reader.string("cxx_compiler"));
  XAAS_TRY(settings.fortran_compiler, reader.string("fortran_compiler"));
  XAAS_TRY(settings.linker, reader.string("linker"));
  XAAS_TRY(settings.gcc, reader.string("gcc"));
  XAAS_TRY(settings.gxx, reader.string("gxx"));
  XAAS_TRY(settings.search_path, reader.string("search_path"));
  XAAS_TRY(settings.baseline, reader.string("baseline"));
  XAAS_TRY(settings.prefix_map_flags, reader.strings("prefix_map_flags"));
  XAAS_TRY(settings.root, reader.string("root"));
  XAAS_TRY(settings.compile_cache, reader.string("compile_cache"));
  XAAS_TRY(settings.compiler_version, reader.string("compiler_version"));
  XAAS_TRY(settings.system_folders, reader.strings("system_folders"));
  XAAS_TRY(settings.environment, reader.strings("environment"));
  return settings;
}

}  // namespace xaas
