// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "invocation.hpp"

#include <string>
#include <vector>

// What the flags of a compile have to do with its reuse. Everything that is not named here counts
// as it stands.

namespace xaas {

enum class FlagEffect {
  object,    // the code, or something that is not known
  output,    // where results go
  text,      // what the preprocessor does: its text shows it
  openmp,    // nothing where the text has no directive
  quiet,     // fewer messages: `-w`, `-Wno-unused`
  elsewhere  // reads or writes files that nothing tells of, or searches in a way of its own
};
FlagEffect effect_of(const Argument& argument);

/// Moves the folders of the system, which may be the build's own then: `--sysroot`.
bool moves_the_system(const CompilerInvocation& invocation);

/// Debug information names every line ...
bool asks_for_debug_info(const CompilerInvocation& invocation);
/// ... and from its third level on every macro.
bool asks_for_macros(const CompilerInvocation& invocation);

/// All flags about messages, in order: `-Wall`, `-Wno-unused`, `-w`.
std::vector<std::string> message_flags(const CompilerInvocation& invocation);

/// Whether a compile with the flags `loud` and without messages would have had none with the flags
/// `other` either, which are the same but for more that quieten: each flag turns warnings on or
/// off, so one that turns some off, wherever it stands, leaves no more of them on at the end.
bool says_no_more(const std::vector<std::string>& other, const std::vector<std::string>& loud);

/// As they are written: folders that flags add to the search for headers, and headers that the
/// command includes before the source.
std::vector<std::string> search_folders(const CompilerInvocation& invocation);
std::vector<std::string> forced_headers(const CompilerInvocation& invocation);

}  // namespace xaas
