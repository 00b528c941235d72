//===- SizeFifos.cpp - Depths of queues where ways meet again -------------===//
#include "lib/CostModel/StageRate.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Stages.h"
#include "llvm/ADT/SetVector.h"
#include <numeric>

namespace tern::lowering {
#define GEN_PASS_DEF_SIZEFIFOS
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
/// The way of a word from a value to a stage that joins.
struct Way {
  std::vector<StageRate> stages;
  /// The edge it begins with.
  ir::StreamOp first;
};
} // namespace

static ir::StreamOp edgeOf(Value operand) {
  return throughReshapes(operand).getDefiningOp<ir::StreamOp>();
}

static StageRate rateOfWindow(Operation *op, int64_t lanes) {
  Window w = windowOf(op);
  bool plane = w.input.size() == 2;
  int64_t words = w.channels / lanes;
  int64_t rowWrites = w.output.back() * w.getTaps() * words;
  int64_t rowReads = w.input.back() * words;
  if (!plane)
    return StageRate::window(1, rowWrites, 1, 1, 1, rowReads);
  int64_t reach = (w.kernel[0] - 1) * w.dilations[0] - w.padsBefore[0] + 1;
  return StageRate::window(w.output[0], rowWrites, w.strides[0], reach,
                           w.input[0], rowReads);
}

/// What the stages of one step do, from the stream it works through.
static void appendStep(Operation *op, std::vector<StageRate> &stages) {
  auto lanes = static_cast<int64_t>(
      edgeOf(streamOperands(op).front()->get()).getLanes());
  if (isIntegerProduct(op)) {
    Contraction c = describeContraction(op);
    auto layout = op->getAttrOfType<ir::LayoutAttr>("layout");
    int64_t simd = layout.getUnit() / layout.getBits();
    if (c.isConv) {
      stages.push_back(rateOfWindow(op, lanes));
      stages.push_back(StageRate::grouped(simd / lanes, 1));
    }
    stages.push_back(StageRate::grouped(c.k / simd, c.n / layout.getRows()));
  } else if (cast<linalg::LinalgOp>(op).getNumReductionLoops()) {
    Window w = windowOf(op);
    stages.push_back(rateOfWindow(op, lanes));
    stages.push_back(StageRate::grouped(w.getTaps() * w.channels / lanes,
                                        w.channels / lanes));
  } else {
    stages.push_back(StageRate::grouped(1, 1));
  }
}

/// All ways from `fork` to the word that `edge` brings.
static void findWays(Value fork, ir::StreamOp edge, Way behind,
                     SmallVectorImpl<Way> &ways) {
  Value source = throughReshapes(edge.getSource());
  if (source == fork) {
    behind.first = edge;
    std::reverse(behind.stages.begin(), behind.stages.end());
    ways.push_back(std::move(behind));
    return;
  }
  Operation *op = source.getDefiningOp();
  if (!op)
    return;
  if (auto before = dyn_cast<ir::StreamOp>(op)) {
    auto from = static_cast<int64_t>(before.getLanes());
    auto to = static_cast<int64_t>(edge.getLanes());
    int64_t common = std::gcd(from, to);
    behind.stages.push_back(StageRate::grouped(to / common, from / common));
    return findWays(fork, before, std::move(behind), ways);
  }
  std::vector<StageRate> own;
  appendStep(op, own);
  Way joined = behind;
  behind.stages.insert(behind.stages.end(), own.rbegin(), own.rend());
  for (auto [i, operand] : llvm::enumerate(streamOperands(op)))
    // What joins a step comes word by word with its results.
    findWays(fork, edgeOf(operand->get()), i ? joined : behind, ways);
}

/// Deepens the first edge of each way by what every other one holds back.
static void sizeJoin(Operation *join, Value fork) {
  SmallVector<Way> ways;
  int64_t words = 0;
  std::vector<StageRate> own;
  appendStep(join, own);
  for (auto [i, operand] : llvm::enumerate(streamOperands(join))) {
    ir::StreamOp edge = edgeOf(operand->get());
    Way way;
    if (i == 0)
      way.stages.assign(own.rbegin(), own.rend());
    else
      words = edge.getWords();
    findWays(fork, edge, way, ways);
  }
  for (Way &way : ways)
    for (Way &other : ways) {
      if (way.first == other.first)
        continue;
      int64_t depth = depthBeside(way.stages, other.stages, words);
      if (depth > static_cast<int64_t>(way.first.getDepth()))
        way.first.setDepth(depth);
    }
}

namespace {
struct SizeFifos : lowering::impl::SizeFifosBase<SizeFifos> {
  void runOnOperation() override {
    getOperation().walk([](ir::DataflowOp dataflow) {
      Block &body = dataflow.getBody().front();
      SmallVector<Operation *> joins;
      llvm::SetVector<Value> forks;
      for (Operation &op : body) {
        auto edge = dyn_cast<ir::StreamOp>(op);
        if (edge && !isa<BlockArgument>(throughReshapes(edge.getSource())) &&
            !edge.getSource().hasOneUse())
          forks.insert(edge.getSource());
        bool isStep = isIntegerProduct(&op) || (isa<linalg::GenericOp>(op) &&
                                                !isConstant(op.getResult(0)));
        if (isStep && streamOperands(&op).size() > 1)
          joins.push_back(&op);
      }
      for (Operation *join : joins)
        for (Value fork : forks)
          sizeJoin(join, fork);
    });
  }
};
} // namespace
