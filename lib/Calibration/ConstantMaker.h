//===- ConstantMaker.h - New constants of a module ------------------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "lib/Eval/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <map>

namespace tern::calib {

/// Makes constants: arith.constant where small, else a weight; entries that ask
/// for the same elements under the same name share it.
class ConstantMaker {
public:
  explicit ConstantMaker(mlir::ModuleOp module)
      : module(module), symbols(module) {}
  mlir::Value make(mlir::ImplicitLocOpBuilder &b, const eval::Tensor &value,
                   llvm::StringRef name);

private:
  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  std::map<std::string, ir::WeightOp> made;
};

} // namespace tern::calib
