// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit_table.hpp"

#include "xaas/capture/build.hpp"
#include "xaas/ir/manifest.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace xaas {

/// Where a shared library that a link used lies in the generic image: by the path the link opened,
/// its soname and its content. Empty: it is not in the image.
using LibraryPlace = std::function<std::string(const std::string& path, const std::string& soname,
                                               const Digest& content)>;

/// Turns recorded links into links of the manifest: objects become units, archives of the build's
/// own objects become lists of units, everything else is carried as a file.
class LinkTable {
 public:
  LinkTable(const BuildResult& build, UnitTable& units, const BlobFolder& blobs);

  /// `unsupported` when the link itself could not be recorded.
  Result<Link> make_link(const LinkRecord& record, const LibraryPlace& place);

  /// An installed archive of these objects, which are in the build's store.
  Link make_archive(const std::string& name, const std::vector<UsedObject>& objects);

 private:
  Status add_input(const RecordedInput& input, const LibraryPlace& place, Link& link);
  Status add_object(const RecordedInput& input, Link& link);
  Status add_archive(const RecordedInput& input, Link& link);
  Status add_library(const RecordedInput& input, const LibraryPlace& place, Link& link);
  Status add_file(const RecordedInput& input, Link& link);
  /// The `ld -r` link that made this object, if its inputs can stand in its place.
  [[nodiscard]] const LinkRecord* expandable_link(const Digest& object) const;
  Result<std::string> stored(const Digest& content) const;

  const BuildResult* build_;
  UnitTable* units_;
  const BlobFolder* blobs_;
  std::map<Digest, const LinkRecord*> relocatable_links_;
};

}  // namespace xaas
