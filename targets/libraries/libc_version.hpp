// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host_probe.hpp"

#include <string>
#include <string_view>

namespace xaas {

struct LibcFacts {
  std::string version;  // "2.36"; empty: unknown
  std::string path;     // of the library that says so
  std::string problem;  // a sentence when the version is unknown
  bool looked = false;  // into some folder; a saved tree need not have any
};

/// The version of the machine's libc.so.6. The library is read, not run: the machine described may
/// be another one, and its loader need not be ours.
LibcFacts find_libc(const HostProbe& probe, std::string_view architecture);
}  // namespace xaas
