// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace xaas {

/// What was installed below the placeholder in the staging root moves to the prefix of the image,
/// into what the build may have installed there by itself; links that name the placeholder are
/// turned. The contents of files stay.
Status move_to_prefix(const std::filesystem::path& stage, const Install& install);

/// What was installed through links that the image's root has (name -> target) moves to where they
/// lead: `/bin/x` is `/usr/bin/x` on a merged /usr, and has no other name from here on.
Status move_behind_root_links(const std::filesystem::path& stage,
                              const std::map<std::string, std::string>& root_links);

/// An installed file with the prefix of the image for the placeholder, and where it stands in it
/// now; no places where it named none.
struct PrefixedContent {
  std::string bytes;
  PrefixedFile facts;
};
PrefixedContent put_prefix(std::string_view bytes, const std::string& path, const Install& install);

/// Every option of a link that names the placeholder names the prefix of the image.
void put_prefix(Link& link, const Install& install);

}  // namespace xaas
