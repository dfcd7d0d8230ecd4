// SPDX-License-Identifier: Apache-2.0
#include "specialize/deployment.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/rootfs/runtime_files.hpp"
#include "xaas/rootfs/sif.hpp"
#include "xaas/rootfs/squashfs.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/place_file.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <utility>

namespace xaas {
namespace {

ImageConfig deployed_config(const RootFileContent& content) {
  ImageConfig config = content.image.generic.config;
  config.labels.merge(deployment_annotations(content.record));
  return config;
}

Result<LayerContent> root_of(const RootFileContent& content, const ImageConfig& config) {
  XAAS_TRY(auto files, content_of_folder(content.root));
  for (auto& [path, entry] :
       product_layer(content.image, content.parts.front().products, content.record))
    files[path] = std::move(entry);
  add_runtime_files(files, config);
  return files;
}

/// The image configuration's inner object, which is what Apptainer calls `oci-config.json`.
Result<std::string> oci_config(const ImageConfig& config) {
  XAAS_TRY(const auto document, parse_json(print_config(config)));
  return print_json(document.value("config", Json::object()));
}

}  // namespace

Status write_root_file(const RootFileContent& content, const FileOutput& output) {
  const std::filesystem::path parent = output.file.parent_path();
  XAAS_CHECK(make_folders(parent));
  remove_stale_temporaries(parent);
  XAAS_TRY(const auto temporary, TemporaryFolder::make(parent));
  const std::filesystem::path file = temporary.path() / "file";
  const ImageConfig config = deployed_config(content);
  XAAS_TRY(const auto root, root_of(content, config));
  if (output.form == FileOutput::Form::squashfs) {
    XAAS_TRY(const auto size, write_squashfs(root, file, content.threads));
    static_cast<void>(size);
  } else {
    std::map<std::string, std::string> documents{
        {std::string(k_sif_record), print_record(content.record)}};
    XAAS_TRY(documents["oci-config.json"], oci_config(config));
    XAAS_CHECK(write_sif({.root = root,
                          .architecture = content.image.ir.architecture,
                          .documents = std::move(documents)},
                         file, content.threads));
  }
  return place_file(file, output.file, content.force ? Overwrite::yes : Overwrite::no);
}

}  // namespace xaas
