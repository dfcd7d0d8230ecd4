// SPDX-License-Identifier: Apache-2.0
//
// Squashfs 4.0 through libsquashfs, which knows how each part is encoded; the order of the parts is
// ours to keep: super block, compressor options, data blocks and fragments, inodes, directories,
// the fragment table, the table of owners. An inode is written after all that it refers to, so a
// folder comes after its entries, and the root is the last inode.
#include "xaas/rootfs/squashfs.hpp"

#include "file_window.hpp"
#include "squashfs_writer.hpp"

#include "xaas/support/files.hpp"

#include <sqfs/block_processor.h>
#include <sqfs/block_writer.h>
#include <sqfs/compressor.h>
#include <sqfs/dir_writer.h>
#include <sqfs/error.h>
#include <sqfs/frag_table.h>
#include <sqfs/id_table.h>
#include <sqfs/inode.h>
#include <sqfs/io.h>
#include <sqfs/meta_writer.h>
#include <sqfs/super.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace xaas {
namespace {

constexpr std::size_t k_block_size = SQFS_DEFAULT_BLOCK_SIZE;
// The library's default, 15, takes eight times as long and saves another 7 %.
constexpr unsigned k_zstd_level = 9;
// Loop devices have no smaller blocks than pages.
constexpr std::uint64_t k_padding = 4096;

struct Destroy {
  void operator()(void* object) const { sqfs_destroy(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Destroy>;
using Inode = std::unique_ptr<sqfs_inode_generic_t, decltype(&std::free)>;

/// A file, link or folder on its way into the file system.
struct Node {
  const LayerEntry* entry = nullptr;  // none: a folder that others lie in
  std::map<std::string, Node> children;
  Inode inode{nullptr, &std::free};
  sqfs_inode_generic_t* growing = nullptr;  // of a file, while blocks are under way
  sqfs_u32 number = 0;
  sqfs_u64 reference = 0;

  [[nodiscard]] bool is_folder() const {
    return entry == nullptr || std::holds_alternative<LayerFolder>(*entry);
  }
  [[nodiscard]] sqfs_u16 mode() const {
    if (entry == nullptr) return S_IFDIR | 0755;
    if (const auto* folder = std::get_if<LayerFolder>(entry))
      return static_cast<sqfs_u16>(S_IFDIR | (folder->mode & 07777));
    if (const auto* file = std::get_if<LayerFile>(entry))
      return static_cast<sqfs_u16>(S_IFREG | (file->mode & 07777));
    return S_IFLNK | 0777;
  }
};

Error bad_path(const std::string& path, std::string_view rule) {
  return fail(ErrorKind::invalid_input, "`{}` cannot be in a squashfs: {}", path, rule)
      .with_code("squashfs.path");
}

Result<Node> make_tree(const LayerContent& content) {
  Node root;
  for (const auto& [path, entry] : content) {
    Node* node = &root;
    for (const auto& part : std::filesystem::path(path)) {
      const std::string name = part.string();
      if (name.empty() || name == "." || name == ".." || name == "/")
        return bad_path(path, "the path must be relative, without `.` and `..`");
      if (name.size() > 255) return bad_path(path, "a name in it has more than 255 bytes");
      if (!node->is_folder()) return bad_path(path, "it lies below what is not a folder");
      node = &node->children[name];
    }
    if (node == &root || (!node->children.empty() && !std::holds_alternative<LayerFolder>(entry)))
      return bad_path(path, "it takes the place of a folder");
    node->entry = &entry;
  }
  return root;
}

/// Entries before their folder, as they will be written.
sqfs_u32 number_inodes(Node& node, sqfs_u32 next) {
  for (auto& [name, child] : node.children) next = number_inodes(child, next);
  node.number = next;
  return next + 1;
}

class Writer {
 public:
  Writer(FileWindow& window, std::filesystem::path name)
      : window_(window), name_(std::move(name)) {}

  Status open(unsigned threads);
  Status write_data(Node& node, const std::filesystem::path& path);
  Status finish(Node& root);

 private:
  [[nodiscard]] Status check(int result) const;
  template <class T>
  Status take(Owned<T>& owned, T* made) {
    owned.reset(made);
    return made == nullptr ? check(SQFS_ERROR_ALLOC) : Status{};
  }
  Status write_file(Node& node);
  Status append_file(const std::filesystem::path& source);
  Status write_inodes(Node& node, sqfs_u32 parent);
  Status make_folder_inode(Node& node, sqfs_u32 parent);
  Status make_link_inode(Node& node, const LayerLink& link);
  Status put_inode(Node& node);

  FileWindow& window_;
  std::filesystem::path name_;
  sqfs_super_t super_{};
  Owned<sqfs_compressor_t> compressor_;
  Owned<sqfs_block_writer_t> blocks_;
  Owned<sqfs_frag_table_t> fragments_;
  Owned<sqfs_block_processor_t> data_;
  Owned<sqfs_id_table_t> owners_;
  Owned<sqfs_meta_writer_t> inodes_;
  Owned<sqfs_meta_writer_t> folders_;
  Owned<sqfs_dir_writer_t> folder_;
};

Status Writer::check(int result) const {
  if (result >= 0) return {};
  if (window_.error != 0) {
    return fail(ErrorKind::io, "could not write `{}`: {}", name_.string(),
                std::generic_category().message(window_.error))
        .with_help(help_on(window_.error))
        .with_code("file.io");
  }
  return fail(ErrorKind::internal, "libsquashfs fails with {} on `{}`", result, name_.string());
}

Status Writer::open(unsigned threads) {
  sqfs_compressor_config_t config;
  XAAS_CHECK(check(sqfs_compressor_config_init(&config, SQFS_COMP_ZSTD, k_block_size, 0)));
  config.level = k_zstd_level;
  sqfs_compressor_t* compressor = nullptr;
  XAAS_CHECK(check(sqfs_compressor_create(&config, &compressor)));
  compressor_.reset(compressor);
  XAAS_CHECK(check(sqfs_super_init(&super_, k_block_size, 0, SQFS_COMP_ZSTD)));
  XAAS_CHECK(check(sqfs_super_write(&super_, &window_)));
  const int options = compressor_->write_options(compressor_.get(), &window_);
  XAAS_CHECK(check(options));
  if (options > 0) super_.flags |= SQFS_FLAG_COMPRESSOR_OPTIONS;
  XAAS_CHECK(take(blocks_, sqfs_block_writer_create(&window_, k_padding, 0)));
  XAAS_CHECK(take(fragments_, sqfs_frag_table_create(0)));
  XAAS_CHECK(take(data_, sqfs_block_processor_create(k_block_size, compressor_.get(), threads,
                                                     std::size_t{10} * threads, blocks_.get(),
                                                     fragments_.get())));
  XAAS_CHECK(take(owners_, sqfs_id_table_create(0)));
  XAAS_CHECK(take(inodes_, sqfs_meta_writer_create(&window_, compressor_.get(), 0)));
  XAAS_CHECK(take(folders_, sqfs_meta_writer_create(&window_, compressor_.get(),
                                                    SQFS_META_WRITER_KEEP_IN_MEMORY)));
  return take(folder_, sqfs_dir_writer_create(folders_.get(), 0));
}

Status Writer::write_data(Node& node, const std::filesystem::path& path) {
  for (auto& [name, child] : node.children) XAAS_CHECK(write_data(child, path / name));
  if (node.entry == nullptr || !std::holds_alternative<LayerFile>(*node.entry)) return {};
  return while_doing(write_file(node), "packing `" + path.string() + "`");
}

Status Writer::write_file(Node& node) {
  const auto& file = std::get<LayerFile>(*node.entry);
  XAAS_CHECK(check(sqfs_block_processor_begin_file(data_.get(), &node.growing, nullptr, 0)));
  if (const auto* source = std::get_if<std::filesystem::path>(&file.content)) {
    XAAS_CHECK(append_file(*source));
  } else if (const auto& bytes = std::get<std::string>(file.content); !bytes.empty()) {
    // Of no bytes libsquashfs 1.2 reads through a null pointer.
    XAAS_CHECK(check(sqfs_block_processor_append(data_.get(), bytes.data(), bytes.size())));
  }
  return check(sqfs_block_processor_end_file(data_.get()));
}

Status Writer::append_file(const std::filesystem::path& source) {
  XAAS_TRY(const auto file, File::open(source));
  std::vector<char> buffer(std::size_t{1} << 20);
  for (std::uint64_t offset = 0;;) {
    XAAS_TRY(const auto count, file.read(buffer, offset));
    if (count == 0) return {};
    XAAS_CHECK(check(sqfs_block_processor_append(data_.get(), buffer.data(), count)));
    offset += count;
  }
}

Status Writer::make_folder_inode(Node& node, sqfs_u32 parent) {
  XAAS_CHECK(check(sqfs_dir_writer_begin(folder_.get(), 0)));
  sqfs_u32 folders = 0;
  for (const auto& [name, child] : node.children) {
    if (child.is_folder()) ++folders;
    XAAS_CHECK(check(sqfs_dir_writer_add_entry(folder_.get(), name.c_str(), child.number,
                                               child.reference, child.mode())));
  }
  XAAS_CHECK(check(sqfs_dir_writer_end(folder_.get())));
  node.inode.reset(sqfs_dir_writer_create_inode(folder_.get(), 0, 0xFFFFFFFF, parent));
  if (!node.inode) return check(SQFS_ERROR_ALLOC);
  const bool is_basic = node.inode->base.type == SQFS_INODE_DIR;
  (is_basic ? node.inode->data.dir.nlink : node.inode->data.dir_ext.nlink) = 2 + folders;
  return {};
}

Status Writer::make_link_inode(Node& node, const LayerLink& link) {
  // The target's bytes stand behind the structure.
  auto* inode = static_cast<sqfs_inode_generic_t*>(
      std::calloc(1, sizeof(sqfs_inode_generic_t) + link.target.size()));
  if (inode == nullptr) return check(SQFS_ERROR_ALLOC);
  node.inode.reset(inode);
  inode->base.type = SQFS_INODE_SLINK;
  inode->data.slink.nlink = 1;
  inode->data.slink.target_size = static_cast<sqfs_u32>(link.target.size());
  std::ranges::copy(link.target, reinterpret_cast<char*>(inode->extra));
  return {};
}

Status Writer::put_inode(Node& node) {
  sqfs_inode_generic_t& inode = *node.inode;
  inode.base.mode = node.mode();
  inode.base.mod_time = 0;
  inode.base.inode_number = node.number;
  XAAS_CHECK(check(sqfs_id_table_id_to_index(owners_.get(), 0, &inode.base.uid_idx)));
  inode.base.gid_idx = inode.base.uid_idx;
  sqfs_u64 block = 0;
  sqfs_u32 offset = 0;
  sqfs_meta_writer_get_position(inodes_.get(), &block, &offset);
  node.reference = block << 16U | offset;
  return check(sqfs_meta_writer_write_inode(inodes_.get(), &inode));
}

Status Writer::write_inodes(Node& node, sqfs_u32 parent) {
  for (auto& [name, child] : node.children) XAAS_CHECK(write_inodes(child, node.number));
  if (node.is_folder()) {
    XAAS_CHECK(make_folder_inode(node, parent));
  } else if (const auto* link = std::get_if<LayerLink>(node.entry)) {
    XAAS_CHECK(make_link_inode(node, *link));
  }
  return put_inode(node);
}

void take_file_inodes(Node& node) {
  for (auto& [name, child] : node.children) take_file_inodes(child);
  if (node.growing != nullptr) node.inode.reset(std::exchange(node.growing, nullptr));
}

Status Writer::finish(Node& root) {
  const int finished = sqfs_block_processor_finish(data_.get());
  take_file_inodes(root);
  XAAS_CHECK(check(finished));
  super_.inode_count = number_inodes(root, 1) - 1;
  super_.inode_table_start = window_.length;
  XAAS_CHECK(write_inodes(root, 0));
  XAAS_CHECK(check(sqfs_meta_writer_flush(inodes_.get())));
  XAAS_CHECK(check(sqfs_meta_writer_flush(folders_.get())));
  super_.root_inode_ref = root.reference;
  super_.directory_table_start = window_.length;
  XAAS_CHECK(check(sqfs_meta_write_write_to_file(folders_.get())));
  XAAS_CHECK(check(sqfs_frag_table_write(fragments_.get(), &window_, &super_, compressor_.get())));
  XAAS_CHECK(check(sqfs_id_table_write(owners_.get(), &window_, &super_, compressor_.get())));
  super_.bytes_used = window_.length;
  XAAS_CHECK(check(sqfs_super_write(&super_, &window_)));
  const std::string zeros((k_padding - window_.length % k_padding) % k_padding, '\0');
  return check(window_.write(window_.length, zeros.data(), zeros.size()));
}

Status write_tree(Node& root, FileWindow& window, const std::filesystem::path& name,
                  unsigned threads) {
  Writer writer(window, name);
  XAAS_CHECK(writer.open(threads));
  XAAS_CHECK(writer.write_data(root, ""));
  return writer.finish(root);
}

}  // namespace

Result<std::uint64_t> write_squashfs_at(const LayerContent& content, const File& file,
                                        std::uint64_t offset, unsigned threads) {
  XAAS_TRY(auto root, make_tree(content));
  FileWindow window(file.number(), offset);
  auto written = write_tree(root, window, file.path(), threads);
  take_file_inodes(root);  // also of what was under way when something failed
  if (!written) return std::move(written.error());
  return window.length;
}

Result<std::uint64_t> write_squashfs(const LayerContent& content, const std::filesystem::path& file,
                                     unsigned threads) {
  XAAS_TRY(auto created, File::create(file, 0644));
  XAAS_TRY(const auto size, write_squashfs_at(content, created, 0, threads));
  XAAS_CHECK(created.close());
  return size;
}

}  // namespace xaas
