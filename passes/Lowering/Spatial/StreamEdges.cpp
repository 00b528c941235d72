//===- StreamEdges.cpp - Edges between the steps of a dataflow ------------===//
//
// Who produces how many elements at a time is decided by now; what remains is
// the order in which they travel, which convolutions dictate (channels last),
// and a converter wherever two neighbours disagree on the width of a word.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Stages.h"
#include "passes/Lowering/Spatial/StreamOrder.h"
#include <numeric>

namespace tern::lowering {
#define GEN_PASS_DEF_STREAMEDGES
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
/// What a step's result is carried as.
struct Carried {
  StreamOrder order;
  int64_t lanes = 1;
};

/// Draws the edges of one dataflow.
class EdgeDrawer {
public:
  explicit EdgeDrawer(ir::DataflowOp dataflow)
      : b(dataflow.getLoc(), dataflow.getContext()),
        body(dataflow.getBody().front()) {}
  LogicalResult run();

private:
  LogicalResult drawProduct(Operation *op);
  LogicalResult drawWindow(Operation *op, int64_t inputLanes,
                           int64_t outputLanes);
  LogicalResult drawElementwise(linalg::GenericOp op);
  void drawDeliver(ir::DeliverOp op);
  /// Puts an edge in an operand's place. `wanted` is for what comes from
  /// memory, which has no order of its own.
  StreamOrder connect(OpOperand &operand, const StreamOrder &wanted,
                      int64_t lanes);
  LogicalResult refuse(Operation *op, StringRef expected);
  std::optional<StreamOrder> orderOf(Value value);
  /// The lanes of the stream that a step works through; 1 from memory.
  int64_t enteringLanes(Operation *op) {
    Value value = throughReshapes(streamOperands(op).front()->get());
    auto found = carried.find(value);
    return found == carried.end() ? 1 : found->second.lanes;
  }

  ImplicitLocOpBuilder b;
  Block &body;
  DenseMap<Value, Carried> carried;
};
} // namespace

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

LogicalResult EdgeDrawer::refuse(Operation *op, StringRef expected) {
  return op->emitError("node ")
         << describeLayer(op) << ": expected " << expected
         << ", but got a stream in another order; move the transposition "
            "before the first or behind the last layer on the part";
}

std::optional<StreamOrder> EdgeDrawer::orderOf(Value value) {
  auto found = carried.find(throughReshapes(value));
  if (found == carried.end())
    return std::nullopt;
  return found->second.order;
}

static Value makeStream(ImplicitLocOpBuilder &b, Value source,
                        const StreamOrder &order, int64_t lanes) {
  return b.create<ir::StreamOp>(source, order.shape, order.order, lanes, 2);
}

/// The reshapes between `source` and `value`, repeated on `stream`.
static Value repeatReshapes(ImplicitLocOpBuilder &b, Value value, Value source,
                            Value stream) {
  if (value == source)
    return stream;
  Operation *reshape = value.getDefiningOp();
  Value inner = repeatReshapes(b, reshape->getOperand(0), source, stream);
  IRMapping mapping;
  mapping.map(reshape->getOperand(0), inner);
  return b.clone(*reshape, mapping)->getResult(0);
}

StreamOrder EdgeDrawer::connect(OpOperand &operand, const StreamOrder &wanted,
                                int64_t lanes) {
  Value value = operand.get(), source = throughReshapes(value);
  b.setInsertionPoint(operand.getOwner());
  b.setLoc(operand.getOwner()->getLoc());
  auto found = carried.find(source);
  StreamOrder order = wanted;
  Value stream;
  if (found == carried.end()) {
    stream = makeStream(b, source, order, lanes);
  } else {
    order = found->second.order;
    int64_t from = found->second.lanes;
    stream = makeStream(b, source, order, from);
    int64_t common = std::gcd(from, lanes);
    if (common != from && common != lanes)
      stream = makeStream(b, stream, order, common);
    if (lanes != from)
      stream = makeStream(b, stream, order, lanes);
  }
  operand.set(repeatReshapes(b, value, source, stream));
  return order;
}

/// Rows and columns at a time, from the layout.
static std::pair<int64_t, int64_t> foldingOf(Operation *op) {
  auto layout = op->getAttrOfType<ir::LayoutAttr>("layout");
  return {layout.getRows(), layout.getUnit() / layout.getBits()};
}

LogicalResult EdgeDrawer::drawProduct(Operation *op) {
  auto [pe, simd] = foldingOf(op);
  Value result = op->getResult(0);
  if (isa<ir::ConvOp>(op)) {
    int64_t channels = shapeOf(op->getOperand(0))[1];
    if (failed(drawWindow(op, std::gcd(simd, channels), pe)))
      return failure();
  } else {
    OpOperand &input = op->getOpOperand(0);
    auto order = orderOf(input.get());
    if (order && !columnsOfRows(*order, shapeOf(input.get()).back()))
      return refuse(op, "one row of its input after the other");
    connect(input, StreamOrder::rowMajor(shapeOf(input.get())), simd);
    carried[result] = {StreamOrder::rowMajor(shapeOf(result)), pe};
  }
  // What joins in the epilogue has the order of the results.
  for (OpOperand *join : ArrayRef(streamOperands(op)).drop_front()) {
    auto order = orderOf(join->get());
    if (order && !areSame(*order, carried[result].order))
      return refuse(op, "operands in the order of its result");
    connect(*join, carried[result].order, pe);
  }
  return success();
}

