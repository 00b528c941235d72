//===- ConstantMaker.h - New constants of a module ------------------------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"

namespace tern::calib {

/// Makes constants: arith.constant where small, else a new weight.
class ConstantMaker {
public:
  explicit ConstantMaker(mlir::ModuleOp module)
      : module(module), symbols(module) {}
  mlir::Value make(mlir::ImplicitLocOpBuilder &b, const eval::Tensor &value,
                   llvm::StringRef name);

private:
  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
};

} // namespace tern::calib
