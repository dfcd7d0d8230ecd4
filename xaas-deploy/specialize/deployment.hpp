// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/deployment_record.hpp"
#include "specialize/tree_layout.hpp"
#include "specialize/verify_products.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/support/result.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xaas {

/// `tree:FOLDER`.
struct TreeOutput {
  std::filesystem::path folder;
};
/// `sqsh:FILE` and `sif:FILE`: the root file system as one file.
struct FileOutput {
  enum class Form { squashfs, sif } form = Form::squashfs;
  std::filesystem::path file;
};
using DeploymentOutput = std::variant<TreeOutput, LayoutReference, FileOutput>;

Result<DeploymentOutput> parse_deployment_output(const std::string& text);

/// Refused early when something is there that would be lost.
Status check_output_is_free(const DeploymentOutput& output, bool force);

/// What was lowered for one target; sorted by product.
struct ProductSet {
  std::vector<VerifiedProduct> products;
  bool runs_here = false;  // this machine can run them: see that they load
};

struct TreeContent {
  const IrImage& image;
  const std::filesystem::path& root;  // the generic image, unpacked
  const TreeLayout& layout;
  const std::vector<ProductSet>& parts;  // as `record.targets`
  const Placement& placement;
  DeploymentRecord record;
  bool force = false;  // a deployment that is there by then may be replaced
};

/// Writes the tree beside its place and moves it there when it is whole; gives the record, to which
/// it adds where the prefix stands. `output.exists` when another process has put something there
/// meanwhile.
Result<DeploymentRecord> write_tree(TreeContent content, const TreeOutput& output);

/// The record's name among a SIF file's objects.
inline constexpr std::string_view k_sif_record = "xaas-deployment.json";

/// The record of one target's part alone.
DeploymentRecord record_of_part(const DeploymentRecord& record, std::size_t part);

/// What a deployment for one target puts over the generic image: the products and the record.
LayerContent product_layer(const IrImage& image, const std::vector<VerifiedProduct>& products,
                           const DeploymentRecord& record);

/// What is said of a deployment for one target where nobody unpacks it: enough to choose by, see
/// stated_target().
Annotations deployment_annotations(const DeploymentRecord& record);

/// The target of a deployed image by its annotations, as far as choose_target() looks at it; empty
/// when they name none.
std::optional<Target> stated_target(const Annotations& annotations,
                                    const std::string& architecture);

struct RootFileContent {
  const IrImage& image;
  const std::filesystem::path& root;     // the generic image, unpacked
  const std::vector<ProductSet>& parts;  // as `record.targets`; one alone for a root file
  const DeploymentRecord& record;
  unsigned threads = 1;
  bool force = false;  // what is there by then may be replaced
};

/// Writes the file beside its place and moves it there when it is whole. `output.exists` when
/// another process has put something there meanwhile.
Status write_root_file(const RootFileContent& content, const FileOutput& output);

/// Adds a layer with the products and the record to the generic image, for each target. One
/// deployed image is tagged; of several an index, in which the generic image comes first and
/// without a variant, so that plain clients take it, and each has a tag of its own besides
/// (TAG-generic, TAG-TARGET). `output.exists` when the tag has been taken meanwhile and may not be
/// replaced.
Result<Descriptor> write_deployed_image(const IrImage& image, const std::vector<ProductSet>& parts,
                                        const DeploymentRecord& record,
                                        const LayoutReference& output, Replace replace);

}  // namespace xaas
