// SPDX-License-Identifier: Apache-2.0

// Site profiles, which administrators write by hand, and the paths that they make of variables.

#include "property.hpp"

#include "xaas/targets/site_profile.hpp"

#include <filesystem>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  const auto profile = fuzzing::expect_round_trip(text, &parse_site_profile, &print_site_profile);
  if (!profile) return 0;
  const auto folder = site_cache(*profile, [](const std::string& name) {
    return name.size() > 4 ? std::nullopt : std::optional<std::string>(name);
  });
  if (!folder) {
    fuzzing::expect_clear(folder.error());
  } else {
    fuzzing::expect(folder->empty() == profile->cache.empty(),
                    "a cache that is named is somewhere");
    fuzzing::expect(folder->empty() || folder->is_absolute(), "a cache is the same in each folder");
    fuzzing::expect(!folder->string().contains('$'), "every variable has its value");
  }
  return 0;
}
