// SPDX-License-Identifier: Apache-2.0

// x86-64 instructions have no fixed length, so LLVM's disassembler walks them. What class one is
// in depends on its encoding and the kind of registers it names; both follow from LLVM's opcode,
// so each opcode is classified once and then counted by a table look-up.

#include "instruction_counter.hpp"
#include "x86_opcode_map.hpp"

#include <llvm-c/Target.h>
#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace xaas {
namespace {

enum class Class : std::uint8_t {
  unknown,
  prefix,  // lock, rep: the disassembler gives them as instructions of their own
  scalar,
  bmi,
  sse,
  sse4,
  avx,
  avx2,
  avx512,
  amx,
  apx,
  xop
};
constexpr std::array<const char*, 12> k_class_names = {
    "", "", "x86-64", "BMI", "SSE", "SSE4", "AVX", "AVX2", "AVX-512", "AMX", "APX", "XOP"};

struct OpcodeFacts {
  Class its_class = Class::unknown;
  std::uint16_t vector_bits = 0;
};

// The kinds of registers among an instruction's operands.
struct Registers {
  bool has_vector = false;
  bool has_mask = false;
  bool has_tile = false;
  unsigned widest = 0;  // of the vector registers, in bits
};

class X86Counter final : public InstructionCounter {
 public:
  Status start();
  void count(const CodeRegion& region, Census& census) override;

 private:
  [[nodiscard]] Registers registers_of(unsigned opcode) const;
  [[nodiscard]] OpcodeFacts classify(unsigned opcode, std::span<const std::uint8_t> bytes) const;

  llvm::MCTargetOptions options_;
  std::unique_ptr<llvm::MCRegisterInfo> registers_;
  std::unique_ptr<llvm::MCAsmInfo> assembly_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
  std::unique_ptr<llvm::MCInstrInfo> instructions_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCDisassembler> disassembler_;
  std::vector<OpcodeFacts> facts_;  // by opcode
};

/// LLVM's list of targets is not made for threads: two that enter the same one make it endless.
void register_disassembler() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86Disassembler();
  });
}

Status X86Counter::start() {
  register_disassembler();
  const llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string problem;
  if (const auto* target = llvm::TargetRegistry::lookupTarget(triple, problem)) {
    registers_.reset(target->createMCRegInfo(triple));
    assembly_.reset(target->createMCAsmInfo(*registers_, triple, options_));
    subtarget_.reset(target->createMCSubtargetInfo(triple, "", ""));
    instructions_.reset(target->createMCInstrInfo());
    context_ = std::make_unique<llvm::MCContext>(triple, assembly_.get(), registers_.get(),
                                                 subtarget_.get());
    disassembler_.reset(target->createMCDisassembler(*subtarget_, *context_));
  }
  if (!disassembler_)
    return fail(ErrorKind::internal, "LLVM has no x86-64 disassembler {}", problem);
  facts_.resize(instructions_->getNumOpcodes());
  return {};
}

Registers X86Counter::registers_of(unsigned opcode) const {
  Registers found;
  for (const auto& operand : instructions_->get(opcode).operands()) {
    // Looked up by mode: pointers, which are general registers.
    if (operand.RegClass < 0 || operand.isLookupRegClassByHwMode()) continue;
    const auto& kind = registers_->getRegClass(operand.RegClass);
    const llvm::StringRef name = registers_->getRegClassName(&kind);
    const bool is_packed = name.starts_with("VR") && !name.starts_with("VR64");
    const bool is_scalar =
        name.starts_with("FR16") || name.starts_with("FR32") || name.starts_with("FR64");
    found.has_vector |= is_packed || is_scalar;
    found.has_mask |= name.starts_with("VK");
    found.has_tile |= name.starts_with("TILE");
    if (is_packed) found.widest = std::max(found.widest, kind.getSizeInBits());
    if (is_scalar) found.widest = std::max(found.widest, 128U);
  }
  return found;
}

// SSE3 to SSE4.2 and what came with the same encoding (AES, SHA, carry-less multiplication).
bool is_beyond_sse2(const X86Encoding& encoding, llvm::StringRef name) {
  if (encoding.map >= 2) return true;
  for (const auto* start : {"ADDSUBP", "HADDP", "HSUBP", "LDDQU", "MOVDDUP", "MOVSHDUP", "MOVSLDUP",
                            "EXTRQ", "INSERTQ", "MOVNTSS", "MOVNTSD"})
    if (name.starts_with(start)) return true;
  return false;
}

