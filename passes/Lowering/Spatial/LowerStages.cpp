//===- LowerStages.cpp - A dataflow as a design of stages -----------------===//
//
// Every step becomes a function, every edge a queue. What a convolution is (a
// window and a product), what a value with several readers needs (a fork) and
// what two widths need (a converter) is spelled out here.
//
//===----------------------------------------------------------------------===//
#include "lib/Target/Targets.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Accounts.h"
#include "passes/Lowering/Spatial/StageWriters.h"
#include "llvm/ADT/StringSwitch.h"
#include <numeric>

namespace tern::lowering {
#define GEN_PASS_DEF_LOWERSTAGES
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
/// Builds the design of one dataflow.
class DesignBuilder {
public:
  DesignBuilder(ir::DataflowOp dataflow, StringRef name, const FpgaParts &part);
  void run();

private:
  using Write = function_ref<void(StageEmitter &, ValueRange arguments)>;
  /// `remark` is for who reads the printed stage.
  void addStage(Location loc, StringRef kind, ValueRange operands, Write write,
                StringRef remark = "");
  Value addFifo(Location loc, Type element, int64_t lanes, int64_t depth);
  Port portOf(ir::StreamOp edge, Value argument);
  Port portOf(Value fifo, Value argument, Type element);

  void addEdges();
  void addSource(ir::StreamOp edge);
  Value addWindow(ir::ConvOp conv, ir::StreamOp edge);
  void addProducts(Operation *op, Value output);
  void addStep(Operation *op);
  void addStages(Operation *op, Value output);
  void addSink(OpOperand &delivered, Value memory);
  Value outputOf(Value value);
  void addFork(Value value, Value trunk);
  Value fifoOf(Value operand) { return fifos.lookup(edgeOf(operand)); }
  static ir::StreamOp edgeOf(Value operand) {
    return throughReshapes(operand).getDefiningOp<ir::StreamOp>();
  }

  ir::DataflowOp dataflow;
  Block &body;
  OpBuilder builder;
  kern::DesignOp design;
  func::FuncOp top;
  std::optional<Constants> constants;
  DenseMap<Operation *, Value> fifos;
  Accounts accounts;
};
} // namespace

/// A port's memory as the ABI has it: one element after the other.
static MemRefType memoryOf(Type type) {
  auto shaped = cast<ShapedType>(type);
  Type element = shaped.getElementType();
  if (auto code = dyn_cast<ir::QType>(element))
    element = IntegerType::get(type.getContext(), 8 * code.getStorageBytes());
  return MemRefType::get({shaped.getNumElements()}, element);
}

static StreamOrder orderOf(ir::StreamOp edge) {
  StreamOrder order;
  order.shape.assign(edge.getShape().begin(), edge.getShape().end());
  order.order.assign(edge.getOrder().begin(), edge.getOrder().end());
  return order;
}

static Type elementOf(Value tensor) {
  return cast<ShapedType>(tensor.getType()).getElementType();
}

DesignBuilder::DesignBuilder(ir::DataflowOp dataflow, StringRef name,
                             const FpgaParts &part)
    : dataflow(dataflow), body(dataflow.getBody().front()),
      builder(dataflow.getContext()), accounts(part) {
  Location loc = dataflow.getLoc();
  builder.setInsertionPoint(dataflow->getParentOfType<func::FuncOp>());
  design = builder.create<kern::DesignOp>(loc, name);
  builder.createBlock(&design.getBody());
  SmallVector<Type> types;
  for (Type type : dataflow.getInputs().getTypes())
    types.push_back(memoryOf(type));
  for (Type type : dataflow.getResultTypes())
    types.push_back(memoryOf(type));
  top = builder.create<func::FuncOp>(loc, "top",
                                     builder.getFunctionType(types, {}));
  top.addEntryBlock();
  builder.setInsertionPointToEnd(&top.front());
  builder.create<func::ReturnOp>(loc);
  constants.emplace(design);
}

/// What a kind of stage does, in a sentence.
static StringRef remarkOf(StringRef kind) {
  return llvm::StringSwitch<StringRef>(kind)
      .Case("source", "The host's memory as a stream.")
      .Case("sink", "A stream into the host's memory.")
      .Case("fork", "Every word to all that read it.")
      .Cases("resize", "widen", "Words of one width as words of another.")
      .Case("window", "Every tap of every position, channels fastest.")
      .Case("pool", "A reduction over the taps of each position.")
      .Default("One word after the other.");
}

