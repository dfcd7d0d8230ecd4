// SPDX-License-Identifier: Apache-2.0

// OCI archives: a tar file, plain or compressed as a whole, that holds an image layout.

#include "layout_files.hpp"
#include "property.hpp"

#include "xaas/oci/layout.hpp"
#include "xaas/support/digest.hpp"

#include <fmt/format.h>

#include <sys/mman.h>

#include <cstdlib>

namespace xaas::fuzzing {
namespace {

void expect_verified_blob(const Layout& layout, const Descriptor& descriptor) {
  const auto bytes = layout.read_blob(descriptor);
  expect(!bytes || layout.has_blob(descriptor.digest), "what is read is there");
  if (!bytes) return expect_clear(bytes.error());
  expect(digest_of(*bytes) == descriptor.digest, "a blob has its digest");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const OpenFile file(::memfd_create("archive", MFD_CLOEXEC));
  if (!file.is_open() || !write_all(file.number(), fuzzing::text_of(bytes, size), "archive"))
    std::abort();
  const auto layout = Layout::open_archive(fmt::format("/proc/self/fd/{}", file.number()));
  if (!layout) {
    fuzzing::expect_clear(layout.error());
    return 0;
  }
  const auto tags = layout->tags();
  fuzzing::expect(tags.has_value(), "an index that was read is read again");
  for (const auto& tag : *tags) {
    const auto tagged = layout->find_tag(tag);
    if (!tagged) {
      fuzzing::expect_clear(tagged.error());
    } else if (*tagged) {
      fuzzing::expect_verified_blob(*layout, **tagged);
    }
  }
  return 0;
}
