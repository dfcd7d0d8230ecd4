// SPDX-License-Identifier: Apache-2.0
#include "gpu_option.hpp"
#include "specialize/specialize_command.hpp"

#include "xaas/support/command_line.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <system_error>

namespace xaas {
namespace {

constexpr const char* k_examples = R"(Examples:
  xaas-deploy specialize oci:heat --output tree:heat-here
  xaas-deploy specialize oci:heat --output oci:heat:znver4 --target znver4
  xaas-deploy specialize oci:heat --output tree:/apps/heat \
      --target x86-64-v3,znver4,sapphirerapids
  xaas-deploy specialize oci-archive:heat.tar --output sif:heat.sif
)";

std::string check_lto(const std::string& text) {
  return text == "thin" || text == "full" ? "" : "`" + text + "` is neither thin nor full";
}

std::string check_numerics(const std::string& text) {
  return text == "native" || text == "generic" ? ""
                                               : "`" + text + "` is neither native nor generic";
}

/// As completion writes folders.
std::string without_last_slash(std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

/// What others read in a folder of their own.
std::string as_absolute(const std::string& folder) {
  std::error_code error;
  return without_last_slash(std::filesystem::absolute(folder, error).lexically_normal().string());
}

std::string check_c_library(const std::string& text) {
  return text == "host" || text == "image" ? "" : "`" + text + "` is neither host nor image";
}

std::string check_library(const std::string& text) {
  const auto equals = text.find('=');
  const bool names_both = equals != std::string::npos && equals > 0 && equals + 1 < text.size();
  return names_both ? "" : "`" + text + "` is not INTERFACE=WHICH, as `blas=openblas`";
}

void add_target(CLI::App& app, SpecializeOptions& options) {
  app.add_option("IMAGE", options.image,
                 "The image that `xaas-build ir` made; oci-archive:FILE[:TAG] if it is in a file")
      ->required()
      ->type_name("oci:LAYOUT[:TAG]");
  app.add_option("--target", options.targets,
                 "This machine (default, but not on login nodes), a file or NAME (`target list`); "
                 "several: each finds its own")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("host|FILE|NAME[,...]");
  add_gpu_option(app, options.gpus);
  app.add_option("--set", options.settings,
                 "Only configurations with one of these values; repeatable. `plan --why` lists the "
                 "configurations that an image holds")
      ->allow_extra_args(false)
      ->type_name("POINT=VALUE[,...]");
  app.add_option_function<std::string>(
         "--lto",
         [&options](const std::string& text) {
           options.plan.lto = text == "full" ? LtoMode::full : LtoMode::thin;
         },
         "How far optimization looks across units (default: thin)")
      ->check(check_lto)
      ->type_name("thin|full");
  app.add_option_function<std::string>(
         "--c-library",
         [&options](const std::string& text) {
           options.plan.tree_c_library = text == "image" ? CLibrary::image : CLibrary::host;
         },
         "Whose loader and C library a tree's programs run with (default: the newer)")
      ->check(check_c_library)
      ->type_name("host|image");
  app.add_option_function<std::string>(
         "--numerics",
         [&options](const std::string& text) {
           options.plan.numerics = text == "generic" ? NumericsMode::generic : NumericsMode::native;
         },
         "What programs compute: what clang -march=native would make of them (native, default), "
         "or the generic image's results, bit for bit (generic)")
      ->check(check_numerics)
      ->type_name("native|generic");
}

/// A path is absolute from here on; a name is none.
void set_library(SpecializeOptions& options, const std::string& interface,
                 const std::string& text) {
  const std::string which = text.contains('/') ? as_absolute(text) : text;
  const auto [set, is_new] = options.libraries.emplace(interface, which);
  if (is_new || set->second == which) return;
  throw CLI::ValidationError(
      "--library", "`" + interface + "` cannot be `" + set->second + "` and `" + which + "`");
}

void add_library_options(CLI::App& app, SpecializeOptions& options) {
  app.add_option_function<std::vector<std::string>>(
         "--library",
         [&options](const std::vector<std::string>& settings) {
           for (const std::string& setting : settings) {
             const auto equals = setting.find('=');
             set_library(options, setting.substr(0, equals), setting.substr(equals + 1));
           }
         },
         "Whose library of an interface (`mpi`, `blas`, ...) is linked: the `image`'s, the best "
         "of the `site`, or one by its name, soname or path; repeatable")
      ->check(check_library)
      ->allow_extra_args(false)
      ->type_name("INTERFACE=WHICH");
  app.add_flag_callback(
      "--bundle-mpi", [&options] { set_library(options, "mpi", std::string(k_image_library)); },
      "The same as `--library mpi=image`: bring the MPI that the application was built with");
}

void add_lowering_options(CLI::App& specialize, SpecializeOptions& options) {
  constexpr const char* k_work = "How it is done";
  auto* cache = specialize
                    .add_option("--cache", options.cache,
                                "Keep compiled pieces and verdicts for next time here (default: "
                                "$XAAS_CACHE, the site profile's, ~/.cache/xaas)")
                    ->type_name("DIR")
                    ->group(k_work);
  specialize.add_flag("!--no-cache", options.use_cache, "Use no cache")
      ->excludes(cache)
      ->group(k_work);
  specialize
      .add_option("-j,--jobs", options.jobs,
                  "Parallel jobs (default: the processors this process may use)")
      ->check(CLI::Range(1, 4096).description(""))
      ->type_name("N")
      ->group(k_work);
  specialize
      .add_flag("--frame-pointers", options.frame_pointers,
                "Keep frame pointers in every function, for profilers that unwind by them")
      ->group(k_work);
  auto* debug = specialize
                    .add_flag("--debug", options.debug,
                              "Add debug information; the code stays the same, byte for byte")
                    ->group(k_work);
  specialize
      .add_option("--source", options.source,
                  "The folder in which debuggers find the source (default: /xaas/source)")
      ->needs(debug)
      ->transform(as_absolute)
      ->type_name("DIR")
      ->group(k_work);
  specialize.add_option("--save-temps", options.save_temps, "Leave LLVM's intermediate files here")
      ->type_name("DIR")
      ->group(k_work);
}

}  // namespace

CLI::App* add_plan_command(CLI::App& app, SpecializeOptions& options) {
  CLI::App* plan = add_command(app, "plan", "Say what would be done, and why; change nothing",
                               "IMAGE [OPTIONS]");
  add_target(*plan, options);
  add_library_options(*plan, options);
  plan->add_flag("--why", options.why,
                 "Say why this configuration is deployed, and why no other one");
  plan->add_flag("--json", options.json, "Print the plan as one JSON document");
  plan->footer("");
  return plan;
}

CLI::App* add_specialize_command(CLI::App& app, SpecializeOptions& options) {
  constexpr const char* k_reporting = "What is printed";
  CLI::App* specialize =
      add_command(app, "specialize", "Lower an image for a processor and install it",
                  "IMAGE --output FORM:PLACE [OPTIONS]");
  add_target(*specialize, options);
  add_library_options(*specialize, options);
  specialize
      ->add_option("--output", options.output,
                   "tree:FOLDER, a folder that works in place; oci:LAYOUT[:TAG] or "
                   "oci-archive:FILE[:TAG], an image; sqsh:FILE or sif:FILE, a root file system "
                   "that Apptainer and others start")
      ->required()
      ->type_name("FORM:PLACE");
  specialize
      ->add_option("--prefix", options.prefix,
                   "Where a tree will lie when its programs run (default: FOLDER)")
      ->transform(without_last_slash)
      ->type_name("DIR");
  specialize->add_flag("--force", options.force, "Replace a deployment or tag that is there");
  add_lowering_options(*specialize, options);
  auto* quiet =
      specialize->add_flag("-q,--quiet", options.quiet, "Print nothing but warnings and errors")
          ->group(k_reporting);
  specialize->add_flag("--json", options.json, "Print the record as one JSON document")
      ->excludes(quiet)
      ->group(k_reporting);
  specialize->add_option("--events", options.events, "Append progress to this file, as JSON lines")
      ->type_name("FILE")
      ->group(k_reporting);
  specialize->footer(k_examples);
  return specialize;
}

}  // namespace xaas
