// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace xaas {

/// A name that no other call, thread or process uses: `.xaas-tmp-PLACE-PID-START-NUMBER`.
std::string temporary_name();

}  // namespace xaas
