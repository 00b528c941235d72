//===- MapGrid.cpp - Independent grid points as threads -------------------===//
//
// What a CPU's kernels do point after point in a loop over [lo, hi), a GPU does
// with a thread for each. Kernels that are made of blocks and warps to begin
// with have their geometry already and stay as they are.
//
//===----------------------------------------------------------------------===//
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Simt/Simt.h"

namespace tern::lowering {
#define GEN_PASS_DEF_MAPGRID
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// The loop over the grid; null when there is none.
static scf::ForOp gridLoop(func::FuncOp kernel) {
  for (auto loop : kernel.front().getOps<scf::ForOp>())
    if (loop.getLowerBound() == kernel.getArgument(0) &&
        loop.getUpperBound() == kernel.getArgument(1))
      return loop;
  return {};
}

///   scf.for %i = %lo to %hi       scf.forall (%i) in (N)
///     body                   ->     body
///                                 {mapping = [#kern.grid]}
static void map(scf::ForOp loop, int64_t points) {
  SimtEmitter b(loop.getLoc(), loop.getContext());
  b.setInsertionPoint(loop);
  b.level<kern::GridAttr>(points, [&](Value point) {
    Block *body = b.getInsertionBlock();
    loop.getInductionVar().replaceAllUsesWith(point);
    auto &from = loop.getBody()->getOperations();
    body->getOperations().splice(b.getInsertionPoint(), from, from.begin(),
                                 std::prev(from.end()));
  });
  loop.erase();
}

namespace {
struct MapGrid : lowering::impl::MapGridBase<MapGrid> {
  void runOnOperation() override {
    Kernels kernels(getOperation());
    for (func::FuncOp kernel : kernels.get()) {
      if (kernel->hasAttr("kern.geometry"))
        continue;
      scf::ForOp loop = gridLoop(kernel);
      auto grid = kernel->getAttrOfType<IntegerAttr>("kern.grid");
      if (!loop || !grid) {
        kernel.emitOpError("expected a loop over a grid of known size");
        return signalPassFailure();
      }
      map(loop, grid.getInt());
      setGeometry(kernel, gridThreads, 0);
    }
  }
};
} // namespace
