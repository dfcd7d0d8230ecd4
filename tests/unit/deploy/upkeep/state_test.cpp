// SPDX-License-Identifier: Apache-2.0
#include "upkeep/state.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

LinkedLibrary openblas() {
  return {.interface = "blas",
          .implementation = "openblas",
          .version = "0.3.21",
          .soname = "libopenblas.so.0",
          .path = "/opt/lib/libopenblas.so.0",
          .content = digest_of("openblas")};
}

/// A deployment for this machine, and the machine as it was.
struct Fixture {
  Target host = *target_of_cpu("znver4");
  Deployed deployed{.form = Deployed::Form::tree, .name = "tree:/apps/heat", .path = "/apps/heat"};
  std::vector<FileNow> linked;

  explicit Fixture(const std::vector<LinkedLibrary>& libraries = {}) {
    host.name = "host";
    for (const LinkedLibrary& library : libraries)
      linked.push_back({.is_there = true, .content = library.content});
    const DeployedTarget part{.target = host, .libraries = libraries};
    deployed.record = DeploymentRecord{.targets = {part}, .prefix = "/apps/heat"};
    deployed.part = part;
  }

  [[nodiscard]] Sight sight() const {
    return {.deployed = deployed,
            .host = host,
            .processor = {.about = "processor", .text = "it has all"},
            .linked = linked,
            .described = {std::nullopt}};
  }
};

Finding problem(const std::string& about) {
  return {.kind = Finding::Kind::problem, .about = about, .text = "not " + about, .help = "do it"};
}

TEST(Judge, FindsNothingWhereAllIsAsItWas) {
  const Fixture fixture({openblas()});
  const auto state = judge(fixture.sight());
  EXPECT_TRUE(state.is_ok());
  EXPECT_THAT(state.notes, IsEmpty());
  EXPECT_EQ(describe(state), "ok");
}

TEST(Judge, CallsADeploymentStaleWhoseLibraryWasReplaced) {
  Fixture fixture({openblas()});
  fixture.linked[0].content = digest_of("another");
  const auto state = judge(fixture.sight());
  EXPECT_EQ(describe(state),
            "stale: `/opt/lib/libopenblas.so.0` (openblas 0.3.21) was replaced since it was linked "
            "with");
  EXPECT_TRUE(state.changes[0].is_mendable);
  fixture.host.blas = {{.name = "openblas", .version = "0.3.26", .path = openblas().path}};
  EXPECT_THAT(describe(judge(fixture.sight())), HasSubstr("was replaced by 0.3.26 since"));
}

TEST(Judge, CallsADeploymentBrokenWhoseLibraryIsGone) {
  Fixture fixture({openblas()});
  fixture.linked[0] = {};
  const auto state = judge(fixture.sight());
  EXPECT_EQ(describe(state),
            "broken: `/opt/lib/libopenblas.so.0` (openblas 0.3.21), which it was linked with, is "
            "gone");
  EXPECT_TRUE(state.changes[0].is_mendable);
  fixture.linked[0] = {.is_there = true, .problem = "Permission denied"};
  EXPECT_THAT(describe(judge(fixture.sight())), HasSubstr("cannot be read: Permission denied"));
}

TEST(Judge, NotesANewerLibraryAndChangesNothing) {
  Fixture fixture({openblas()});
  fixture.host.blas = {{.name = "openblas", .version = "0.3.21", .path = openblas().path},
                       {.name = "blis", .version = "9.0", .path = "/opt/lib/libblis.so.9"},
                       {.name = "openblas", .version = "0.4.1", .path = "/opt/new/libopenblas.so"}};
  const auto state = judge(fixture.sight());
  EXPECT_TRUE(state.is_ok());
  EXPECT_THAT(state.notes, ElementsAre("it is linked with openblas 0.3.21, and 0.4.1 is there, "
                                       "too: `/opt/new/libopenblas.so`"));
}

TEST(Judge, NamesTheGravestChangeFirst) {
  Fixture fixture({openblas()});
  fixture.linked[0].content = digest_of("another");
  Sight sight = fixture.sight();
  sight.libraries = {problem("libraries")};
  sight.is_in_its_place = false;
  const auto state = judge(sight);
  ASSERT_EQ(state.changes.size(), 3U);
  EXPECT_EQ(state.changes[0].kind, Change::Kind::broken);
  EXPECT_EQ(state.changes[1].kind, Change::Kind::moved);
  EXPECT_EQ(state.changes[2].kind, Change::Kind::stale);
  EXPECT_EQ(describe(state), "broken: not libraries, and 2 more");
}