void DesignBuilder::addStage(Location loc, StringRef kind, ValueRange operands,
                             Write write, StringRef remark) {
  ir::LayerAttr layer = namedLayer(loc);
  std::string layerName = layer ? layer.getName().str() : "";
  builder.setInsertionPoint(top);
  auto stage = builder.create<func::FuncOp>(
      loc, (kind + Twine(layerName.empty() ? "" : "_") + layerName).str(),
      builder.getFunctionType(operands.getTypes(), {}));
  stage.setPrivate();
  if (!layerName.empty())
    stage->setAttr("kern.layer", builder.getStringAttr(layerName));
  stage->setAttr("kern.stage", builder.getStringAttr(kind));
  stage->setAttr("kern.remark", builder.getStringAttr(
                                    remark.empty() ? remarkOf(kind) : remark));
  SymbolTable(design).insert(stage, builder.getInsertionPoint());
  stage.addEntryBlock();
  StageEmitter emitter(stage, loc);
  write(emitter, stage.getArguments());
  emitter.setInsertionPointToEnd(&stage.front());
  emitter.create<func::ReturnOp>();
  builder.setInsertionPoint(top.front().getTerminator());
  builder.create<kern::ProcessOp>(
      loc, FlatSymbolRefAttr::get(stage.getSymNameAttr()), operands);
}

Value DesignBuilder::addFifo(Location loc, Type element, int64_t lanes,
                             int64_t depth) {
  builder.setInsertionPoint(top.front().getTerminator());
  auto word = builder.getIntegerType(lanes * laneBits(element));
  accounts.addFifo(word.getWidth(), depth);
  return builder.create<kern::FifoOp>(
      loc, kern::StreamType::get(builder.getContext(), word), depth);
}

Port DesignBuilder::portOf(Value fifo, Value argument, Type element) {
  unsigned bits = cast<kern::StreamType>(fifo.getType()).getWord().getWidth();
  return {argument, element, bits / laneBits(element), 0};
}

Port DesignBuilder::portOf(ir::StreamOp edge, Value argument) {
  return {argument, elementOf(edge), static_cast<int64_t>(edge.getLanes()),
          edge.getWords()};
}

void DesignBuilder::addEdges() {
  for (auto edge : body.getOps<ir::StreamOp>())
    fifos[edge] = addFifo(edge.getLoc(), elementOf(edge), edge.getLanes(),
                          edge.getDepth());
}

void DesignBuilder::addSource(ir::StreamOp edge) {
  auto argument = cast<BlockArgument>(throughReshapes(edge.getSource()));
  Value memory = top.getArgument(argument.getArgNumber());
  addStage(edge.getLoc(), "source", {memory, fifos[edge]},
           [&](StageEmitter &b, ValueRange arguments) {
             writeSource(b, arguments[0], portOf(edge, arguments[1]),
                         orderOf(edge));
           });
}

static SmallVector<ir::StreamOp> edgesOf(Value value) {
  SmallVector<ir::StreamOp> edges;
  for (Operation *user : value.getUsers())
    edges.push_back(cast<ir::StreamOp>(user));
  return edges;
}

/// The queue that the stage of `value` writes: the one edge, or one to a fork.
Value DesignBuilder::outputOf(Value value) {
  SmallVector<ir::StreamOp> edges = edgesOf(value);
  ir::StreamOp first = edges.front();
  if (edges.size() == 1)
    return fifos[first];
  return addFifo(first.getLoc(), elementOf(first), first.getLanes(), 2);
}

/// Behind the stage of `value`: processes stand in the order of the words.
void DesignBuilder::addFork(Value value, Value trunk) {
  SmallVector<ir::StreamOp> edges = edgesOf(value);
  if (edges.size() == 1)
    return;
  SmallVector<Value> operands = {trunk};
  for (ir::StreamOp edge : edges)
    operands.push_back(fifos[edge]);
  addStage(value.getLoc(), "fork", operands,
           [&](StageEmitter &b, ValueRange arguments) {
             SmallVector<Port> outputs;
             for (auto [edge, argument] :
                  llvm::zip(edges, arguments.drop_front()))
               outputs.push_back(portOf(edge, argument));
             writeFork(b, portOf(edges.front(), arguments[0]), outputs);
           });
}

