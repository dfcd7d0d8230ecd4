// SPDX-License-Identifier: Apache-2.0
#include "put_prefix.hpp"

#include "xaas/ir/prefix.hpp"

#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>

namespace xaas {
namespace {

class ConstantMapper {
 public:
  ConstantMapper(const std::string& placeholder, const std::string& prefix)
      : placeholder_(placeholder), prefix_(prefix) {}

  /// The same constant where it does not hold the placeholder.
  llvm::Constant* map(llvm::Constant* constant) {
    if (auto* data = llvm::dyn_cast<llvm::ConstantDataArray>(constant)) return map_data(data);
    if (auto* aggregate = llvm::dyn_cast<llvm::ConstantAggregate>(constant))
      return map_parts(aggregate);
    return constant;
  }

 private:
  llvm::Constant* map_data(llvm::ConstantDataArray* data) {
    const llvm::StringRef bytes = data->getRawDataValues();
    if (!data->isString() || !bytes.contains(placeholder_)) return data;
    return llvm::ConstantDataArray::getRaw(replaced(bytes, placeholder_, prefix_),
                                           data->getNumElements(), data->getElementType());
  }

  llvm::Constant* map_parts(llvm::ConstantAggregate* aggregate) {
    llvm::SmallVector<llvm::Constant*> parts;
    bool changed = false;
    for (const llvm::Use& operand : aggregate->operands()) {
      auto* part = llvm::cast<llvm::Constant>(operand);
      parts.push_back(map(part));
      changed |= parts.back() != part;
    }
    if (!changed) return aggregate;
    if (auto* type = llvm::dyn_cast<llvm::StructType>(aggregate->getType()))
      return llvm::ConstantStruct::get(type, parts);
    return llvm::ConstantArray::get(llvm::cast<llvm::ArrayType>(aggregate->getType()), parts);
  }

  const std::string& placeholder_;
  const std::string& prefix_;
};

}  // namespace

void put_prefix(llvm::Module& module, const std::string& placeholder, const std::string& prefix) {
  ConstantMapper mapper(placeholder, prefix);
  for (llvm::GlobalVariable& variable : module.globals())
    if (variable.hasInitializer()) variable.setInitializer(mapper.map(variable.getInitializer()));
  for (llvm::Function& function : module) {
    for (llvm::Instruction& instruction : llvm::instructions(function)) {
      for (llvm::Use& operand : instruction.operands()) {
        if (auto* constant = llvm::dyn_cast<llvm::Constant>(operand))
          operand.set(mapper.map(constant));
      }
    }
  }
}

}  // namespace xaas
