// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.hpp"

#include "explain_unit.hpp"
#include "report.hpp"

#include "xaas/image/xaas_image.hpp"
#include "xaas/oci/layout.hpp"
#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <string>

namespace xaas {
namespace {

std::string describe_unit(const TranslationUnit& unit) {
  std::string text =
      fmt::format("    {} {} {}", unit.bitcode.is_empty() ? "------------" : unit.bitcode.brief(),
                  unit.language, unit.source);
  if (!unit.pipeline_flags.empty()) text += fmt::format(" {}", fmt::join(unit.pipeline_flags, " "));
  if (!unit.floor.empty()) text += fmt::format(", needs {}", fmt::join(unit.floor, " "));
  if (!unit.explicit_functions.empty()) {
    text +=
        fmt::format(", {} functions with features of their own", unit.explicit_functions.size());
  }
  if (!unit.asks.empty()) text += fmt::format(", asks for {}", fmt::join(unit.asks, " "));
  if (unit.is_abi_bound) text += ", passes wide vectors";
  for (const UnitVariant& variant : unit.variants) {
    text += fmt::format("{}{} {}", &variant == &unit.variants.front() ? ", also for " : ", ",
                        variant.isa, variant.bitcode.brief());
  }
  return text + "\n";
}

const char* word_for(LinkKind kind) {
  switch (kind) {
    case LinkKind::executable:
      return "program";
    case LinkKind::shared_library:
      return "library";
    case LinkKind::archive:
      return "archive";
  }
  return "program";
}

std::string describe_image(const IrImage& image) {
  const IrManifest& ir = image.ir;
  std::string text = describe_manifest(ir);
  text += fmt::format("  {} for {}, baseline {}, needs glibc {}; {}, LLVM {}\n",
                      image.index.digest.brief(), ir.architecture, ir.baseline, ir.glibc_floor,
                      ir.producer, ir.llvm_version);
  text += fmt::format("  IR {}\n", image.ir_descriptor.digest.str());
  for (const Product& product : ir.products) {
    text += fmt::format("  {} ({})\n", product.path, word_for(ir.links[product.link].kind));
  }
  text += "  units:\n";
  for (const TranslationUnit& unit : ir.units) text += describe_unit(unit);
  return text;
}

}  // namespace

Result<int> run_inspect_command(const InspectOptions& options) {
  XAAS_TRY(const auto reference, parse_layout_reference(options.image));
  XAAS_TRY(const auto image, open_ir_image(reference));
  if (!options.why.empty()) {
    XAAS_TRY(const auto text, explain_units(image.ir, options.why));
    XAAS_CHECK(print_output(text));
    return 0;
  }
  XAAS_CHECK(print_output(options.json ? print_ir_manifest(image.ir) : describe_image(image)));
  return 0;
}

}  // namespace xaas
