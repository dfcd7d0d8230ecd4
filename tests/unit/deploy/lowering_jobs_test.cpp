// SPDX-License-Identifier: Apache-2.0
#include "specialize/lowering_jobs.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xaas {
namespace {

/// One program: a captured unit, an archive of a captured and an opaque one, a CRT file, a library.
IrManifest sample() {
  const Digest code = digest_of("code");
  const Digest object = digest_of("object");
  IrManifest manifest{.application = "app", .architecture = "amd64"};
  manifest.units = {
      {.source = "a.c", .bitcode = code, .pipeline_flags = {"-O2"}, .floor = {}},
      {.source = "k.c", .bitcode = code, .pipeline_flags = {"-O3"}, .floor = {"avx2"}},
      {.source = "s.S", .machine_code = object, .reason = "assembly"}};
  manifest.links = {
      {.name = "app",
       .items = {LinkOption{"--pie"}, LinkOption{"--rpath=/build/lib"},
                 LinkFile{.prefix = "", .name = "crt1.o", .content = digest_of("crt")}, LinkUnit{0},
                 LinkArchive{.name = "libk.a", .members = {1, 2}},
                 LinkLibrary{.soname = "libc.so.6", .path = "/lib/libc.so.6"}}}};
  manifest.products = {{.path = "/usr/local/bin/app", .link = 0},
                       {.path = "/usr/local/bin/again", .link = 0}};
  manifest.configurations = {{.name = "default", .products = {0, 1}}};
  return manifest;
}

DeploymentPlan plan_for(const IrManifest& manifest, const char* cpu) {
  return *make_plan(manifest, *target_of_cpu(cpu), {});
}

const LoweringPlaces k_places{.blobs = "/blobs", .root = "/root", .work = "/work"};

std::optional<std::vector<std::string>> own_runpath(const Product&) {
  return std::nullopt;
}

std::vector<std::string> options_of(const LoweringJob& job) {
  std::vector<std::string> options;
  for (const auto& item : job.items) {
    if (const auto* option = std::get_if<LoweringJob::Option>(&item))
      options.push_back(option->text);
  }
  return options;
}

std::string noted(const std::string& recorded) {
  return recorded + "+ours";
}

TEST(WantedBlobs, AreWhatTheLinksRead) {
  const IrManifest manifest = sample();
  EXPECT_EQ(wanted_blobs(manifest, plan_for(manifest, "x86-64-v3"), DebugInfo::without),
            (std::set<Digest>{digest_of("code"), digest_of("object"), digest_of("crt")}));
}

TEST(WantedBlobs, AreTheDebugCompanionsToo) {
  IrManifest manifest = sample();
  manifest.units[0].debug_bitcode = digest_of("code -g");
  manifest.units[2].debug_machine_code = digest_of("object -g");
  const auto plan = plan_for(manifest, "x86-64-v3");
  EXPECT_EQ(wanted_blobs(manifest, plan, DebugInfo::with),
            (std::set<Digest>{digest_of("code"), digest_of("object"), digest_of("crt"),
                              digest_of("code -g"), digest_of("object -g")}));
}

TEST(LoweringJobs, WithDebugInformationAreTheSameLinkOfTheCompanions) {
  IrManifest manifest = sample();
  manifest.units[0].debug_bitcode = digest_of("code -g");
  manifest.links[0].items.emplace_back(LinkOption{"--strip-all"});
  const auto plan = plan_for(manifest, "x86-64-v3");
  const auto jobs = make_lowering_jobs(
      manifest, plan, k_places,
      {.runpath = own_runpath, .identity = noted, .debug_info = DebugInfo::with});
  ASSERT_EQ(jobs.size(), 1);
  ASSERT_TRUE(jobs[0].debug_job);
  LoweringJob expected = jobs[0].job;
  std::erase_if(expected.items, [](const LoweringJob::Item& item) {
    const auto* option = std::get_if<LoweringJob::Option>(&item);
    return option != nullptr && option->text == "--strip-all";
  });
  const auto unit = std::ranges::find_if(expected.items, [](const LoweringJob::Item& item) {
    return std::holds_alternative<LoweringJob::Bitcode>(item);
  });
  std::get<LoweringJob::Bitcode>(*unit).path = "/blobs/" + digest_of("code -g").hex();
  expected.output = jobs[0].debug_job->output;
  expected.work = jobs[0].debug_job->work;
  EXPECT_NE(expected.output, jobs[0].job.output);
  EXPECT_EQ(*jobs[0].debug_job, expected);
}

TEST(LoweringJobs, AreOfTheVariantsThatThePlanTakes) {
  IrManifest manifest = sample();
  manifest.units[0].variants = {{.isa = "x86-64-v3",
                                 .needs = {"avx2"},
                                 .bitcode = digest_of("for v3"),
                                 .debug_bitcode = digest_of("for v3 -g"),
                                 .names_prefix = true}};
  const auto plan = plan_for(manifest, "x86-64-v3");
  EXPECT_EQ(wanted_blobs(manifest, plan, DebugInfo::with),
            (std::set<Digest>{digest_of("for v3"), digest_of("for v3 -g"), digest_of("code"),
                              digest_of("object"), digest_of("crt")}));
  const auto jobs = make_lowering_jobs(
      manifest, plan, k_places,
      {.runpath = own_runpath, .identity = noted, .debug_info = DebugInfo::with});
  const auto unit_of = [](const LoweringJob& job) {
    const auto unit = std::ranges::find_if(job.items, [](const LoweringJob::Item& item) {
      return std::holds_alternative<LoweringJob::Bitcode>(item);
    });
    return std::get<LoweringJob::Bitcode>(*unit);
  };
  EXPECT_EQ(unit_of(jobs[0].job).path, "/blobs/" + digest_of("for v3").hex());
  EXPECT_TRUE(unit_of(jobs[0].job).names_prefix);
  EXPECT_EQ(unit_of(*jobs[0].debug_job).path, "/blobs/" + digest_of("for v3 -g").hex());
  const auto older = make_lowering_jobs(manifest, plan_for(manifest, "x86-64-v2"), k_places,
                                        {.runpath = own_runpath, .identity = noted});
  EXPECT_EQ(unit_of(older[0].job).path, "/blobs/" + digest_of("code").hex());
}

TEST(WantedBlobs, AreNoneWhereNothingIsLowered) {
  IrManifest manifest = sample();
  manifest.links[0].items = {LinkUnit{2}};
  EXPECT_TRUE(wanted_blobs(manifest, plan_for(manifest, "x86-64-v3"), DebugInfo::without).empty());
}

TEST(MakeLoweringJobs, LinksOnceForProductsThatAreAlike) {
  const IrManifest manifest = sample();
  const DeploymentPlan plan = plan_for(manifest, "x86-64-v3");
  const auto jobs =
      make_lowering_jobs(manifest, plan, k_places, {.runpath = own_runpath, .identity = noted});
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].products, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(jobs[0].job.cpu, "x86-64-v3");
  EXPECT_EQ(jobs[0].job.opt_level, 3U);
  EXPECT_TRUE(std::ranges::count(options_of(jobs[0].job), "--rpath=/build/lib"));
}