Class class_of_vex(const X86Encoding& encoding, const Registers& registers) {
  if (registers.has_mask) return Class::avx512;  // kmovw and its like are VEX encoded
  if (registers.has_tile) return Class::amx;
  const bool on_vectors = registers.has_vector || encoding.map == 1;  // vzeroupper, vldmxcsr
  if (!on_vectors && encoding.map == 2 && encoding.opcode == 0x49)
    return Class::amx;  // tilerelease
  if (!on_vectors) return Class::bmi;
  if (is_fma4(encoding)) return Class::xop;
  return vex_needs_avx2(encoding) ? Class::avx2 : Class::avx;
}

// Conversions from memory to a general register (vcvttsd2usi) name no vector register; APX's own
// and promoted instructions are in the other maps.
Class class_of_evex(const X86Encoding& encoding, const Registers& registers) {
  const bool in_vector_map = encoding.map == 1 || encoding.map == 5 || encoding.map == 6;
  return in_vector_map || registers.has_vector || registers.has_mask ? Class::avx512 : Class::apx;
}

Class class_of(const X86Encoding& encoding, const Registers& registers, llvm::StringRef name) {
  using enum X86Encoding::Form;
  switch (encoding.form) {
    case evex:
      return class_of_evex(encoding, registers);
    case rex2:
      return Class::apx;
    case xop:
      return Class::xop;
    case vex:
      return class_of_vex(encoding, registers);
    case legacy:
      break;
  }
  if (registers.has_vector) return is_beyond_sse2(encoding, name) ? Class::sse4 : Class::sse;
  // Not tzcnt: compilers write it for the baseline too, where it runs as bsf.
  const bool is_lzcnt = encoding.has_f3 && encoding.map == 1 && encoding.opcode == 0xbd;
  return is_lzcnt ? Class::bmi : Class::scalar;
}

OpcodeFacts X86Counter::classify(unsigned opcode, std::span<const std::uint8_t> bytes) const {
  const auto name = instructions_->getName(opcode);
  if (name.ends_with("_PREFIX")) return {.its_class = Class::prefix, .vector_bits = 0};
  const auto registers = registers_of(opcode);
  return {.its_class = class_of(read_x86_encoding(bytes), registers, name),
          .vector_bits = static_cast<std::uint16_t>(registers.widest)};
}

void X86Counter::count(const CodeRegion& region, Census& census) {
  std::array<std::uint64_t, k_class_names.size()> counts{};
  unsigned widest = 0;
  llvm::MCInst instruction;
  const llvm::ArrayRef<std::uint8_t> bytes(region.bytes.data(), region.bytes.size());
  for (std::uint64_t at = 0; at < bytes.size();) {
    std::uint64_t size = 0;
    instruction.clear();
    const auto status = disassembler_->getInstruction(instruction, size, bytes.drop_front(at),
                                                      region.address + at, llvm::nulls());
    if (status != llvm::MCDisassembler::Success || size == 0) {
      ++census.undecoded_bytes;
      ++at;
      continue;
    }
    auto& facts = facts_[instruction.getOpcode()];
    if (facts.its_class == Class::unknown)
      facts = classify(instruction.getOpcode(), region.bytes.subspan(at, size));
    ++counts[static_cast<std::size_t>(facts.its_class)];
    widest = std::max<unsigned>(widest, facts.vector_bits);
    at += size;
  }
  auto& column = region.is_explicit ? census.explicit_instructions : census.instructions;
  for (auto index = static_cast<std::size_t>(Class::scalar); index < counts.size(); ++index)
    if (counts[index] != 0) column[k_class_names[index]] += counts[index];
  if (!region.is_explicit) census.widest_vector_bits = std::max(census.widest_vector_bits, widest);
}

}  // namespace

Result<std::unique_ptr<InstructionCounter>> make_x86_counter() {
  auto counter = std::make_unique<X86Counter>();
  XAAS_CHECK(counter->start());
  return counter;
}

}  // namespace xaas
