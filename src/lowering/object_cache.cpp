// SPDX-License-Identifier: Apache-2.0
//
// LLVM has a cache for this (llvm::localCache), and lld uses it. It takes whatever lies under an
// entry's name for that entry: a flipped bit would become part of a program. It also ends the link
// when an entry cannot be written. So ours stands in its place. lld asks for it by the name
// `llvm::localCache`, and has no other way to be given one; the linker's `--wrap` (CMakeLists.txt)
// turns lld's call, and no other, into a call of the function at the end of this file.
#include "object_cache.hpp"

#include <llvm/ADT/SmallString.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>
#include <utility>

namespace xaas {
namespace {

/// What lld's call reaches has no other way to tell us; one link is all that the process does.
class Notebook {
 public:
  void add(const CacheNotes& notes) {
    const std::scoped_lock lock(mutex_);
    notes_.add(notes);
    has_problem_ = !notes_.problem.empty();
  }
  /// A disk that was full is full: no use in filling it again for each unit.
  [[nodiscard]] bool has_problem() const { return has_problem_; }
  [[nodiscard]] CacheNotes notes() const {
    const std::scoped_lock lock(mutex_);
    return notes_;
  }

 private:
  mutable std::mutex mutex_;
  CacheNotes notes_;
  std::atomic<bool> has_problem_ = false;
};

Notebook& notebook() {
  static Notebook notes;
  return notes;
}

void keep(const std::filesystem::path& file, std::string_view content) {
  if (notebook().has_problem()) return;
  // A cache that can only be read is no problem: who chose it was told.
  const int error = ::access(file.parent_path().c_str(), W_OK) == 0 ? 0 : errno;
  if (error == EROFS || error == EACCES) return;
  if (const auto kept = write_cache_entry(file, content); !kept)
    notebook().add({.damaged = {}, .problem = kept.error().message()});
}

/// One unit's machine code on its way from LLVM to the link and into the cache.
class NewObject final : public llvm::CachedFileStream {
 public:
  NewObject(std::unique_ptr<llvm::SmallString<0>> bytes, std::filesystem::path file,
            std::function<void(std::unique_ptr<llvm::MemoryBuffer>)> add)
      : CachedFileStream(std::make_unique<llvm::raw_svector_ostream>(*bytes), file.string()),
        bytes_(std::move(bytes)),
        file_(std::move(file)),
        add_(std::move(add)) {}

  llvm::Error commit() override {
    if (auto error = CachedFileStream::commit()) return error;
    OS.reset();
    keep(file_, bytes_->str());
    add_(std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(*bytes_), ObjectPathName,
                                                         /*RequiresNullTerminator=*/false));
    return llvm::Error::success();
  }

 private:
  std::unique_ptr<llvm::SmallString<0>> bytes_;
  std::filesystem::path file_;
  std::function<void(std::unique_ptr<llvm::MemoryBuffer>)> add_;
};

}  // namespace

llvm::FileCache make_object_cache(const std::string& folder, llvm::AddBufferFn add_buffer) {
  // LLVM's contract (Caching.h): a hit is added at once, and the answer is empty; a miss is
  // answered with what makes the stream to write to.
  auto look_up = [folder, add = std::move(add_buffer)](
                     unsigned task, llvm::StringRef key,
                     const llvm::Twine& module) -> llvm::Expected<llvm::AddStreamFn> {
    const auto file = std::filesystem::path(folder) / key.str();
    const CacheEntry entry = read_cache_entry(file);
    if (entry.state == CacheEntry::State::whole) {
      add(task, module, llvm::MemoryBuffer::getMemBufferCopy(entry.content, file.string()));
      return llvm::AddStreamFn();
    }
    CacheNotes damage;
    damage.add_damage(file, entry);
    notebook().add(damage);
    return [file, add](unsigned stream_task, const llvm::Twine& stream_module) {
      return std::make_unique<NewObject>(
          std::make_unique<llvm::SmallString<0>>(), file,
          [add, stream_task, name = stream_module.str()](auto buffer) {
            add(stream_task, name, std::move(buffer));
          });
    };
  };
  return {std::move(look_up), folder};
}

CacheNotes object_cache_notes() {
  return notebook().notes();
}

// A new LLVM whose function is another is a compile error here, and not a cache without checks. The
// name is the mangled one of llvm::localCache.
using LocalCache = llvm::Expected<llvm::FileCache>(const llvm::Twine&, const llvm::Twine&,
                                                   const llvm::Twine&, llvm::AddBufferFn);
static_assert(std::is_same_v<decltype(llvm::localCache), LocalCache>);
LocalCache cache_for_lld asm(
    "__wrap__ZN4llvm10localCacheERKNS_5TwineES2_S2_St8functionIFvjS2_St10unique_ptrINS_"
    "12MemoryBufferESt14default_deleteIS5_EEEE");

llvm::Expected<llvm::FileCache> cache_for_lld(const llvm::Twine&, const llvm::Twine&,
                                              const llvm::Twine& folder,
                                              llvm::AddBufferFn add_buffer) {
  return make_object_cache(folder.str(), std::move(add_buffer));
}

}  // namespace xaas
