// SPDX-License-Identifier: Apache-2.0
#include "xaas/oci/layout.hpp"

#include "document.hpp"
#include "layout_archive.hpp"
#include "layout_files.hpp"
#include "names.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_layout_version = "1.0.0";

Result<std::string> read_version(std::string_view text) {
  XAAS_TRY(const auto document, while_doing(parse_document(text), "reading `oci-layout`"));
  return while_doing(JsonReader(document, "").string("imageLayoutVersion"), "reading `oci-layout`");
}

/// A file of the layout's own, by name.
Result<std::string> read_part(const Layout& layout, const std::string& name) {
  if (layout.archive() == nullptr) return read_file(layout.path() / name, k_longest_document);
  if (auto text = layout.archive()->document(name)) return *std::move(text);
  return fail(ErrorKind::not_found, "`{}` has no `{}`", layout.path().string(), name)
      .with_code("layout.corrupt");
}

Error no_layout(const Layout& layout) {
  if (layout.archive() != nullptr) {
    return fail(ErrorKind::not_found, "`{}` is no OCI archive: there is no `oci-layout` in it",
                layout.path().string())
        .with_help(
            "`skopeo copy docker-archive:FILE oci-archive:OTHER` makes one of what "
            "`docker save` wrote")
        .with_code("archive.not-oci");
  }
  return fail(ErrorKind::not_found, "there is no OCI layout in `{}`", layout.path().string())
      .with_help("an OCI layout is a folder with a file `oci-layout` in it")
      .with_code("layout.not-found");
}

Status check_version(const Layout& layout) {
  auto text = read_part(layout, "oci-layout");
  if (!text && text.error().kind() == ErrorKind::not_found) return no_layout(layout);
  if (!text) return std::move(text.error());
  auto read = read_version(*text);
  if (!read) return std::move(read.error()).with_code("layout.corrupt");
  const auto& version = *read;
  if (version != k_layout_version) {
    return fail(ErrorKind::unsupported, "the layout `{}` has version `{}`; this program reads `{}`",
                layout.path().string(), version, k_layout_version)
        .with_code("layout.version");
  }
  return {};
}

Result<std::string> read_index_text(const Layout& layout) {
  auto text = read_part(layout, "index.json");
  if (text || text.error().kind() != ErrorKind::not_found) return text;
  return fail(ErrorKind::corrupt, "the layout `{}` has no `index.json`", layout.path().string())
      .with_code("layout.corrupt");
}

Result<ImageIndex> read_layout_index(const Layout& layout) {
  XAAS_TRY(const auto text, read_index_text(layout));
  auto index = parse_index(text);
  if (!index) {
    return std::move(index.error())
        .while_doing("reading `" + (layout.path() / "index.json").string() + "`")
        .with_code("layout.corrupt");
  }
  return index;
}

bool holds_only_folders(const std::filesystem::path& folder) {
  const auto entries = list_tree(folder);
  return entries && std::ranges::all_of(*entries, [&](const std::filesystem::path& entry) {
           std::error_code error;
           return std::filesystem::is_directory(
               std::filesystem::symlink_status(folder / entry, error));
         });
}

/// Whether `create_layout` makes such an entry before the file that makes the folder a layout.
bool is_left_unfinished(const std::filesystem::path& entry) {
  const std::string name = entry.filename().string();
  if (name == "blobs") return holds_only_folders(entry);
  if (name == "index.json")
    return read_file(entry, k_longest_document).value_or("") == print_index(ImageIndex{});
  return name.starts_with(".xaas-");
}

/// Nothing but what we may have left there ourselves when we were killed.
Result<bool> is_free_for_a_layout(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (!is_left_unfinished(entry->path())) return false;
  }
  if (error) return layout_io_error("list", folder, error.value());
  return true;
}

}  // namespace

