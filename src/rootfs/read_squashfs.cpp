// SPDX-License-Identifier: Apache-2.0
#include "xaas/rootfs/squashfs.hpp"

#include <sqfs/compressor.h>
#include <sqfs/data_reader.h>
#include <sqfs/dir_reader.h>
#include <sqfs/inode.h>
#include <sqfs/io.h>
#include <sqfs/super.h>

#include <memory>
#include <utility>

namespace xaas {
namespace {

struct Destroy {
  void operator()(void* object) const { sqfs_destroy(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Destroy>;

struct Free {
  void operator()(void* memory) const { sqfs_free(memory); }
};
using Inode = std::unique_ptr<sqfs_inode_generic_t, Free>;

/// A squashfs that is there, and something in it; later members are destroyed first.
struct Found {
  Owned<sqfs_file_t> input;
  sqfs_super_t super{};
  Owned<sqfs_compressor_t> compressor;
  Inode inode;
};

/// Without an inode where there is no such thing.
Found find(const std::filesystem::path& file, const std::string& path) {
  Found found;
  found.input.reset(sqfs_open_file(file.c_str(), SQFS_FILE_OPEN_READ_ONLY));
  if (!found.input || sqfs_super_read(&found.super, found.input.get()) != 0) return found;
  sqfs_compressor_config_t config;
  sqfs_compressor_t* made = nullptr;
  if (sqfs_compressor_config_init(&config, static_cast<SQFS_COMPRESSOR>(found.super.compression_id),
                                  found.super.block_size, SQFS_COMP_FLAG_UNCOMPRESS) != 0 ||
      sqfs_compressor_create(&config, &made) != 0)
    return found;
  found.compressor.reset(made);
  const Owned<sqfs_dir_reader_t> reader(
      sqfs_dir_reader_create(&found.super, made, found.input.get(), 0));
  sqfs_inode_generic_t* inode = nullptr;
  if (reader && sqfs_dir_reader_find_by_path(reader.get(), nullptr, path.c_str(), &inode) == 0)
    found.inode.reset(inode);
  return found;
}

}  // namespace

bool squashfs_holds(const std::filesystem::path& file, const std::string& path) {
  return find(file, path).inode != nullptr;
}

std::optional<std::string> read_in_squashfs(const std::filesystem::path& file,
                                            const std::string& path, std::uint64_t limit) {
  const Found found = find(file, path);
  sqfs_u64 size = 0;
  // Folders and links have no size that is asked for so.
  if (!found.inode || sqfs_inode_get_file_size(found.inode.get(), &size) != 0 || size > limit)
    return std::nullopt;
  const Owned<sqfs_data_reader_t> reader(sqfs_data_reader_create(
      found.input.get(), found.super.block_size, found.compressor.get(), 0));
  if (!reader || sqfs_data_reader_load_fragment_table(reader.get(), &found.super) != 0)
    return std::nullopt;
  std::string text(size, '\0');
  const sqfs_s32 read = sqfs_data_reader_read(reader.get(), found.inode.get(), 0, text.data(),
                                              static_cast<sqfs_u32>(size));
  if (read < 0 || std::cmp_not_equal(read, size)) return std::nullopt;
  return text;
}

}  // namespace xaas
