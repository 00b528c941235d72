//===- CFolding.cpp - Which operations become part of an expression -------===//
#include "lib/Backend/Common/CFolding.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace tern::backend;

static constexpr unsigned mostDepth = 5, mostOperations = 9;

static bool isLoad(Operation *op) {
  return isa<memref::LoadOp, vector::LoadOp>(op);
}

/// Whether loads may not move behind `op`: stores, and everything that waits
/// for others.
static bool mayWrite(Operation *op) {
  return op
      ->walk([](Operation *inner) {
        bool isQuiet = isMemoryEffectFree(inner) || isLoad(inner) ||
                       inner->hasTrait<OpTrait::IsTerminator>() ||
                       isa<memref::AllocaOp>(inner);
        return isQuiet || inner->getNumRegions() ? WalkResult::advance()
                                                 : WalkResult::interrupt();
      })
      .wasInterrupted();
}

bool CFolding::isOmitted(Operation *op) {
  bool isQuiet =
      isMemoryEffectFree(op) || isLoad(op) || isa<memref::AllocaOp>(op);
  return isa<arith::ConstantOp>(op) ||
         (op->getNumResults() != 0 && op->use_empty() && isQuiet);
}

CFolding::CFolding(Operation *kernel) {
  kernel->walk<WalkOrder::PreOrder>([&](Block *block) { decide(*block); });
}

bool CFolding::canFold(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions() || !op->hasOneUse() ||
      !(isMemoryEffectFree(op) || isLoad(op)))
    return false;
  OpOperand &use = *op->use_begin();
  Operation *user = use.getOwner();
  if (user->getBlock() != op->getBlock())
    return false;
  // A loop compares with its upper bound again and again.
  if (isa<scf::ForOp>(user) && use.getOperandNumber() == 1)
    return false;
  const Place &place = places[user];
  if (place.depth + 1 > mostDepth || sizes[place.statement] >= mostOperations)
    return false;
  if (!isLoad(op))
    return true;
  for (Operation *next = op->getNextNode(); next != place.statement;
       next = next->getNextNode())
    if (mayWrite(next))
      return false;
  return true;
}

void CFolding::decide(Block &block) {
  for (Operation &op : llvm::reverse(block)) {
    if (!canFold(&op)) {
      places[&op] = {&op, 0};
      continue;
    }
    Place user = places[*op.user_begin()];
    folded.insert(&op);
    places[&op] = {user.statement, user.depth + 1};
    ++sizes[user.statement];
  }
}
