// SPDX-License-Identifier: Apache-2.0
#include "upkeep/upkeep.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace xaas {
namespace {

/// Trees are named as they were written, `tree:FOLDER`, or by the folder.
std::string without_form(const std::string& tree) {
  return tree.starts_with("tree:") ? tree.substr(5) : tree;
}

}  // namespace

CLI::App* add_list_command(CLI::App& app, ListOptions& options) {
  CLI::App* list = add_command(app, "list", "List deployments, and how they stand on this machine",
                               "FOLDER... [--json]");
  list->add_option("FOLDER", options.folders,
                   "Where trees are looked for, at any depth; links are not followed")
      ->required()
      ->transform(without_form)
      ->type_name("");
  list->add_flag("--json", options.json, "Print one JSON document");
  list->footer(R"(A deployment is `stale` when it runs, and would be another one if it were made
again; `broken` when it is not whole or does not run here; `moved` when its
programs look for their files elsewhere.

Examples:
  xaas-deploy list /apps ~/apps
)");
  return list;
}

CLI::App* add_refresh_command(CLI::App& app, RefreshOptions& options) {
  CLI::App* refresh =
      add_command(app, "refresh", "Make deployments again that this machine has outgrown",
                  "FOLDER... [--all] [--plan] [OPTIONS]");
  refresh
      ->add_option("FOLDER", options.folders,
                   "A tree that `specialize` wrote; with --all any folder")
      ->required()
      ->transform(without_form)
      ->type_name("");
  refresh->add_flag("--all", options.all, "All deployments at and below the folders");
  refresh->add_flag("--plan", options.plan, "Change nothing: say what would be done");
  refresh
      ->add_option("--image", options.image,
                   "Where the image lies now (default: where it lay; it must be the same)")
      ->type_name("oci:LAYOUT[:TAG]");
  constexpr const char* k_work = "How it is done";
  auto* cache =
      refresh
          ->add_option("--cache", options.cache,
                       "The cache's folder (default: the one that `specialize` would take)")
          ->type_name("DIR")
          ->group(k_work);
  refresh->add_flag("!--no-cache", options.use_cache, "Use no cache")
      ->excludes(cache)
      ->group(k_work);
  refresh
      ->add_option("-j,--jobs", options.jobs,
                   "Parallel jobs (default: the processors this process may use)")
      ->check(CLI::Range(1, 4096).description(""))
      ->type_name("N")
      ->group(k_work);
  refresh->add_flag("--json", options.json, "Print one JSON document");
  refresh->footer(
      R"(The old one is kept as .NAME.xaas-previous beside it, for `rollback`. Exit code
4: a deployment could not be made again, and is as it was.

Examples:
  xaas-deploy refresh --all /apps --plan
  xaas-deploy refresh /apps/heat
)");
  return refresh;
}

CLI::App* add_rollback_command(CLI::App& app, RollbackOptions& options) {
  CLI::App* rollback = add_command(
      app, "rollback", "Exchange a deployment with the one before its refresh", "FOLDER");
  rollback->add_option("FOLDER", options.folder, "The deployment; the same again undoes it")
      ->required()
      ->transform(without_form)
      ->type_name("");
  rollback->footer("");
  return rollback;
}

}  // namespace xaas
