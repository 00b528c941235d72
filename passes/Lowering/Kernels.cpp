//===- Kernels.cpp - Kernels and their launches ---------------------------===//
#include "passes/Lowering/Kernels.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

Kernels::Kernels(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function->hasAttr("kern.kernel"))
      kernels.push_back(function);
    function.walk([&](kern::LaunchOp launch) {
      launches[launch.getKernelAttr().getAttr()].push_back(launch);
    });
  }
}

int64_t Kernels::alignmentOf(BlockArgument buffer) const {
  auto kernel = cast<func::FuncOp>(buffer.getOwner()->getParentOp());
  uint64_t bits = 64;
  for (kern::LaunchOp launch : launches.lookup(kernel.getNameAttr())) {
    Value memory = launch.getBuffers()[buffer.getArgNumber() - 2];
    if (auto view = memory.getDefiningOp<kern::ViewOp>())
      bits |= view.getOffset();
    else
      bits |= 1;
  }
  return bits & -bits;
}

void Kernels::setGrid(func::FuncOp kernel, int64_t trip) {
  // A kernel whose steps have nothing to do still is launched.
  trip = std::max<int64_t>(trip, 1);
  kernel->setAttr("kern.grid", Builder(kernel).getI64IntegerAttr(trip));
  for (kern::LaunchOp launch : launches[kernel.getNameAttr()])
    launch.setTrip(trip);
}
