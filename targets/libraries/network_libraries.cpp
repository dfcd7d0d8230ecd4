// SPDX-License-Identifier: Apache-2.0
#include "network_libraries.hpp"

#include "opened_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// libfabric has a table of all providers' names, built in or not: it tells nothing. The library
/// that drives the hardware does.
struct Driver {
  std::string_view soname;
  std::string_view provider;
};
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_drivers = std::to_array<Driver>({
    {"libcxi.so.", "cxi"},
    {"libefa.so.", "efa"},
    {"libpsm2.so.", "psm2"},
    {"libpsm_infinipath.so.", "psm"},
    {"librdmacm.so.", "verbs"},
    {"libucp.so.", "ucx"},
});
// NOLINTEND(modernize-use-designated-initializers)
constexpr auto k_parts = std::to_array<std::string_view>({"libfabric.so", "libucp.so"});

/// "verbs" of libverbs-fi.so: names between `begin` and `end` of files in a folder.
void add_modules(const HostProbe& probe, const std::string& folder, std::string_view begin,
                 std::string_view end, std::set<std::string>& modules) {
  const auto names = probe.list(folder);
  if (!names) return;
  for (std::string_view name : *names) {
    if (!name.starts_with(begin)) continue;
    name.remove_prefix(begin.size());
    const auto length = name.find(end);
    if (length != name.npos && length > 0) modules.emplace(name.substr(0, length));
  }
}

NetworkLibrary libfabric_of(const HostProbe& probe, const OpenedLibrary& library) {
  std::set<std::string> providers;
  for (const Driver& driver : k_drivers)
    if (library.needs_any(std::array{driver.soname})) providers.emplace(driver.provider);
  add_modules(probe, fmt::format("{}/libfabric", folder_in(library.file)), "lib", "-fi.so",
              providers);
  return {.name = "libfabric",
          .version = lone_version(library.constants, 3),
          .providers = {providers.begin(), providers.end()},
          .path = library.path};
}

NetworkLibrary ucx_of(const HostProbe& probe, const OpenedLibrary& library) {
  std::set<std::string> transports;
  add_modules(probe, fmt::format("{}/ucx", folder_in(library.file)), "libuct_", ".so", transports);
  return {.name = "ucx",
          .version = lone_version(library.constants, 3),
          .providers = {transports.begin(), transports.end()},
          .path = library.path};
}

NetworkLibrary network_library_of(const HostProbe& probe, const OpenedLibrary& library) {
  return library.exports.contains("fi_getinfo") ? libfabric_of(probe, library)
                                                : ucx_of(probe, library);
}

}  // namespace

NetworkLibraryFacts find_network_libraries(const HostProbe& probe, const LibrarySearch& search,
                                           std::string_view architecture) {
  NetworkLibraryFacts facts;
  facts.problems = for_each_library(probe, search,
                                    {.architecture = architecture,
                                     .parts_of_names = k_parts,
                                     .symbols = {"fi_getinfo", "ucp_get_version_string"}},
                                    [&](const OpenedLibrary& library) {
                                      auto next = network_library_of(probe, library);
                                      const auto is_same = [&](const NetworkLibrary& other) {
                                        return other.name == next.name;
                                      };
                                      if (std::ranges::none_of(facts.libraries, is_same))
                                        facts.libraries.push_back(std::move(next));
                                    });
  return facts;
}

}  // namespace xaas