Status check_free_for_layout(const std::filesystem::path& folder) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(folder, error);
  if (!std::filesystem::exists(status)) return {};
  if (std::filesystem::is_directory(folder, error)) {
    XAAS_TRY(const bool is_free, is_free_for_a_layout(folder));
    if (is_free) return {};
  }
  return fail(ErrorKind::invalid_input, "`{}` is neither an OCI layout nor empty", folder.string())
      .with_help("name a new folder, or one that holds an OCI layout")
      .with_code("layout.occupied");
}

namespace {

Status create_layout(const std::filesystem::path& path) {
  XAAS_CHECK(make_folders(path));
  XAAS_TRY(const auto lock, lock_layout(path));
  std::error_code error;
  if (std::filesystem::exists(path / "oci-layout", error)) return {};  // someone was faster
  XAAS_CHECK(check_free_for_layout(path));
  XAAS_CHECK(make_folders(path / "blobs" / "sha256"));
  XAAS_CHECK(write_file(path / "index.json", print_index(ImageIndex{})));
  // Last, because this file is what makes the folder a layout.
  return write_file(path / "oci-layout", print_json({{"imageLayoutVersion", k_layout_version}}));
}

bool has_tag(const Descriptor& descriptor, std::string_view tag) {
  const auto name = descriptor.annotations.find(std::string(k_annotation_ref_name));
  return name != descriptor.annotations.end() && name->second == tag;
}

std::optional<std::string> tag_of(const Json& entry) {
  const auto pointer = Json::json_pointer("/annotations") / std::string(k_annotation_ref_name);
  if (!entry.contains(pointer)) return std::nullopt;
  return entry.at(pointer).get<std::string>();
}

/// The JSON of one descriptor, by way of an index that holds only it.
Result<Json> json_of(Descriptor descriptor) {
  XAAS_TRY(auto index,
           parse_json(print_index({.manifests = {std::move(descriptor)}, .annotations = {}})));
  return index["manifests"][0];
}

}  // namespace

Result<Layout> Layout::open(const std::filesystem::path& path) {
  Layout layout(path);
  XAAS_CHECK(check_version(layout));
  XAAS_CHECK(read_layout_index(layout));
  return layout;
}

Result<Layout> Layout::open_archive(const std::filesystem::path& file) {
  XAAS_TRY(auto archive, LayoutArchive::open(file));
  Layout layout(file, std::make_shared<const LayoutArchive>(std::move(archive)));
  XAAS_CHECK(check_version(layout));
  XAAS_CHECK(read_layout_index(layout));
  return layout;
}

Result<Layout> Layout::open(const LayoutReference& reference) {
  return reference.form == LayoutReference::Form::folder ? open(reference.path)
                                                         : open_archive(reference.path);
}

Result<Layout> Layout::open_or_create(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path / "oci-layout", error))
    XAAS_CHECK(while_doing(create_layout(path), "making the layout `" + path.string() + "`"));
  remove_stale_temporaries(path);
  return open(path);
}

std::filesystem::path Layout::blob_path(const Digest& digest) const {
  return path_ / "blobs" / "sha256" / digest.hex();
}

bool Layout::has_blob(const Digest& digest) const {
  if (archive_ != nullptr) return archive_->has_blob(digest);
  std::error_code ignored;
  return !digest.is_empty() && std::filesystem::is_regular_file(blob_path(digest), ignored);
}

Result<std::string> Layout::read_blob(const Descriptor& descriptor) const {
  return read_verified_blob(*this, descriptor);
}

Result<Descriptor> Layout::put_blob(std::string_view bytes, std::string_view media_type) {
  Descriptor descriptor{.media_type = std::string(media_type),
                        .digest = digest_of(bytes),
                        .size = bytes.size(),
                        .platform = {},
                        .annotations = {}};
  // Also over a blob that is there: it may be damaged, and equal bytes do no harm.
  XAAS_TRY(const auto temporary, TemporaryFolder::make(path_));
  const auto file = temporary.path() / "blob";
  XAAS_CHECK(write_file(file, bytes));
  XAAS_CHECK(move_into_layout(*this, file, descriptor.digest));
  return descriptor;
}

