// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xaas {

enum class TarKind { file, link, folder };

struct TarMember {
  std::string path;
  TarKind kind = TarKind::file;
  unsigned mode = 0644;
  std::uint64_t size = 0;
  std::string link_target;
};

/// What stands before a member's bytes: a ustar header block, with a pax header before it only
/// where ustar cannot say it (long or non-ASCII names, eight gigabytes and more). Owner 0, time 0,
/// no names of users: a pure function of the member.
std::string tar_header(const TarMember& member);

/// The zero bytes after a member of this size.
std::string_view tar_padding(std::uint64_t size);

/// The two zero blocks that end an archive.
std::string_view tar_end();

}  // namespace xaas
