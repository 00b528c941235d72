//===- RowReduction.cpp - Reductions with a warp to each row --------------===//
//
// A thread to each row leaves most of a GPU idle and reads rows far apart at
// once; the lanes of a warp read neighbours.
//
//===----------------------------------------------------------------------===//
#include "passes/Lowering/Simt/RowReduction.h"
#include "passes/Lowering/LoopNest.h"
#include "passes/Lowering/Simt/Simt.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// The operation that combines the result so far with an element; null when
/// there is none such.
static Operation *combinerOf(linalg::GenericOp op) {
  Block &body = *op.getBody();
  if (op.getNumDpsInits() != 1)
    return nullptr;
  Value acc = body.getArguments().back();
  Operation *combine = body.getTerminator()->getOperand(0).getDefiningOp();
  bool isCombine = combine && combine->getBlock() == &body &&
                   combine->getNumOperands() == 2 && acc.hasOneUse() &&
                   *acc.user_begin() == combine &&
                   arith::getNeutralElement(combine);
  return isCombine ? combine : nullptr;
}

bool lowering::isRowReduction(linalg::GenericOp op) {
  auto kinds = op.getIteratorTypesArray();
  auto sizes = op.getStaticLoopRanges();
  if (kinds.empty() || kinds.back() != utils::IteratorType::reduction ||
      sizes.back() < warpLanes)
    return false;
  Type result = op.getBody()->getArguments().back().getType();
  return (result.isInteger(32) || result.isF32()) && combinerOf(op);
}

namespace {
class RowReduction : public LoopNest {
public:
  RowReduction(linalg::GenericOp op, SimtEmitter &b)
      : LoopNest(op, b), b(b), combiner(combinerOf(op)) {
    for (unsigned d : parallel)
      shape.push_back(sizes[d]);
    for (int64_t size : shape)
      rows *= size;
  }
  int64_t emit(func::FuncOp kernel);

private:
  static constexpr int64_t warps = 4;
  void emitRow(Value row, Value lane);
  /// What the lane combines of its row.
  Value emitLane(Value lane);
  Value combine(Value x, Value y);

  SimtEmitter &b;
  Operation *combiner;
  SmallVector<int64_t> shape;
  int64_t rows = 1;
};
} // namespace

Value RowReduction::combine(Value x, Value y) {
  Operation *copy = b.clone(*combiner);
  copy->setOperands({x, y});
  return copy->getResult(0);
}

Value RowReduction::emitLane(Value lane) {
  unsigned last = reduction.back();
  Value neutral =
      b.create<arith::ConstantOp>(*arith::getNeutralElement(combiner));
  std::function<Value(ArrayRef<unsigned>, Value)> over =
      [&](ArrayRef<unsigned> dims, Value carried) -> Value {
    if (!dims.empty())
      return b.loop(b.index(0), b.index(sizes[dims[0]]), carried,
                    [&](Value at, ValueRange inner) {
                      position[dims[0]] = at;
                      return SmallVector<Value>{
                          over(dims.drop_front(), inner[0])};
                    })[0];
    return b.strided(lane, sizes[last], warpLanes, carried,
                     [&](Value at, ValueRange inner) {
                       position[last] = at;
                       return emitBody(inner);
                     })[0];
  };
  return over(ArrayRef(reduction).drop_back(), neutral);
}

void RowReduction::emitRow(Value row, Value lane) {
  for (auto [d, at] : llvm::zip(parallel, b.delinearize(row, shape)))
    position[d] = at;
  Value part = b.named("part", emitLane(lane));
  Value all = b.reduceLanes(part, warpLanes, [&](Value x, Value y) {
    return b.named("part", combine(x, y));
  });
  b.when(b.compare(arith::CmpIPredicate::eq, lane, b.index(0)),
         [&] { store(combine(load(*op.getDpsInitOperand(0)), all)); });
}

int64_t RowReduction::emit(func::FuncOp kernel) {
  b.setInsertionPoint(op);
  int64_t blocks = llvm::divideCeil(rows, warps);
  b.level<kern::BlockAttr>(blocks, [&](Value block) {
    b.level<kern::WarpAttr>(warps, [&](Value warp) {
      b.level<kern::LaneAttr>(warpLanes, [&](Value lane) {
        Value row = b.named("row", b.add(b.mul(block, warps), warp));
        Value exists = b.compare(arith::CmpIPredicate::ult, row, b.index(rows));
        b.when(exists, [&] { emitRow(row, lane); });
      });
    });
  });
  setGeometry(kernel, warps * warpLanes, 0);
  op.erase();
  return blocks;
}

int64_t lowering::lowerRowReduction(linalg::GenericOp op, func::FuncOp kernel) {
  SimtEmitter b(op.getLoc(), op.getContext());
  return RowReduction(op, b).emit(kernel);
}
