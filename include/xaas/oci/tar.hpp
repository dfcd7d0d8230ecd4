// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace xaas {

/// A tar archive of regular files, path -> bytes: a pure function of them, as layers are.
std::string tar_of(const std::map<std::string, std::string>& files);

}  // namespace xaas
