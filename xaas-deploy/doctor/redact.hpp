// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace xaas {

/// Whom a text may tell of. Empty: nobody.
struct Identity {
  std::string user;
  std::set<std::string> homes;  // absolute paths
  std::set<std::string> hosts;  // with and without their domain
};

/// Of this process.
Identity own_identity();

/// A text that may be shown to strangers: `<user>`, `<home>` and `<host>` stand for the identity,
/// also in the paths of others' homes; `<e-mail>` for addresses; `<secret>` for what looks like a
/// key, a token or a password: by its own form, or because the variable or option before it is
/// called so. Rather too much is taken out than too little. What is JSON stays JSON.
std::string redacted(std::string_view text, const Identity& identity);

}  // namespace xaas