TEST(MakeLoweringJobs, LinksAgainForAnotherRunPathAndDropsTheLinksOwn) {
  const IrManifest manifest = sample();
  const DeploymentPlan plan = plan_for(manifest, "x86-64-v3");
  const auto below_origin = [](const Product& product) {
    return std::optional(std::vector<std::string>{"$ORIGIN/" + product.path.substr(15)});
  };
  const auto jobs =
      make_lowering_jobs(manifest, plan, k_places, {.runpath = below_origin, .identity = noted});
  ASSERT_EQ(jobs.size(), 2U);
  const auto options = options_of(jobs[0].job);
  EXPECT_FALSE(std::ranges::count(options, "--rpath=/build/lib"));
  EXPECT_TRUE(std::ranges::count(options, "--rpath=$ORIGIN/again"));
}

/// The machine's MPI for programs that take it, and what goes with it on machines with GPUs.
LibraryChoice chosen_mpi() {
  const StandInLibrary mpi{
      .soname = "libmpi.so.12", .path = "/opt/mpi/12.so", .folder = "/opt/mpi"};
  const StandInLibrary fortran{
      .soname = "libmpifort.so.12", .path = "/opt/fort/f.so", .folder = "/opt/fort"};
  const StandInLibrary gpus{
      .soname = "libgtl.so", .path = "/opt/gtl/libgtl.so", .folder = "/opt/gtl"};
  return {.interface = "mpi",
          .kind = PointKind::mpi,
          .name = "mpich",
          .files = {{"libmpich.so.12", mpi}, {"libmpichfort.so.12", fortran}},
          .demanded = {gpus}};
}

LoweringJob job_with(const std::vector<std::string>& sonames, const LibraryChoice& choice) {
  IrManifest manifest = sample();
  for (const std::string& soname : sonames)
    manifest.links[0].items.emplace_back(LinkLibrary{.soname = soname, .path = "/lib/" + soname});
  DeploymentPlan plan = plan_for(manifest, "x86-64-v3");
  plan.libraries = {choice};
  const auto below_origin = [](const Product&) {
    return std::optional(std::vector<std::string>{"$ORIGIN"});
  };
  return make_lowering_jobs(manifest, plan, k_places, {.runpath = below_origin, .identity = noted})
      .at(0)
      .job;
}

