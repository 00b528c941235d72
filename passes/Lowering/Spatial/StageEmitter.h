//===- StageEmitter.h - Writing the function of a stage -------------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Lowering/Emit.h"
#include "passes/Lowering/Spatial/Stages.h"
#include "passes/Lowering/Spatial/StreamOrder.h"

namespace tern::lowering {

/// One end of an edge as a stage sees it: a word holds `lanes` elements.
struct Port {
  mlir::Value stream; ///< the stage's argument
  mlir::Type element;
  int64_t lanes = 1;
  int64_t words = 0;
};

/// An Emitter inside the function of a stage, with what streaming hardware
/// needs. Elements are words' lanes: integers of exactly their width.
class StageEmitter : public Emitter {
public:
  StageEmitter(mlir::func::FuncOp stage, mlir::Location loc);

  using Indices = llvm::ArrayRef<Value>;
  /// Loops over `sizes`, the last one fastest; the innermost starts an
  /// iteration a cycle.
  void nest(llvm::ArrayRef<int64_t> sizes,
            llvm::function_ref<void(Indices)> body);
  /// `count` copies of the body; sums go from one to the next.
  void unrolled(int64_t count, llvm::function_ref<void(Value)> body);
  Value unrolledSum(int64_t count, Value start,
                    llvm::function_ref<Value(Value lane, Value sum)> body);
  /// Pipelined iterations of a range that is known when it runs.
  void pipelined(Value begin, Value end, llvm::function_ref<void(Value)> body);
  void when(Value condition, llvm::function_ref<void()> body);
  Value choose(mlir::Type type, Value condition,
               llvm::function_ref<Value()> then,
               llvm::function_ref<Value()> otherwise);

  Value isEqual(Value a, int64_t b);
  /// Wraps or extends an integer.
  Value resize(Value value, unsigned bits, bool isSigned = true);

  /// On-chip memory, which printed code calls `name`.
  Value memory(llvm::StringRef name, int64_t count, mlir::Type element,
               kern::Space space, int64_t banks);
  Value rom(llvm::StringRef weight, int64_t count, mlir::Type element,
            kern::Space space, int64_t banks);
  Value load(Value memory, Value at);
  void store(Value value, Value memory, Value at);

  Value read(const Port &port);
  void write(Value word, const Port &port);
  /// A lane of a word.
  Value lane(Value word, Value at, unsigned bits);
  /// Builds a word of `lanes` lanes in a register, by `make` for each.
  Value assemble(int64_t lanes, unsigned bits,
                 llvm::function_ref<Value(Value lane)> make);

  /// The scalar that a body sees: floats as floats, codes as their lane.
  Value toScalar(Value lane, mlir::Type element);
  Value toLane(Value scalar, mlir::Type element);
  /// The number that a lane of codes stands for, of `bits` bits.
  Value decode(Value lane, ir::QType code, unsigned bits);
  Value encode(Value number, ir::QType code);

  /// Copies a body whose block arguments are `arguments`, codes being lanes.
  mlir::SmallVector<Value> inlineBody(mlir::Block &block,
                                      mlir::ValueRange arguments);
  /// A scalar that the dataflow defines outside a body.
  Value importScalar(Value value);

private:
  void nestFrom(llvm::ArrayRef<int64_t> sizes, size_t at,
                llvm::SmallVectorImpl<Value> &indices,
                llvm::function_ref<void(Indices)> body);
  void cloneScalarOp(mlir::Operation &op, mlir::IRMapping &mapping);

  mlir::func::FuncOp stage;
  mlir::IRMapping imported;
};

} // namespace tern::lowering
