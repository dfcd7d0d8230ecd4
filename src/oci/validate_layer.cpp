// SPDX-License-Identifier: Apache-2.0
#include "layer_path.hpp"
#include "layer_reader.hpp"
#include "spec_checks.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace xaas {
namespace {

void check_item(const LayerItem& item, std::set<std::string>& seen, std::string_view where,
                Breaches& breaches) {
  if (!seen.insert(item.path).second)
    breaches.add(where, "has two entries for `" + item.path + "`");
  const auto is_marker = [](const std::string& name) {
    return name.starts_with(k_whiteout_prefix);
  };
  const auto& components = item.components;
  if (components.empty()) return;
  const bool is_inside_marker = std::any_of(components.begin(), components.end() - 1, is_marker);
  if (is_inside_marker || (is_marker(components.back()) && item.kind != LayerItem::Kind::file))
    breaches.add(where, "uses the whiteout name `" + item.path + "` for something else");
  if (item.kind == LayerItem::Kind::link && item.target.empty())
    breaches.add(where, "has a link `" + item.path + "` without a target");
}

Status check_entries(LayerReader& reader, std::string_view where, Breaches& breaches) {
  std::set<std::string> seen;
  for (;;) {
    XAAS_TRY(const auto item, reader.next());
    if (!item) return {};
    check_item(*item, seen, where, breaches);
  }
}

}  // namespace

Status check_layer(const Layout& layout, const Descriptor& layer, const Digest& diff_id,
                   std::string_view where, Breaches& breaches) {
  const ExtractionLimits limits;
  auto reader = LayerReader::open(layout, layer, limits);
  if (!reader) return as_breach(std::move(reader.error()), where, breaches);
  if (auto status = check_entries(*reader, where, breaches); !status)
    return as_breach(std::move(status.error()), where, breaches);
  if (diff_id.is_empty()) return {};
  auto found = diff_id_of(layout, layer, limits);
  if (!found) return as_breach(std::move(found.error()), where, breaches);
  if (*found != diff_id) {
    breaches.add(where,
                 "unpacks to `" + found->str() + "`, but its diff_id is `" + diff_id.str() + "`");
  }
  return {};
}

}  // namespace xaas
