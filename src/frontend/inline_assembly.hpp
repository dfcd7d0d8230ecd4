// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace llvm {
class Module;
}

namespace xaas {

/// The directive by which inline assembly reads a file (".incbin"), empty when there is none. The
/// bitcode has the directive and not the file, which will not be there when it is lowered.
std::string file_reading_directive(const llvm::Module& module);

}  // namespace xaas