/// The columns of a filter in the order of a window: taps, then channels.
static std::vector<int64_t> columnsOfFilter(const Window &window) {
  std::vector<int64_t> columns;
  for (int64_t tap = 0; tap < window.getTaps(); ++tap)
    for (int64_t channel = 0; channel < window.channels; ++channel)
      columns.push_back(channel * window.getTaps() + tap);
  return columns;
}

/// What a folded product is, in a sentence for who reads its code.
static std::string describeFolds(Operation *op) {
  Contraction c = describeContraction(op);
  auto layout = op->getAttrOfType<ir::LayoutAttr>("layout");
  int64_t pe = layout.getRows(), simd = layout.getUnit() / layout.getBits();
  std::string text;
  llvm::raw_string_ostream(text)
      << c.n << " x " << c.k << " weights of " << layout.getBits()
      << " bits for each of " << c.m << " vectors; PE " << pe << ", SIMD "
      << simd << ": " << c.m * (c.n / pe) * (c.k / simd)
      << " cycles at an interval of 1.";
  return text;
}

/// The window ahead of a convolution; returns the queue of its vectors.
Value DesignBuilder::addWindow(ir::ConvOp conv, ir::StreamOp edge) {
  Location loc = conv.getLoc();
  Window window = windowOf(conv);
  Type element = elementOf(edge);
  ir::LayoutAttr layout = *conv.getLayout();
  int64_t simd = layout.getUnit() / layout.getBits();
  auto lanes = static_cast<int64_t>(edge.getLanes());
  int64_t outside = 0;
  if (Value zero = conv.getInputZp())
    outside = ConstantTensor::get(zero)->getInt(0);
  Value taps = addFifo(loc, element, lanes, 2);
  addStage(loc, "window", {fifos[edge], taps},
           [&](StageEmitter &b, ValueRange arguments) {
             writeWindow(b, window, outside, portOf(edge, arguments[0]),
                         portOf(taps, arguments[1], element));
           });
  if (lanes == simd)
    return taps;
  Value wide = addFifo(loc, element, simd, 2);
  addStage(loc, "widen", {taps, wide},
           [&](StageEmitter &b, ValueRange arguments) {
             Port to = portOf(wide, arguments[1], element);
             to.words = window.getPositions() * window.getTaps() *
                        window.channels / simd;
             writeConverter(b, portOf(taps, arguments[0], element), to);
           });
  return wide;
}

void DesignBuilder::addProducts(Operation *op, Value output) {
  SmallVector<OpOperand *> streams = streamOperands(op);
  ir::StreamOp edge = edgeOf(streams.front()->get());
  Type element = elementOf(edge), result = elementOf(op->getResult(0));
  auto conv = dyn_cast<ir::ConvOp>(op);
  Value input = conv ? addWindow(conv, edge) : fifos[edge];
  int64_t count =
      cast<ShapedType>(op->getOperand(0).getType()).getShape().back();
  std::vector<int64_t> columns = conv ? columnsOfFilter(windowOf(op))
                                      : *columnsOfRows(orderOf(edge), count);
  SmallVector<Value> operands = {input};
  for (OpOperand *join : ArrayRef(streams).drop_front())
    operands.push_back(fifoOf(join->get()));
  operands.push_back(output);
  addStage(
      op->getLoc(), "product", operands,
      [&](StageEmitter &b, ValueRange arguments) {
        SmallVector<Port> joins;
        for (auto [join, argument] :
             llvm::zip(ArrayRef(streams).drop_front(),
                       arguments.drop_front().drop_back()))
          joins.push_back(portOf(edgeOf(join->get()), argument));
        writeProduct(b, op, portOf(input, arguments[0], element), joins,
                     portOf(output, arguments.back(), result), columns,
                     *constants);
      },
      describeFolds(op));
}

void DesignBuilder::addStep(Operation *op) {
  Value output = outputOf(op->getResult(0));
  addStages(op, output);
  addFork(op->getResult(0), output);
}

