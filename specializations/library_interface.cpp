// SPDX-License-Identifier: Apache-2.0
#include "xaas/specializations/library_interface.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace xaas {
namespace {

bool is_like(const std::string& soname, const std::string& pattern) {
  return ::fnmatch(pattern.c_str(), soname.c_str(), FNM_NOESCAPE) == 0;
}

/// The one with the longest pattern that fits; null: none does.
template <class Named>
const Named* named_by(const std::vector<Named>& all, const std::string& soname) {
  const Named* best = nullptr;
  std::size_t longest = 0;
  for (const Named& one : all) {
    for (const std::string& pattern : one.sonames) {
      if (pattern.size() <= longest || !is_like(soname, pattern)) continue;
      best = &one;
      longest = pattern.size();
    }
  }
  return best;
}

}  // namespace

bool is_called_like(const std::string& soname, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return is_like(soname, pattern); });
}

InterfaceOpening opened_by(const std::vector<LibraryInterface>& interfaces,
                           const std::string& soname) {
  InterfaceOpening all{.sonames = {soname}};
  for (const LibraryInterface& interface : interfaces) {
    for (const InterfaceOpening& opening : interface.opens) {
      if (!is_called_like(soname, opening.sonames)) continue;
      all.files.insert(all.files.end(), opening.files.begin(), opening.files.end());
      all.environment.insert(opening.environment.begin(), opening.environment.end());
    }
  }
  return all;
}

const LibraryInterface* interface_of(const std::vector<LibraryInterface>& interfaces,
                                     const std::string& soname) {
  return named_by(interfaces, soname);
}

std::string class_of(const LibraryInterface& interface, const std::string& soname) {
  const InterfaceClass* told = named_by(interface.classes, soname);
  return told == nullptr ? std::string() : told->name;
}

const InterfaceImplementation* implementation_called(const LibraryInterface& interface,
                                                     std::string_view name) {
  const auto found =
      std::ranges::find(interface.implementations, name, &InterfaceImplementation::name);
  return found == interface.implementations.end() ? nullptr : &*found;
}

}  // namespace xaas
