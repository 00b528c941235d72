//===- Simt.cpp - Writing kernels of blocks, warps and lanes --------------===//
#include "passes/Lowering/Simt/Simt.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

void SimtEmitter::parallel(Attribute level, int64_t size,
                           function_ref<void(Value)> body) {
  OpFoldResult bound = getIndexAttr(size);
  auto forall =
      create<scf::ForallOp>(bound, ValueRange(), getArrayAttr({level}));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPoint(forall.getTerminator());
  body(forall.getInductionVar(0));
}

void SimtEmitter::strided(Value begin, int64_t end, int64_t step,
                          function_ref<void(Value)> body) {
  auto loop = create<scf::ForOp>(begin, index(end), index(step));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

SmallVector<Value> SimtEmitter::strided(Value begin, int64_t end, int64_t step,
                                        ValueRange inits, Carry body) {
  auto loop = create<scf::ForOp>(begin, index(end), index(step), inits);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  create<scf::YieldOp>(body(loop.getInductionVar(), loop.getRegionIterArgs()));
  return llvm::to_vector(ValueRange(loop.getResults()));
}

Value SimtEmitter::asBytes(Value memory) {
  int64_t rank = cast<MemRefType>(memory.getType()).getRank();
  if (rank == 1)
    return memory;
  auto all = llvm::to_vector<4>(llvm::seq<int64_t>(0, rank));
  SmallVector<ReassociationIndices> groups = {
      ReassociationIndices(all.begin(), all.end())};
  return create<memref::CollapseShapeOp>(memory, groups);
}

void SimtEmitter::when(Value condition, function_ref<void()> body) {
  auto branch = create<scf::IfOp>(condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  body();
}

Value SimtEmitter::tile(StringRef name, Type element, int64_t offset,
                        int64_t size, const Twine &meaning) {
  auto type = MemRefType::get({size}, element, AffineMap(),
                              kern::SharedAttr::get(getContext()));
  Location named = NameLoc::get(getStringAttr(name), getLoc());
  return OpBuilder::create<kern::TileOp>(named, type, getI64IntegerAttr(offset),
                                         getStringAttr(meaning));
}

Value SimtEmitter::reduceLanes(Value value, int64_t lanes,
                               function_ref<Value(Value, Value)> combine) {
  for (int64_t distance = lanes / 2; distance > 0; distance /= 2)
    value = combine(value, create<kern::ShuffleXorOp>(value, distance));
  return value;
}

void lowering::setGeometry(func::FuncOp kernel, int64_t threads,
                           int64_t shared) {
  kernel->setAttr("kern.geometry", kern::GeometryAttr::get(kernel.getContext(),
                                                           threads, shared));
}