Result<Descriptor> Layout::put_blob_file(const std::filesystem::path& file,
                                         std::string_view media_type) {
  XAAS_TRY(auto digest, digest_of_file(file));
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return layout_io_error("read", file, error.value());
  XAAS_CHECK(move_into_layout(*this, file, digest));
  return Descriptor{.media_type = std::string(media_type),
                    .digest = std::move(digest),
                    .size = size,
                    .platform = {},
                    .annotations = {}};
}

Status Layout::copy_blob(const Layout& from, const Descriptor& descriptor) {
  if (has_blob(descriptor.digest)) return {};
  XAAS_TRY(const auto scratch, TemporaryFolder::make(path_));
  const std::filesystem::path copy = scratch.path() / "blob";
  if (from.archive_ == nullptr) {
    XAAS_CHECK(xaas::copy_file(from.blob_path(descriptor.digest), copy));
  } else {
    XAAS_TRY(const auto blob, open_verified_blob(from, descriptor));
    XAAS_CHECK(write_copy(blob, copy));
  }
  XAAS_TRY(const auto stored, put_blob_file(copy, descriptor.media_type));
  if (stored.digest == descriptor.digest) return {};
  return fail(ErrorKind::corrupt, "blob `{}` has the content of `{}`", descriptor.digest.str(),
              stored.digest.str())
      .with_code("image.blob")
      .with_help("copy the image again from where it came");
}

Result<std::optional<Descriptor>> Layout::only_entry() const {
  XAAS_TRY(auto index, read_layout_index(*this));
  if (index.manifests.size() != 1) return std::nullopt;
  return std::move(index.manifests.front());
}

Result<std::optional<Descriptor>> Layout::find_tag(std::string_view tag) const {
  XAAS_TRY(const auto index, read_layout_index(*this));
  std::optional<Descriptor> found;
  for (const auto& descriptor : index.manifests) {
    if (!has_tag(descriptor, tag)) continue;
    if (found && found->digest != descriptor.digest) {
      return fail(ErrorKind::corrupt, "the layout `{}` has several images called `{}`",
                  path_.string(), tag)
          .with_help("tag one of them anew, or name another tag")
          .with_code("layout.ambiguous-tag");
    }
    found = descriptor;
  }
  return found;
}

Result<std::vector<std::string>> Layout::tags() const {
  XAAS_TRY(const auto index, read_layout_index(*this));
  std::vector<std::string> names;
  for (const auto& descriptor : index.manifests) {
    const auto name = descriptor.annotations.find(std::string(k_annotation_ref_name));
    if (name != descriptor.annotations.end()) names.push_back(name->second);
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

Error tag_exists(const LayoutReference& reference) {
  return fail(ErrorKind::invalid_input, "`{}` exists", reference.str())
      .with_code("output.exists")
      .with_help("choose another tag, or give --force to replace it");
}

Status Layout::set_tags(const std::map<std::string, Descriptor>& tags, Replace replace) {
  Json added = Json::array();
  for (auto [tag, descriptor] : tags) {
    if (!is_tag(tag))
      return fail(ErrorKind::invalid_input, "`{}` is not a tag", tag).with_code("reference.tag");
    descriptor.annotations[std::string(k_annotation_ref_name)] = tag;
    XAAS_TRY(const auto entry, json_of(std::move(descriptor)));
    added.push_back(entry);
  }
  XAAS_TRY(const auto lock, lock_layout(path_));
  // As JSON and not as ImageIndex: other tools' entries have fields that we do not know.
  XAAS_CHECK(read_layout_index(*this));
  XAAS_TRY(const auto text, read_index_text(*this));
  XAAS_TRY(auto index, parse_document(text));
  Json entries = Json::array();
  for (const auto& old : index["manifests"]) {
    const auto name = tag_of(old);
    if (!name || !tags.contains(*name)) {
      entries.push_back(old);
    } else if (replace == Replace::no) {
      return tag_exists({.path = path_, .tag = *name});
    }
  }
  for (const auto& entry : added) entries.push_back(entry);
  index["manifests"] = std::move(entries);
  return write_file(path_ / "index.json", print_json(index));
}

}  // namespace xaas
