// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/targets/site_profile.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A variable that a module sets or adds to; of several values, in the file's order.
struct ModuleSetting {
  std::string variable;
  std::string value;
  friend bool operator==(const ModuleSetting&, const ModuleSetting&) = default;
};

/// What the text of a modulefile says that loading it does.
struct ModuleText {
  std::vector<ModuleSetting> settings;
  std::string prerequisite;  // a module that must be loaded before; empty: none
  friend bool operator==(const ModuleText&, const ModuleText&) = default;
};

/// A file larger than this is no modulefile, and a value longer than that no path.
constexpr std::size_t k_longest_modulefile = std::size_t{256} * 1024;
constexpr std::size_t k_longest_module_value = std::size_t{16} * 1024;

/// Reads a modulefile as text, line by line: nothing of it is run. Every branch counts, and what
/// needs an interpreter is passed over, so that a setting may be missing or be that of another
/// machine: what it names must be looked at. `name` is as `module load` takes it
/// ("openmpi/4.1.5"). Lua files end in ".lua"; Tcl's begin with "#%Module", as they must, and
/// anything else is empty.
ModuleText read_modulefile(std::string_view text, std::string_view path, std::string_view name,
                           const Variables& environment);

/// The version that a file beside modulefiles (.version, .modulerc, .modulerc.lua) makes the
/// default; empty when it names none.
std::string default_version_in(std::string_view text);

/// What read_modulefile() takes for each language.
ModuleText read_tcl_modulefile(std::string_view text, const Variables& environment);
ModuleText read_lua_modulefile(std::string_view text, std::string_view name,
                               const Variables& environment);

}  // namespace xaas
