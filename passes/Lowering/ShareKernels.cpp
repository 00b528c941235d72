//===- ShareKernels.cpp - One kernel for steps that do the same -----------===//
//
// Networks repeat themselves: a recurrence is the same step at every position,
// a transformer the same layer many times. Steps that differ in nothing but the
// memory they are given need one kernel; lowering, compiling and storing the
// others would only cost time and space.
//
//===----------------------------------------------------------------------===//
#include "mlir/IR/OperationSupport.h"
#include "passes/Lowering/Kernels.h"
#include "passes/Lowering/Passes.h"

namespace tern::lowering {
#define GEN_PASS_DEF_SHAREKERNELS
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Equal for kernels that do the same; names and layers do not count.
static llvm::hash_code hashOf(func::FuncOp kernel) {
  llvm::hash_code hash = hash_value(kernel.getFunctionType());
  kernel.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    hash = llvm::hash_combine(hash, op->getName(), op->getAttrDictionary(),
                              llvm::hash_combine_range(op->result_type_begin(),
                                                       op->result_type_end()));
  });
  return hash;
}

static bool areSame(func::FuncOp a, func::FuncOp b) {
  return a.getFunctionType() == b.getFunctionType() &&
         OperationEquivalence::isRegionEquivalentTo(
             &a.getBody(), &b.getBody(),
             OperationEquivalence::Flags::IgnoreLocations);
}

namespace {
struct ShareKernels : lowering::impl::ShareKernelsBase<ShareKernels> {
  void runOnOperation() override {
    Kernels kernels(getOperation());
    llvm::DenseMap<size_t, SmallVector<func::FuncOp, 1>> kept;
    llvm::DenseMap<StringAttr, func::FuncOp> standIns;
    for (func::FuncOp kernel : kernels.get()) {
      auto &alike = kept[hashOf(kernel)];
      auto found = llvm::find_if(
          alike, [&](func::FuncOp other) { return areSame(kernel, other); });
      if (found == alike.end())
        alike.push_back(kernel);
      else
        standIns[kernel.getNameAttr()] = *found;
    }
    redirect(standIns);
  }

  void redirect(const llvm::DenseMap<StringAttr, func::FuncOp> &standIns) {
    Builder b(&getContext());
    getOperation().walk([&](kern::LaunchOp launch) {
      func::FuncOp kernel = standIns.lookup(launch.getKernelAttr().getAttr());
      if (!kernel)
        return;
      launch.setKernel(kernel.getName());
      auto more = kernel->getAttrOfType<IntegerAttr>("kern.more_layers");
      kernel->setAttr("kern.more_layers",
                      b.getI64IntegerAttr(more ? more.getInt() + 1 : 1));
    });
    for (auto kernel :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (standIns.contains(kernel.getNameAttr())) {
        kernel.erase();
        ++numShared;
      }
  }
};
} // namespace
