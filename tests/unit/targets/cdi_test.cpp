// SPDX-License-Identifier: Apache-2.0
#include "cdi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// As nvidia-ctk writes it.
constexpr std::string_view k_yaml = R"(---
cdiVersion: 0.5.0
containerEdits:
  deviceNodes:
  - path: /dev/nvidiactl
  hooks:
  - args:
    - nvidia-cdi-hook
    - create-symlinks
    hookName: createContainer
    path: /usr/bin/nvidia-cdi-hook
devices:
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
    - path: /dev/dri/renderD128
  name: "0"
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
    - path: /dev/dri/renderD128
  name: GPU-1b7e
kind: nvidia.com/gpu
)";

TEST(ReadCdi, TakesYaml) {
  const auto file = read_cdi(k_yaml);
  ASSERT_TRUE(file.has_value()) << file.error().message();
  EXPECT_EQ(file->kind, "nvidia.com/gpu");
  EXPECT_THAT(file->nodes, ElementsAre("/dev/dri/renderD128", "/dev/nvidia0"));
}

TEST(ReadCdi, TakesJson) {
  const auto file = read_cdi(
      "{\n\t\"cdiVersion\": \"0.6.0\", \"kind\": \"amd.com\\/gpu\", \"annotations\": null,\n"
      "\t\"devices\": [{\"name\": \"0\", \"containerEdits\": {\"deviceNodes\": "
      "[{\"path\": \"/dev/kfd\"}, {\"path\": \"/dev/dri/renderD128\"}]}}]}\n");
  ASSERT_TRUE(file.has_value()) << file.error().message();
  EXPECT_EQ(file->kind, "amd.com/gpu");
  EXPECT_THAT(file->nodes, ElementsAre("/dev/dri/renderD128", "/dev/kfd"));
}

TEST(ReadCdi, TakesDevicesWithoutNodes) {
  const auto file = read_cdi("kind: a.com/b\ndevices:\n- name: x\n  containerEdits: {}\n");
  ASSERT_TRUE(file.has_value()) << file.error().message();
  EXPECT_THAT(file->nodes, IsEmpty());
}

TEST(ReadCdi, SaysWhereItIsNone) {
  const std::pair<std::string, const char*> wrong[] = {
      {"", "it holds nothing"},
      {"kind: nvidia.com/gpu\n", "line 1: missing required key 'devices'"},
      {"{\"kind\": \"nvidia.com/gpu\", \"devices\": [", "line 1: "},
      {"kind: nvidia.com/gpu\ndevices: all\n", "line 2: not a sequence"},
      {"kind: nvidia.com/gpu\ndevices:\n- name: x\n  containerEdits:\n    deviceNodes:\n    - 1\n",
       "line 6: not a mapping"},
      {std::string("\x7f"
                   "ELF\x02\x01\x01\0\0\0",
                   10),
       "line 1: "},
  };
  for (const auto& [text, reason] : wrong) {
    const auto file = read_cdi(text);
    ASSERT_FALSE(file.has_value()) << text;
    EXPECT_THAT(file.error().message(), HasSubstr(reason)) << text;
    EXPECT_EQ(file.error().code(), "target.no-answer");
  }
}

// Each of these ends a program that reads it level by level.
TEST(ReadCdi, RefusesWhatNestsDeeply) {
  const auto times = [](std::size_t count, std::string_view text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
  };
  std::string stairs;
  for (std::size_t i = 0; i < 1000; ++i) stairs += times(i, " ") + "-\n";
  for (const std::string& text : {times(500'000, "["), times(100'000, "{a: "), times(100'000, "- "),
                                  times(100'000, "? "), "a: " + times(100'000, "- "), stairs}) {
    const auto file = read_cdi(text);
    ASSERT_FALSE(file.has_value());
    EXPECT_THAT(file.error().message(), HasSubstr("it nests too deeply")) << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace xaas
