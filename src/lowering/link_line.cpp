// SPDX-License-Identifier: Apache-2.0
#include "materialize.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace xaas {
namespace {

/// Writes the items in order; bitcode takes the next of `paths`.
class ItemWriter {
 public:
  ItemWriter(std::vector<std::string>& line, const std::vector<std::string>& paths)
      : line_(line), next_(paths.begin()) {}

  void operator()(const LoweringJob::Option& option) { line_.push_back(option.text); }
  void operator()(const LoweringJob::Object& object) {
    line_.push_back(object.prefix + object.path);
  }
  void operator()(const LoweringJob::Bitcode&) { line_.push_back(*next_++); }
  void operator()(const LoweringJob::Library& library) {
    line_.emplace_back("--start-lib");
    for (const auto& member : library.members) std::visit(*this, member);
    line_.emplace_back("--end-lib");
  }

 private:
  std::vector<std::string>& line_;
  std::vector<std::string>::const_iterator next_;
};

std::string comma_separated(const std::vector<std::string>& entries) {
  std::string list;
  for (const std::string& entry : entries) list += (list.empty() ? "" : ",") + entry;
  return list;
}

}  // namespace

std::vector<std::string> link_line(const LoweringJob& job, const std::vector<std::string>& paths,
                                   const std::string& output) {
  std::vector<std::string> line = {"ld.lld", "-o", output};
  ItemWriter writer(line, paths);
  for (const LoweringJob::Item& item : job.items) std::visit(writer, item);
  // After the recorded options, so that these hold.
  line.push_back(fmt::format("--lto-O{}", job.opt_level));
  line.push_back("--plugin-opt=mcpu=" + job.cpu);
  if (!job.features.empty())
    line.insert(line.end(), {"-mllvm", "-mattr=" + comma_separated(job.features)});
  const unsigned threads = std::max(job.threads, 1U);
  line.push_back(fmt::format("--threads={}", threads));
  line.push_back(fmt::format("--thinlto-jobs={}", threads));
  // The optimizer may drop what a version script names; whether an export is missed is for the
  // comparison with the generic build to say.
  line.emplace_back("--undefined-version");
  // Bitcode and objects may name libraries, which would be searched on this machine. The recorded
  // link opened none but those that it lists.
  line.emplace_back("--no-dependent-libraries");
  // Core files and `perf` name a program by it; installed ones had it before.
  line.push_back("--build-id=" + (job.build_id.empty() ? "sha1" : "0x" + job.build_id));
  if (!job.cache.empty()) {
    line.push_back("--thinlto-cache-dir=" + job.cache);
    // Nothing is pruned by lld, which would take some entries for all of the cache.
    line.emplace_back("--thinlto-cache-policy=prune_after=0s:cache_size=0%:cache_size_files=0");
  }
  if (!job.save_temps.empty()) line.emplace_back("--save-temps");
  return line;
}

}  // namespace xaas
