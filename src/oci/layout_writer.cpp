// SPDX-License-Identifier: Apache-2.0
#include "layout_archive.hpp"

#include "xaas/oci/layout.hpp"
#include "xaas/support/place_file.hpp"

#include <optional>
#include <utility>

namespace xaas {

Result<LayoutWriter> LayoutWriter::open(const LayoutReference& reference) {
  if (reference.form == LayoutReference::Form::folder) {
    XAAS_TRY(auto layout, Layout::open_or_create(reference.path));
    return LayoutWriter(reference, std::move(layout), std::nullopt);
  }
  std::error_code error;
  const auto parent = std::filesystem::absolute(reference.path, error).parent_path();
  XAAS_CHECK(make_folders(parent));
  remove_stale_temporaries(parent);
  XAAS_TRY(auto beside, TemporaryFolder::make(parent));
  XAAS_TRY(auto layout, Layout::open_or_create(beside.path() / "layout"));
  return LayoutWriter(reference, std::move(layout), std::move(beside));
}

Status LayoutWriter::finish(const std::map<std::string, Descriptor>& tags, Replace replace) {
  XAAS_CHECK(layout_.set_tags(tags, replace));
  if (!beside_) return {};
  const auto archive = beside_->path() / "archive";
  XAAS_CHECK(write_layout_archive(layout_, archive));
  return place_file(archive, reference_.path,
                    replace == Replace::yes ? Overwrite::yes : Overwrite::no);
}

}  // namespace xaas