LogicalResult EdgeDrawer::drawWindow(Operation *op, int64_t inputLanes,
                                     int64_t outputLanes) {
  OpOperand *input = streamOperands(op).front();
  auto wanted = StreamOrder::channelsLast(shapeOf(input->get()));
  auto order = orderOf(input->get());
  if (order && !areSame(*order, wanted))
    return refuse(op, "all channels of a place after each other");
  connect(*input, wanted, inputLanes);
  Value result = op->getResult(0);
  carried[result] = {StreamOrder::channelsLast(shapeOf(result)), outputLanes};
  return success();
}

/// The loop dimensions of an elementwise step in the order that an operand's
/// stream passes through them.
static SmallVector<int64_t> loopOrder(AffineMap map, const StreamOrder &order) {
  SmallVector<int64_t> loops;
  for (int64_t dim : order.order)
    loops.push_back(map.getDimPosition(dim));
  return loops;
}

LogicalResult EdgeDrawer::drawElementwise(linalg::GenericOp op) {
  SmallVector<OpOperand *> streams = streamOperands(op);
  OpOperand &first = *streams.front();
  auto order = orderOf(first.get());
  StreamOrder own = StreamOrder::rowMajor(shapeOf(first.get()));
  StreamOrder entering = order.value_or(own);
  AffineMap map = op.getMatchingIndexingMap(&first);
  OpOperand &init = *op.getDpsInitOperand(0);
  AffineMap resultMap = op.getMatchingIndexingMap(&init);
  int64_t lanes = enteringLanes(op);
  StreamOrder leaving;
  if (entering.shape == own.shape) {
    SmallVector<int64_t> loops = loopOrder(map, entering);
    leaving.shape.assign(shapeOf(op.getResult(0)).begin(),
                         shapeOf(op.getResult(0)).end());
    for (int64_t loop : loops)
      leaving.order.push_back(*resultMap.getResultPosition(
          getAffineDimExpr(loop, op.getContext())));
  } else {
    // A reshaped stream passes where nothing depends on the position.
    bool flat = llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
      auto type = dyn_cast<RankedTensorType>(operand.get().getType());
      return !type || op.getMatchingIndexingMap(&operand).isIdentity();
    });
    bool constants = llvm::any_of(op.getDpsInputs(), [](Value value) {
      return isa<RankedTensorType>(value.getType()) && isConstant(value);
    });
    if (!flat || constants)
      return refuse(op, "elements in the order of its own shape");
    leaving = entering;
  }
  for (OpOperand *stream : streams) {
    AffineMap other = op.getMatchingIndexingMap(stream);
    StreamOrder wanted;
    wanted.shape.assign(shapeOf(stream->get()).begin(),
                        shapeOf(stream->get()).end());
    if (entering.shape == own.shape)
      for (int64_t loop : loopOrder(map, entering))
        wanted.order.push_back(
            *other.getResultPosition(getAffineDimExpr(loop, op.getContext())));
    else
      wanted = entering;
    auto known = orderOf(stream->get());
    if (known && !areSame(*known, wanted))
      return refuse(op, "operands in the same order");
    connect(*stream, wanted, lanes);
  }
  carried[op.getResult(0)] = {leaving, lanes};
  return success();
}

void EdgeDrawer::drawDeliver(ir::DeliverOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto found = carried.find(throughReshapes(operand.get()));
    int64_t lanes = found == carried.end() ? 1 : found->second.lanes;
    connect(operand, StreamOrder::rowMajor(shapeOf(operand.get())), lanes);
  }
}

LogicalResult EdgeDrawer::run() {
  for (Operation &op : llvm::make_early_inc_range(body)) {
    std::string why;
    LogicalResult result = success();
    if (auto deliver = dyn_cast<ir::DeliverOp>(op))
      drawDeliver(deliver);
    else if (isIntegerProduct(&op))
      result = drawProduct(&op);
    else if (auto generic = dyn_cast<linalg::GenericOp>(op);
             generic && !isConstant(generic.getResult(0)))
      result = stageOf(generic, why) == StageKind::Pool
                   ? drawWindow(generic, enteringLanes(generic),
                                enteringLanes(generic))
                   : drawElementwise(generic);
    if (failed(result))
      return failure();
  }
  // Reshapes that led to steps before.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isReshape(&op) && op.use_empty())
      op.erase();
  return success();
}

namespace {
struct StreamEdges : lowering::impl::StreamEdgesBase<StreamEdges> {
  void runOnOperation() override {
    auto result = getOperation().walk([](ir::DataflowOp dataflow) {
      return failed(EdgeDrawer(dataflow).run()) ? WalkResult::interrupt()
                                                : WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
