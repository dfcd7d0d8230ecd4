// SPDX-License-Identifier: Apache-2.0

// Static archives, as a build or a machine's packages have them.

#include "property.hpp"
#include "thin_archive.hpp"

#include "xaas/elf/elf_file.hpp"

#include <string>

namespace xaas::fuzzing {
namespace {

// A thin archive names files; none is there.
constexpr const char* k_nowhere = "/nonexistent";

void expect_same_members(const std::vector<ArchiveMember>& members) {
  const auto written = write_archive(members);
  if (!written) return expect_clear(written.error());
  const auto again = read_archive(*written, k_nowhere);
  if (!again || !*again) return report_broken("an archive of ours is read again");
  expect(**again == members, "an archive has the members that were written");
  const auto second = write_archive(**again);
  expect(second && *second == *written, "the same members give the same bytes");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  // A name may be absolute, and reading a device has no end: that is the build's own doing.
  if (is_thin_archive(text) && (text.contains("/dev") || text.contains("/proc"))) return 0;
  if (is_thin_archive(text)) {
    const auto whole = inline_thin_archive(text, fuzzing::k_nowhere);
    if (!whole) fuzzing::expect_clear(whole.error());
  }
  const auto members = read_archive(text, fuzzing::k_nowhere);
  if (!members) {
    fuzzing::expect_clear(members.error());
  } else if (*members) {
    fuzzing::expect_same_members(**members);
  }
  return 0;
}
