// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/choose_libraries.hpp"

#include <algorithm>
#include <cstddef>
#include <variant>

namespace xaas {

LibraryUses library_uses(const IrManifest& manifest,
                         const std::vector<LibraryInterface>& interfaces) {
  LibraryUses uses;
  std::set<std::size_t> links;
  for (const std::size_t product : manifest.configurations.front().products)
    links.insert(manifest.products[product].link);
  for (const std::size_t link : links) {
    for (const LinkItem& item : manifest.links[link].items) {
      const auto* library = std::get_if<LinkLibrary>(&item);
      if (library == nullptr || !library->uses) continue;
      const LibraryInterface* interface = interface_of(interfaces, library->soname);
      if (interface == nullptr) continue;
      auto& symbols = uses[interface->name][library->soname];
      for (const std::string& symbol : *library->uses)
        symbols.insert(symbol.substr(0, symbol.find('@')));
    }
  }
  std::erase_if(uses, [](const auto& use) {
    return std::ranges::all_of(use.second, [](const auto& taken) { return taken.second.empty(); });
  });
  return uses;
}

}  // namespace xaas
