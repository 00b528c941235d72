//===- Simt.h - Writing kernels of blocks, warps and lanes ----------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "lib/Methods/SimtPlan.h"
#include "passes/Lowering/Emit.h"
#include "passes/Lowering/Kernels.h"

namespace tern::lowering {

/// An emitter that knows the parallel levels and the collectives.
class SimtEmitter : public Emitter {
public:
  using Emitter::Emitter;

  /// A level of `size` points: `body` is run for each, all at once.
  template <typename Level>
  void level(int64_t size, mlir::function_ref<void(Value)> body) {
    parallel(Level::get(getContext()), size, body);
  }
  /// A level inside which `name` is what a location calls the point.
  void parallel(mlir::Attribute level, int64_t size,
                mlir::function_ref<void(Value)> body);
  /// A loop from `begin` to `end`.
  void strided(Value begin, int64_t end, int64_t step,
               mlir::function_ref<void(Value)> body);
  llvm::SmallVector<Value> strided(Value begin, int64_t end, int64_t step,
                                   ValueRange inits, Carry body);
  /// `memory`, without strides, as one dimension.
  Value asBytes(Value memory);
  void when(Value condition, mlir::function_ref<void()> body);
  Value compare(mlir::arith::CmpIPredicate how, Value a, Value b) {
    return createOrFold<mlir::arith::CmpIOp>(how, a, b);
  }
  /// A named piece of shared memory of `size` elements.
  Value tile(llvm::StringRef name, mlir::Type element, int64_t offset,
             int64_t size, const llvm::Twine &meaning);
  void barrier() { create<kern::BarrierOp>(); }
  /// `value` combined over the lanes of a group of `lanes`: a butterfly from
  /// far to near, after which all of them have the result.
  Value reduceLanes(Value value, int64_t lanes,
                    mlir::function_ref<Value(Value, Value)> combine);
};

/// How the kernel is launched; its grid is set by Kernels.
void setGeometry(mlir::func::FuncOp kernel, int64_t threads, int64_t shared);

} // namespace tern::lowering