void DesignBuilder::addStages(Operation *op, Value output) {
  if (isIntegerProduct(op)) {
    accounts.addProduct(op);
    return addProducts(op, output);
  }
  auto generic = cast<linalg::GenericOp>(op);
  SmallVector<OpOperand *> streams = streamOperands(op);
  ir::StreamOp edge = edgeOf(streams.front()->get());
  Type result = elementOf(op->getResult(0));
  auto lanes = static_cast<int64_t>(edge.getLanes());
  if (generic.getNumReductionLoops() > 0) {
    accounts.addPool(generic, lanes);
    Value taps = addFifo(op->getLoc(), elementOf(edge), edge.getLanes(), 2);
    addStage(op->getLoc(), "window", {fifos[edge], taps},
             [&](StageEmitter &b, ValueRange arguments) {
               writeWindow(b, windowOf(op), 0, portOf(edge, arguments[0]),
                           portOf(taps, arguments[1], elementOf(edge)));
             });
    addStage(op->getLoc(), "pool", {taps, output},
             [&](StageEmitter &b, ValueRange arguments) {
               writePool(b, generic, portOf(edge, arguments[0]),
                         portOf(output, arguments[1], result));
             });
    return;
  }
  accounts.addElementwise(generic, lanes);
  SmallVector<Value> operands;
  for (OpOperand *stream : streams)
    operands.push_back(fifoOf(stream->get()));
  operands.push_back(output);
  addStage(op->getLoc(), "map", operands,
           [&](StageEmitter &b, ValueRange arguments) {
             SmallVector<Port> inputs;
             for (auto [stream, argument] :
                  llvm::zip(streams, arguments.drop_back()))
               inputs.push_back(portOf(edgeOf(stream->get()), argument));
             writeElementwise(b, generic, inputs,
                              portOf(output, arguments.back(), result),
                              orderOf(edge), *constants);
           });
}

void DesignBuilder::addSink(OpOperand &delivered, Value memory) {
  ir::StreamOp edge = edgeOf(delivered.get());
  addStage(edge.getLoc(), "sink", {fifos[edge], memory},
           [&](StageEmitter &b, ValueRange arguments) {
             writeSink(b, portOf(edge, arguments[0]), arguments[1],
                       orderOf(edge));
           });
}

void DesignBuilder::run() {
  addEdges();
  for (Operation &op : body) {
    if (auto edge = dyn_cast<ir::StreamOp>(op)) {
      Value source = throughReshapes(edge.getSource());
      if (isa<BlockArgument>(source))
        addSource(edge);
      else if (auto before = source.getDefiningOp<ir::StreamOp>())
        addStage(edge.getLoc(), "resize", {fifos[before], fifos[edge]},
                 [&](StageEmitter &b, ValueRange arguments) {
                   writeConverter(b, portOf(before, arguments[0]),
                                  portOf(edge, arguments[1]));
                 });
    } else if (isIntegerProduct(&op) ||
               (isa<linalg::GenericOp>(op) && !isConstant(op.getResult(0)))) {
      addStep(&op);
    } else if (auto deliver = dyn_cast<ir::DeliverOp>(op)) {
      unsigned inputs = dataflow.getInputs().size();
      for (auto [i, operand] : llvm::enumerate(deliver->getOpOperands()))
        addSink(operand, top.getArgument(inputs + i));
    }
  }
  design->setAttr("kern.layers", accounts.get(builder.getContext()));
  // Where it was, a call.
  builder.setInsertionPoint(dataflow);
  SmallVector<Value> inits;
  for (Type type : dataflow.getResultTypes()) {
    auto shaped = cast<RankedTensorType>(type);
    inits.push_back(builder.create<tensor::EmptyOp>(
        dataflow.getLoc(), shaped.getShape(), shaped.getElementType()));
  }
  auto call = builder.create<kern::AccelerateOp>(
      dataflow.getLoc(), dataflow.getResultTypes(), design.getSymName(),
      dataflow.getInputs(), inits);
  dataflow.replaceAllUsesWith(call.getResults());
  dataflow.erase();
}

namespace {
struct LowerStages : lowering::impl::LowerStagesBase<LowerStages> {
  void runOnOperation() override {
    FailureOr<const Machine *> machine = machineOf(getOperation());
    if (failed(machine))
      return signalPassFailure();
    SmallVector<ir::DataflowOp> dataflows;
    getOperation().walk(
        [&](ir::DataflowOp dataflow) { dataflows.push_back(dataflow); });
    for (ir::DataflowOp dataflow : dataflows) {
      auto entry = dataflow->getParentOfType<func::FuncOp>();
      DesignBuilder(dataflow, (entry.getName() + "_design").str(),
                    (*machine)->fpga)
          .run();
    }
  }
};
} // namespace
