// SPDX-License-Identifier: Apache-2.0

// What xaas-deploy writes and reads again: the record of a deployment, which may have travelled in
// an image, and the job of a link with its result, which pass between two processes.

#include "job_json.hpp"
#include "property.hpp"
#include "record/deployment_record.hpp"

#include "xaas/lowering/lower.hpp"
#include "xaas/verify/verify.hpp"

namespace xaas::fuzzing {
namespace {

void expect_stable_result(std::string_view text) {
  const auto result = parse_result(text);
  if (!result) return expect_clear(result.error());
  const auto again = parse_result(print_result(*result));
  expect(again && again->functions == result->functions &&
             again->explicit_functions == result->explicit_functions &&
             again->seconds == result->seconds,
         "a link's result arrives as it was sent");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto text = fuzzing::text_of(bytes, size);
  fuzzing::expect_round_trip(text, &parse_record, &print_record);
  fuzzing::expect_round_trip(text, &parse_job, &print_job);
  fuzzing::expect_round_trip(text, &parse_census, &print_census);
  fuzzing::expect_stable_result(text);
  return 0;
}
