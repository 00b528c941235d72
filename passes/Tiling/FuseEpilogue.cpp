//===- FuseEpilogue.cpp - Consumers into a contraction's epilogue ---------===//
//
// A contraction's sums are in registers when they are done: bias, scale,
// activation and requantization cost almost nothing there, and a round trip
// through memory anywhere else.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tern/Tern.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Tiling/Passes.h"

namespace tern::tiling {
#define GEN_PASS_DEF_FUSEEPILOGUE
#include "passes/Tiling/Passes.h.inc"
} // namespace tern::tiling

using namespace mlir;
using namespace tern;

/// The consumer to inline; null when there is none.
static linalg::GenericOp findConsumer(Operation *contraction) {
  Value result = contraction->getResult(0);
  if (!result.hasOneUse())
    return {};
  OpOperand &use = *result.use_begin();
  auto consumer = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!consumer || consumer->getNumResults() != 1 || consumer.isDpsInit(&use) ||
      consumer.getNumParallelLoops() != consumer.getNumLoops())
    return {};
  auto identity = [&](OpOperand *operand) {
    return consumer.getMatchingIndexingMap(operand).isIdentity();
  };
  // The body may read neither its own result nor loop indices, and captures
  // nothing but scalars.
  bool plain = consumer.getMatchingBlockArgument(consumer.getDpsInitOperand(0))
                   .use_empty();
  consumer.getBody()->walk([&](Operation *op) {
    plain &= !isa<linalg::IndexOp, tensor::ExtractOp>(op);
  });
  if (!plain || !identity(&use) || !identity(consumer.getDpsInitOperand(0)))
    return {};
  return consumer;
}

/// Copies a block's operations to the builder; returns the yielded value.
static Value inlineBody(OpBuilder &builder, Block &block, IRMapping &mapping) {
  for (Operation &op : block.without_terminator())
    builder.clone(op, mapping);
  return mapping.lookupOrDefault(block.getTerminator()->getOperand(0));
}

///   %c = tern.matmul ...                     %y = tern.matmul ... extras(%s)
///   %y = linalg.generic ins(%c, %s)    ->       epilogue { body }
template <typename Contraction>
static Contraction fuse(Contraction op, linalg::GenericOp consumer,
                        RewriterBase &rewriter) {
  // First the layer whose value this is, then those it took in.
  Location loc =
      FusedLoc::get({consumer.getLoc(), op.getLoc()}, {}, op.getContext());
  rewriter.setInsertionPoint(consumer);
  SmallVector<Value> extras(op.getExtras());
  SmallVector<Attribute> maps;
  if (ArrayAttr known = op.getExtraMapsAttr())
    maps.append(known.begin(), known.end());

  Block *body = new Block();
  body->addArgument(op.getAccumulator(), loc);
  for (Value extra : extras)
    body->addArgument(cast<ShapedType>(extra.getType()).getElementType(), loc);
  IRMapping mapping;
  for (OpOperand *input : consumer.getDpsInputOperands()) {
    if (input->get() == op->getResult(0))
      continue;
    extras.push_back(input->get());
    maps.push_back(AffineMapAttr::get(consumer.getMatchingIndexingMap(input)));
    BlockArgument scalar = consumer.getMatchingBlockArgument(input);
    mapping.map(scalar, body->addArgument(scalar.getType(), loc));
  }
  OpBuilder builder(op.getContext());
  builder.setInsertionPointToEnd(body);
  Value value = body->getArgument(0);
  if (op.hasEpilogue()) {
    IRMapping inner;
    Block &before = op.getEpilogue().front();
    for (auto [from, to] :
         llvm::zip(before.getArguments(), body->getArguments()))
      inner.map(from, to);
    value = inlineBody(builder, before, inner);
  }
  for (OpOperand *input : consumer.getDpsInputOperands())
    if (input->get() == op->getResult(0))
      mapping.map(consumer.getMatchingBlockArgument(input), value);
  builder.create<ir::YieldOp>(
      loc, inlineBody(builder, *consumer.getBody(), mapping));

  auto fused = cast<Contraction>(rewriter.clone(*op.getOperation()));
  fused->setLoc(loc);
  fused.getExtrasMutable().assign(extras);
  fused.getInitMutable().assign(consumer.getDpsInits()[0]);
  fused.setExtraMapsAttr(rewriter.getArrayAttr(maps));
  fused.getEpilogue().getBlocks().clear();
  fused.getEpilogue().push_back(body);
  fused->getResult(0).setType(consumer->getResult(0).getType());
  rewriter.replaceOp(consumer, fused->getResults());
  rewriter.eraseOp(op);
  return fused;
}

template <typename Contraction>
static void fuseAll(Contraction op, RewriterBase &rewriter) {
  while (linalg::GenericOp consumer = findConsumer(op))
    op = fuse(op, consumer, rewriter);
}

namespace {
struct FuseEpilogue : tiling::impl::FuseEpilogueBase<FuseEpilogue> {
  void runOnOperation() override {
    SmallVector<Operation *> contractions;
    getOperation().walk([&](Operation *op) {
      if (isa<ir::MatmulOp, ir::ConvOp>(op))
        contractions.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (Operation *op : contractions)
      llvm::TypeSwitch<Operation *>(op).Case<ir::MatmulOp, ir::ConvOp>(
          [&](auto contraction) { fuseAll(contraction, rewriter); });
  }
};
} // namespace
