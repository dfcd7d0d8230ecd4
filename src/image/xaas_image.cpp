// SPDX-License-Identifier: Apache-2.0
#include "xaas/image/xaas_image.hpp"

#include "entries.hpp"

#include "xaas/image/manifest_blob.hpp"
#include "xaas/oci/layer.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/place_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

/// The annotation tells without a look into the manifest, but not every client keeps it (podman
/// manifest add).
Result<std::optional<Descriptor>> find_ir_entry(const Layout& layout,
                                                const std::vector<Descriptor>& manifests) {
  for (const Descriptor& entry : manifests)
    if (entry.annotations.contains(std::string(k_annotation_ir))) return entry;
  for (const Descriptor& entry : manifests) {
    if (!is_no_image(entry) || !layout.has_blob(entry.digest)) continue;
    XAAS_TRY(const auto text, layout.read_blob(entry));
    XAAS_TRY(const auto manifest, parse_manifest(text));
    if (manifest.artifact_type.starts_with(k_ir_artifact)) return entry;  // of any version
  }
  return std::nullopt;
}

Result<std::vector<RunnableImage>> pick_runnables(const Layout& layout,
                                                  const std::vector<Descriptor>& manifests,
                                                  const LayoutReference& reference,
                                                  std::string_view architecture) {
  std::vector<RunnableImage> images;
  std::vector<std::string> others;
  for (const Descriptor& descriptor : manifests) {
    if (is_no_image(descriptor)) continue;
    XAAS_TRY(auto image, read_runnable(layout, descriptor));
    const std::string& found = image.config.platform.architecture;
    if (architecture.empty() || found == architecture) {
      images.push_back(std::move(image));
    } else {
      others.push_back(found);
    }
  }
  if (!images.empty()) return images;
  return fail(ErrorKind::not_found, "`{}` has no runnable image{}{}", reference.str(),
              architecture.empty() ? "" : " for ", architecture)
      .with_code("image.no-runnable")
      .with_help(others.empty() ? "" : fmt::format("it has: {}", fmt::join(others, ", ")));
}

/// Of these, the image that the IR is of. A client that compressed its layers anew has given it
/// another name; then it is the first.
RunnableImage take_generic(std::vector<RunnableImage> images, const ImageManifest& ir) {
  auto generic = images.begin();
  if (ir.subject) {
    const auto named =
        std::ranges::find(images, ir.subject->digest,
                          [](const RunnableImage& image) { return image.descriptor.digest; });
    if (named != images.end()) generic = named;
  }
  return std::move(*generic);
}

}  // namespace

Result<std::vector<RunnableImage>> find_runnables(const Layout& layout,
                                                  const LayoutReference& reference,
                                                  std::string_view architecture) {
  XAAS_TRY(const auto tagged, find_required_tag(layout, reference));
  XAAS_TRY(const auto manifests, collect_manifests(layout, tagged));
  return pick_runnables(layout, manifests, reference, architecture);
}

Result<IrImage> open_ir_image(const LayoutReference& reference) {
  XAAS_TRY(auto layout, Layout::open(reference));
  XAAS_TRY(auto tagged, find_required_tag(layout, reference));
  XAAS_TRY(const auto manifests, collect_manifests(layout, tagged));
  XAAS_TRY(const auto entry, find_ir_entry(layout, manifests));
  if (!entry) {
    return fail(ErrorKind::not_found, "`{}` holds no IR: there is nothing to specialize",
                reference.str())
        .with_code("image.no-ir")
        .with_help(std::string(k_keep_ir_help));
  }
  if (!layout.has_blob(entry->digest)) {
    return fail(ErrorKind::not_found, "`{}` lists its IR, but `{}` is not in the layout",
                reference.str(), entry->digest.str())
        .with_code("image.no-ir")
        .with_help(std::string(k_keep_ir_help));
  }
  XAAS_TRY(const auto manifest_text, layout.read_blob(*entry));
  XAAS_TRY(auto ir_layers, parse_manifest(manifest_text));
  XAAS_TRY(auto ir, while_doing(read_ir_manifest(layout, ir_layers.config),
                                fmt::format("reading the IR manifest of `{}`", reference.str())));
  XAAS_TRY(auto runnables, pick_runnables(layout, manifests, reference, ir.architecture));
  RunnableImage generic = take_generic(std::move(runnables), ir_layers);
  const auto& layers = generic.manifest.layers;
  std::vector<Descriptor> application(std::prev(layers.end(), layers.empty() ? 0 : 1),
                                      layers.end());
  return IrImage{.reference = reference,
                 .layout = std::move(layout),
                 .index = std::move(tagged),
                 .generic = std::move(generic),
                 .application_layers = std::move(application),
                 .ir_descriptor = *entry,
                 .ir_layers = std::move(ir_layers),
                 .ir = std::move(ir)};
}

namespace {

/// --force replaces archives, and nothing else.
Status check_can_write_archive(const LayoutReference& output, Replace replace) {
  XAAS_CHECK(while_doing(check_can_make_beside(output.path), "looking at the output"));
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(output.path, error))) return {};
  if (replace == Replace::no) return file_exists(output.path);
  if (Layout::open(output)) return {};
  return fail(ErrorKind::invalid_input, "`{}` exists and is no OCI archive", output.path.string())
      .with_code("output.not-ours")
      .with_help("--force replaces OCI archives only; choose another name or remove it yourself");
}

}  // namespace

Status check_can_write(const LayoutReference& output, Replace replace) {
  if (output.form == LayoutReference::Form::archive)
    return check_can_write_archive(output, replace);
  XAAS_CHECK(while_doing(check_can_make(output.path), "looking at the output"));
  std::error_code error;
  if (!std::filesystem::exists(output.path / "oci-layout", error))
    return check_free_for_layout(output.path);
  XAAS_TRY(const auto layout, while_doing(Layout::open(output.path), "looking at the output"));
  XAAS_TRY(const auto tagged, layout.find_tag(output.tag));
  if (!tagged || replace == Replace::yes) return {};
  return tag_exists(output);
}

namespace {

/// A link that counts from the image's root would lead to this machine's files for whoever does not
/// enter the image: the linker, and a loader that is given its folders.
Status make_links_relative(const std::filesystem::path& root) {
  XAAS_TRY(const auto files, list_tree(root));
  for (const std::filesystem::path& file : files) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(root / file, error);
    if (error || !target.is_absolute()) continue;
    std::filesystem::path relative;
    for (auto folder = file.parent_path(); !folder.empty(); folder = folder.parent_path())
      relative /= "..";
    relative /= target.relative_path();
    std::filesystem::remove(root / file, error);
    XAAS_CHECK(make_link(relative.empty() ? "." : relative, root / file));
  }
  return {};
}

}  // namespace

Status unpack_image(const Layout& layout, const RunnableImage& image,
                    const std::filesystem::path& root) {
  XAAS_CHECK(make_folders(root));
  for (const Descriptor& layer : image.manifest.layers) {
    // Files are named as in the image; a full disk has a place.
    XAAS_CHECK(
        while_doing(extract_layer(layout, layer, root, limits_of(layer, std::uint64_t{1} << 30)),
                    "unpacking the image into `" + root.string() + "`"));
  }
  return make_links_relative(root);
}

}  // namespace xaas