std::vector<std::string> run_paths_of(const LoweringJob& job) {
  std::vector<std::string> paths = options_of(job);
  std::erase_if(paths, [](const std::string& option) { return !option.starts_with("--rpath="); });
  return paths;
}

std::vector<std::string> objects_of(const LoweringJob& job) {
  std::vector<std::string> paths;
  for (const auto& item : job.items)
    if (const auto* object = std::get_if<LoweringJob::Object>(&item)) paths.push_back(object->path);
  return paths;
}

TEST(MakeLoweringJobs, FindsTheMachinesLibrariesThatALinkTakesBehindItsOwnFolders) {
  const LoweringJob job = job_with({"libmpich.so.12"}, chosen_mpi());
  EXPECT_EQ(run_paths_of(job),
            (std::vector<std::string>{"--rpath=$ORIGIN", "--rpath=/opt/mpi", "--rpath=/opt/gtl"}));
  EXPECT_TRUE(std::ranges::count(options_of(job), "-l:libmpi.so.12"));
  EXPECT_FALSE(std::ranges::count(options_of(job), "-l:libmpich.so.12"));
  EXPECT_TRUE(std::ranges::count(options_of(job), "--disable-new-dtags"));
}

TEST(MakeLoweringJobs, LeavesLinksAloneThatTakeNothingOfTheMachines) {
  const LoweringJob job = job_with({}, chosen_mpi());
  EXPECT_EQ(run_paths_of(job), std::vector<std::string>{"--rpath=$ORIGIN"});
  EXPECT_FALSE(std::ranges::count(objects_of(job), "/opt/gtl/libgtl.so"));
}

TEST(MakeLoweringJobs, LinksWhatIsDemandedAlthoughNothingRefersToIt) {
  const LoweringJob job = job_with({"libmpichfort.so.12"}, chosen_mpi());
  const auto demanded = std::ranges::find_if(job.items, [](const LoweringJob::Item& item) {
    const auto* object = std::get_if<LoweringJob::Object>(&item);
    return object != nullptr && object->path == "/opt/gtl/libgtl.so";
  });
  ASSERT_NE(demanded, job.items.end());
  ASSERT_NE(demanded, job.items.begin());
  const auto* before = std::get_if<LoweringJob::Option>(&*(demanded - 1));
  ASSERT_NE(before, nullptr);
  EXPECT_EQ(before->text, "--no-as-needed");
}

TEST(MakeLoweringJobs, NamesAFolderOfTheMachinesOnceAndNoneThatDoesNotLeadThere) {
  LibraryChoice choice = chosen_mpi();
  choice.demanded.clear();
  choice.files["libmpichfort.so.12"].folder = "/opt/mpi";
  EXPECT_EQ(run_paths_of(job_with({"libmpich.so.12", "libmpichfort.so.12"}, choice)),
            (std::vector<std::string>{"--rpath=$ORIGIN", "--rpath=/opt/mpi"}));
  choice.files["libmpich.so.12"].folder.clear();
  EXPECT_EQ(run_paths_of(job_with({"libmpich.so.12"}, choice)),
            std::vector<std::string>{"--rpath=$ORIGIN"});
}

TEST(MakeLoweringJobs, FindsWhatTheMpiOfProgramsTakesOfTheMachine) {
  const StandInLibrary ucx{.soname = "libucp.so.0", .path = "/opt/ucx/u.so", .folder = "/opt/ucx"};
  const LibraryChoice choice{.interface = "ucx",
                             .kind = PointKind::fabric,
                             .name = "ucx",
                             .files = {{"libucp.so.0", ucx}}};
  EXPECT_EQ(run_paths_of(job_with({"libmpich.so.12"}, choice)),
            (std::vector<std::string>{"--rpath=$ORIGIN", "--rpath=/opt/ucx"}));
}

TEST(MakeLoweringJobs, AddsTheFloorOnlyWhereTheTargetLacksIt) {
  const IrManifest manifest = sample();
  for (const auto& [cpu, wanted] : {std::pair{"x86-64", std::vector<std::string>{"+avx2"}},
                                    std::pair{"x86-64-v3", std::vector<std::string>{}}}) {
    const DeploymentPlan plan = plan_for(manifest, cpu);
    const auto jobs =
        make_lowering_jobs(manifest, plan, k_places, {.runpath = own_runpath, .identity = noted});
    const auto library = std::ranges::find_if(jobs[0].job.items, [](const auto& item) {
      return std::holds_alternative<LoweringJob::Library>(item);
    });
    ASSERT_NE(library, jobs[0].job.items.end());
    const auto& members = std::get<LoweringJob::Library>(*library).members;
    ASSERT_EQ(members.size(), 2U);
    EXPECT_EQ(std::get<LoweringJob::Bitcode>(members[0]).extra_features, wanted) << cpu;
    EXPECT_EQ(std::get<LoweringJob::Object>(members[1]).path,
              "/blobs/" + digest_of("object").hex());
  }
}

