// SPDX-License-Identifier: Apache-2.0
#include "raw_layer.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace xaas::testing {
namespace {

std::string block_of(const RawMember& member) {
  std::string block(512, '\0');
  const auto put = [&](std::size_t offset, std::string_view text) {
    block.replace(offset, text.size(), text);
  };
  put(0, member.name.substr(0, 100));
  put(100, fmt::format("{:07o}", member.mode));
  put(108, "0000000");
  put(116, "0000000");
  put(124, member.declared_size.empty() ? fmt::format("{:011o}", member.content.size())
                                        : member.declared_size);
  put(136, "00000000000");
  put(148, "        ");
  block[156] = member.type;
  put(157, member.link_target.substr(0, 100));
  put(257, "ustar");
  put(263, "00");
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum));
  block[154] = '\0';
  return block;
}

}  // namespace

std::string raw_tar(const std::vector<RawMember>& members) {
  std::string tar;
  for (const auto& member : members) {
    tar += block_of(member);
    tar += member.content;
    tar.resize((tar.size() + 511) / 512 * 512, '\0');
  }
  return tar + std::string(1024, '\0');
}

Descriptor put_raw_layer(Layout& layout, const std::vector<RawMember>& members) {
  auto descriptor = layout.put_blob(raw_tar(members), k_media_layer_tar);
  EXPECT_TRUE(descriptor);
  return descriptor.value_or(Descriptor{});
}

}  // namespace xaas::testing
