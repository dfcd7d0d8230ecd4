// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/process.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

namespace xaas {
namespace {

Status run_guarded(const std::function<Status(std::size_t)>& job, std::size_t index) {
  try {
    return job(index);
  } catch (const std::exception& thrown) {
    return fail(ErrorKind::internal, "unexpected exception: {}", thrown.what());
  }
}

/// Hands out indices in order and stops at the first failure. Every index below a failed one was
/// handed out before it and is finished, so the lowest failure is the same on every run.
class Jobs {
 public:
  Jobs(std::size_t count, const std::function<Status(std::size_t)>& job)
      : count_(count), job_(job) {}

  void work() {
    while (!has_failed_) {
      const auto index = next_++;
      if (index >= count_) return;
      auto status = run_guarded(job_, index);
      if (!status) note_failure(index, std::move(status));
    }
  }

  Status take_status() { return std::move(status_); }

 private:
  void note_failure(std::size_t index, Status status) {
    const std::scoped_lock lock{mutex_};
    if (has_failed_ && index > failed_index_) return;
    status_ = std::move(status);
    failed_index_ = index;
    has_failed_ = true;
  }

  std::size_t count_;
  const std::function<Status(std::size_t)>& job_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> has_failed_{false};
  std::mutex mutex_;
  std::size_t failed_index_ = 0;
  Status status_;
};

}  // namespace

Status for_each_parallel(std::size_t count, unsigned threads,
                         const std::function<Status(std::size_t)>& job) {
  Jobs jobs{count, job};
  std::vector<std::jthread> helpers;
  const auto wanted = std::min<std::size_t>(std::max(threads, 1U), count);
  try {
    while (helpers.size() + 1 < wanted) helpers.emplace_back([&jobs] { jobs.work(); });
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch)
    // No more threads to be had: those that there are do the work.
  }
  jobs.work();
  helpers.clear();  // waits for them
  return jobs.take_status();
}

}  // namespace xaas