TEST(MakeLoweringJobs, NamesLibrariesBySoname) {
  const IrManifest manifest = sample();
  const DeploymentPlan plan = plan_for(manifest, "x86-64-v3");
  const auto jobs =
      make_lowering_jobs(manifest, plan, k_places, {.runpath = own_runpath, .identity = noted});
  EXPECT_TRUE(std::ranges::count(options_of(jobs[0].job), "-l:libc.so.6"));
}

TEST(MakeLoweringJobs, GivesEachProductOneNote) {
  IrManifest manifest = sample();
  const DeploymentPlan plan = plan_for(manifest, "x86-64-v3");
  const auto notes_in = [&] {
    const auto jobs =
        make_lowering_jobs(manifest, plan, k_places, {.runpath = own_runpath, .identity = noted});
    std::vector<std::string> notes;
    for (const std::string& option : options_of(jobs[0].job))
      if (option.contains("package-metadata") || option.contains("+ours")) notes.push_back(option);
    return notes;
  };
  EXPECT_EQ(notes_in(), std::vector<std::string>{"+ours"});
  manifest.links[0].items.emplace_back(LinkOption{"--package-metadata={}"});
  EXPECT_EQ(notes_in(), std::vector<std::string>{"--package-metadata={}+ours"});
}

TEST(MakeLoweringJobs, GivesARunPathInOneWord) {
  const IrManifest manifest = sample();
  const DeploymentPlan plan = plan_for(manifest, "x86-64-v3");
  const auto strange = [](const Product&) {
    return std::optional(std::vector<std::string>{"@/etc/words"});
  };
  const auto jobs =
      make_lowering_jobs(manifest, plan, k_places, {.runpath = strange, .identity = noted});
  EXPECT_TRUE(std::ranges::count(options_of(jobs[0].job), "--rpath=@/etc/words"));
  EXPECT_FALSE(std::ranges::count(options_of(jobs[0].job), "@/etc/words"));
}

/// The sample with the files that its link reads.
class LinkLibraries : public testing::Test {
 protected:
  void SetUp() override {
    write_blob("object", "\177ELF object");
    write_blob("crt", "\177ELF crt");
    write_library("\177ELF library");
  }

  void write_blob(const char* name, std::string_view content) const {
    ASSERT_TRUE(write_file(places_.blobs / digest_of(name).hex(), content));
  }
  void write_library(std::string_view content) const {
    ASSERT_TRUE(write_file(places_.root / "lib/libc.so.6", content));
  }

  /// What is refused, and why.
  [[nodiscard]] std::string refusal() const {
    const Status status = link_libraries(manifest_, plan_for(manifest_, "x86-64-v3"), places_);
    if (status) return "";
    return status.error().message() + " [" + std::string(status.error().code()) + "]";
  }

  TemporaryFolder folder_ = TemporaryFolder::make().value();
  LoweringPlaces places_{.blobs = folder_.path() / "blobs",
                         .root = folder_.path() / "root",
                         .work = folder_.path() / "work"};
  IrManifest manifest_ = sample();
};

TEST_F(LinkLibraries, LaysThemOutBySoname) {
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(*read_file(places_.work / "libraries-0/libc.so.6"), "\177ELF library");
}

TEST_F(LinkLibraries, RefusesFilesThatNameOthers) {
  write_blob("crt", "INPUT(/etc/passwd)");
  EXPECT_EQ(refusal(),
            "`app` links `crt1.o`, a linker script with `INPUT`: the linker would open files that "
            "are not the image's [ir.link-file]");
  write_blob("crt", "!<thin>\n and so on");
  EXPECT_NE(refusal().find("thin archive"), std::string::npos);
}

TEST_F(LinkLibraries, RefusesMachineCodeThatNamesOtherFiles) {
  write_blob("object", "GROUP ( /etc/passwd )");
  EXPECT_NE(refusal().find("`app` links `s.S`, a linker script with `GROUP`"), std::string::npos);
}

TEST_F(LinkLibraries, RefusesALibraryThatIsNone) {
  write_library("GROUP ( /etc/passwd )");
  EXPECT_NE(refusal().find("`app` links `libc.so.6`, which is no shared library"),
            std::string::npos);
}

TEST_F(LinkLibraries, DoesNotWaitForALinkThatLeadsToAPipe) {
  const auto library = places_.root / "lib/libc.so.6";
  std::error_code error;
  std::filesystem::remove(library, error);
  ASSERT_EQ(::mkfifo(library.c_str(), 0600), 0);
  EXPECT_NE(refusal().find("is not a file [file.missing]"), std::string::npos);
}

}  // namespace
}  // namespace xaas