TEST(Judge, SendsAMovedDeploymentToRelocate) {
  const Fixture fixture;
  Sight sight = fixture.sight();
  sight.is_in_its_place = false;
  const auto state = judge(sight);
  ASSERT_EQ(state.changes.size(), 1U);
  EXPECT_EQ(name_of(state), "moved");
  EXPECT_FALSE(state.changes[0].is_mendable);
  EXPECT_EQ(state.changes[0].help, "`xaas-deploy relocate /apps/heat` lets them find these again");
}

TEST(Judge, MendsADeploymentForAnotherProcessorOnlyWhereItIsForTheHost) {
  Fixture fixture;
  Sight sight = fixture.sight();
  sight.processor = problem("processor");
  EXPECT_TRUE(judge(sight).changes.at(0).is_mendable);
  fixture.deployed.part->target.name = "node";
  EXPECT_FALSE(judge(sight).changes.at(0).is_mendable);
  fixture.deployed.part->target = *target_of_cpu("neoverse-v2");
  fixture.deployed.part->target.name = "host";
  EXPECT_FALSE(judge(sight).changes.at(0).is_mendable);
}

TEST(Judge, CannotMendWhatTheConfigurationNeeds) {
  const Fixture fixture;
  Sight sight = fixture.sight();
  Finding note = problem("mpi");
  note.kind = Finding::Kind::note;
  sight.requirements = {note, problem("gpu")};
  const auto state = judge(sight);
  ASSERT_EQ(state.changes.size(), 1U);
  EXPECT_EQ(state.changes[0].about, "gpu");
  EXPECT_FALSE(state.changes[0].is_mendable);
}

TEST(Judge, LooksAtTheDriverOfProgramsForGpusAlone) {
  Fixture fixture;
  fixture.deployed.part->target.gpus = {{.vendor = "nvidia", .driver = "nvidia 550.54.15"}};
  fixture.host.gpus = {{.vendor = "nvidia", .driver = "nvidia 535.161.08"}};
  EXPECT_TRUE(judge(fixture.sight()).is_ok());
  fixture.deployed.record->decision =
      ConfigurationDecision{.requirements = {.gpu_backend = "cuda"}};
  EXPECT_EQ(describe(judge(fixture.sight())),
            "stale: the driver was `nvidia 550.54.15` and is `nvidia 535.161.08`");
  fixture.host.gpus->front().driver.clear();
  EXPECT_TRUE(judge(fixture.sight()).is_ok());
}

TEST(Judge, ComparesATargetWithItsDescription) {
  Fixture fixture;
  fixture.deployed.record->targets.front().target.name = "node";
  Sight sight = fixture.sight();
  sight.described = {fixture.host};
  EXPECT_TRUE(judge(sight).is_ok());
  sight.described.front()->libc_version = "2.39";
  EXPECT_EQ(describe(judge(sight)),
            "stale: the description `node` says something else now of `libc.version`");
}

TEST(ChangedDescription, PassesByWhatDecidesNothing) {
  const Target recorded = *target_of_cpu("znver4");
  Target now = recorded;
  now.name = "another";
  now.memory = 1 << 30;
  now.origins["memory"] = "admin";
  EXPECT_EQ(changed_description(recorded, now), "");
}

TEST(ChangedDescription, KnowsGpusThatTheUserNamed) {
  Target recorded = *target_of_cpu("znver4");
  Target now = recorded;
  now.gpus = {{.vendor = "nvidia", .architecture = "sm_90"}};
  EXPECT_NE(changed_description(recorded, now), "");
  replace_gpus(recorded, {{.vendor = "amd", .architecture = "gfx90a"}});
  EXPECT_EQ(changed_description(recorded, now), "");
}

TEST(MachineNow, SaysHowAFileIs) {
  const auto folder = *TemporaryFolder::make();
  const auto file = folder.path() / "libblas.so";
  MachineNow machine(*target_of_cpu("znver4"));
  ASSERT_TRUE(write_file(file, "blas"));
  EXPECT_EQ(machine.file(file).content, digest_of("blas"));
  ASSERT_TRUE(write_file(file, "another"));
  EXPECT_EQ(machine.file(file).content, digest_of("blas")) << "looked at twice";
  EXPECT_FALSE(machine.file(folder.path() / "none").is_there);
}

TEST(MachineNow, WaitsForNoPipe) {
  const auto folder = *TemporaryFolder::make();
  const auto pipe = folder.path() / "libblas.so";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  MachineNow machine(*target_of_cpu("znver4"));
  EXPECT_EQ(machine.file(pipe).problem, "it is not a regular file");
}

}  // namespace
}  // namespace xaas
