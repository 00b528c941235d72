//===- Eval.h - The reference evaluator of tensor-level IR ----------------===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"

namespace tern::eval {

class Noise;

/// Sees every tensor value as it is computed.
using Observer = llvm::function_ref<void(mlir::Value, const Tensor &)>;

/// Values already known, by the SSA value they stand for.
using ValueMap = llvm::DenseMap<mlir::Value, Tensor>;

/// Evaluates tensor-level tern + linalg + tensor + arith + math: integers
/// exactly, scalar arithmetic in its declared precision and in program order,
/// f64 inside float reductions of contractions. It is independent of LLVM's
/// code generation: the reference, the constant folder, the calibration engine.
class Evaluator {
public:
  explicit Evaluator(mlir::ModuleOp module);
  ~Evaluator();

  /// Runs an entry. Emits a located error and fails on an operation outside
  /// the tensor-level form, or on inputs of the wrong number or type.
  mlir::FailureOr<llvm::SmallVector<Tensor>> run(mlir::func::FuncOp entry,
                                                 llvm::ArrayRef<Tensor> inputs,
                                                 Observer observer = nullptr);

  /// The value of `value` by evaluating what it depends on, back to `known`.
  /// Fails silently when that needs a block argument that is not known.
  /// Everything computed on the way is added to `known`, but for tensors of
  /// more than a megabyte: they are computed again where they are needed.
  mlir::FailureOr<Tensor> evaluate(mlir::Value value, ValueMap &known);

  /// From now on moves results within what implementations may choose
  /// (Noise.h); null: no more.
  void setNoise(Noise *noise);

  /// The contents of a weight, unpacked to byte storage.
  mlir::FailureOr<Tensor> getWeight(llvm::StringRef symbol);

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace tern::eval
