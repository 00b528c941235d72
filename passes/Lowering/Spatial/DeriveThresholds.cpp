//===- DeriveThresholds.cpp - Requantization as comparisons ---------------===//
//
// An epilogue that ends in a code of few bits is a staircase of the sums. Where
// it is one, evaluated on every sum that can occur, the part compares with
// its steps and needs no floating point. The comparison is exact because it was
// derived by evaluating the epilogue itself, not from the scale.
//
//===----------------------------------------------------------------------===//
#include "lib/Eval/ScalarProgram.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/Spatial/Stages.h"

namespace tern::lowering {
#define GEN_PASS_DEF_DERIVETHRESHOLDS
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Comparisons that are cheaper than arithmetic on floats: those of 4 bits.
static constexpr int64_t mostSteps = 15;
/// Evaluations that a pass may take for one layer: seconds.
static constexpr int64_t mostEvaluations = int64_t(1) << 27;

namespace {
/// One channel: its values rise (or fall) by one unit at each of `steps`.
struct Staircase {
  int64_t first = 0;
  bool falls = false;
  std::vector<int64_t> steps;
};

/// The epilogue of one layer over all sums that can occur.
class Epilogue {
public:
  Epilogue(Operation *op, int64_t magnitude, int64_t unit)
      : op(op), magnitude(magnitude), unit(unit), extras(extrasOf(op).first) {}
  /// Nothing when it is no staircase.
  std::optional<std::vector<Staircase>> trace(int64_t channels);

private:
  bool read();
  std::optional<Staircase> traceChannel(int64_t channel);
  void fill(int64_t channel);

  Operation *op;
  int64_t magnitude, unit;
  ValueRange extras;
  std::vector<ConstantTensor> constants;
  std::optional<eval::ScalarProgram> program;
};
} // namespace

bool Epilogue::read() {
  for (Value extra : extras) {
    auto constant = ConstantTensor::get(throughReshapes(extra));
    if (!constant)
      return false;
    constants.push_back(*constant);
  }
  auto compiled = eval::ScalarProgram::compile(op->getRegion(0).front(), {});
  if (failed(compiled))
    return false;
  program = std::move(*compiled);
  return true;
}

void Epilogue::fill(int64_t channel) {
  for (auto [i, constant] : llvm::enumerate(constants)) {
    int64_t at = constant.size() == 1 ? 0 : channel;
    eval::Scalar scalar;
    if (isa<FloatType>(constant.getType().getElementType()))
      scalar.f = constant.getF32(at);
    else
      scalar.i = constant.getInt(at);
    std::fill_n(program->argument(i + 1), eval::ScalarProgram::chunk, scalar);
  }
}

std::optional<Staircase> Epilogue::traceChannel(int64_t channel) {
  fill(channel);
  Staircase stairs;
  std::optional<int64_t> last;
  for (int64_t sum = -magnitude; sum <= magnitude;) {
    int count = static_cast<int>(
        std::min<int64_t>(eval::ScalarProgram::chunk, magnitude - sum + 1));
    for (int i = 0; i < count; ++i)
      program->argument(0)[i].i = sum + i;
    if (failed(program->run(count)))
      return std::nullopt;
    for (int i = 0; i < count; ++i) {
      int64_t value = program->result(0)[i].i;
      int64_t change = last ? value - *last : 0;
      if (!last)
        stairs.first = value;
      if (change && stairs.steps.empty())
        stairs.falls = change < 0;
      if (change && (change < 0) != stairs.falls)
        return std::nullopt;
      stairs.steps.insert(stairs.steps.end(), std::abs(change) / unit, sum + i);
      last = value;
    }
    sum += count;
  }
  return stairs;
}

std::optional<std::vector<Staircase>> Epilogue::trace(int64_t channels) {
  if (!read())
    return std::nullopt;
  std::vector<Staircase> all;
  for (int64_t channel = 0; channel < channels; ++channel) {
    auto stairs = traceChannel(channel);
    if (!stairs)
      return std::nullopt;
    all.push_back(std::move(*stairs));
  }
  return all;
}

namespace {
/// Writes an epilogue of comparisons: what differs by channel becomes an extra.
class Rewriter {
public:
  Rewriter(Operation *op, const std::vector<Staircase> &channels,
           int64_t magnitude)
      : op(op), channels(channels), magnitude(magnitude),
        b(op->getLoc(), op->getContext()) {}
  void run();

private:
  /// The number of each channel: a constant where all are the same.
  Value number(function_ref<int64_t(const Staircase &)> get);
  Value countSteps(Value sum);

  Operation *op;
  const std::vector<Staircase> &channels;
  int64_t magnitude;
  ImplicitLocOpBuilder b;
  Block *body = nullptr;
  SmallVector<Value> extras;
};
} // namespace

/// The distance of neighbouring values: -1 and +1 are two apart.
static int64_t unitOf(Operation *op) {
  auto code = cast<ir::QType>(
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType());
  return code.getKind() == ir::CodeKind::Binary ? 2 : 1;
}

Value Rewriter::number(function_ref<int64_t(const Staircase &)> get) {
  std::vector<int32_t> values;
  for (const Staircase &channel : channels)
    values.push_back(static_cast<int32_t>(get(channel)));
  Type i32 = b.getI32Type();
  if (llvm::all_equal(values))
    return b.create<arith::ConstantOp>(b.getI32IntegerAttr(values.front()));
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, i32);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(op);
  extras.push_back(b.create<arith::ConstantOp>(
      DenseElementsAttr::get(type, ArrayRef(values))));
  return body->addArgument(i32, b.getLoc());
}

/// How many of its channel's steps a sum has reached; null: there are none.
Value Rewriter::countSteps(Value sum) {
  size_t steps = 0;
  for (const Staircase &channel : channels)
    steps = std::max(steps, channel.steps.size());
  Value count;
  for (size_t s = 0; s < steps; ++s) {
    // Beyond every sum where a channel has fewer steps.
    Value at = number([&](const Staircase &channel) {
      return s < channel.steps.size() ? channel.steps[s] : magnitude + 1;
    });
    Value reached = b.create<arith::ExtUIOp>(
        b.getI32Type(),
        b.create<arith::CmpIOp>(arith::CmpIPredicate::sge, sum, at));
    count = count ? b.create<arith::AddIOp>(count, reached) : reached;
  }
  return count;
}

/// first + direction * (number of steps that the sum has reached), encoded.
void Rewriter::run() {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Region &epilogue = op->getRegion(0);
  epilogue.getBlocks().clear();
  body = &epilogue.emplaceBlock();
  Value sum =
      body->addArgument(describeContraction(op).accumulator, b.getLoc());
  b.setInsertionPointToEnd(body);
  if (!sum.getType().isInteger(32))
    sum = b.create<arith::TruncIOp>(b.getI32Type(), sum);
  int64_t unit = unitOf(op);
  Value value = number([](const Staircase &channel) { return channel.first; });
  Value direction = number(
      [&](const Staircase &channel) { return channel.falls ? -unit : unit; });
  if (Value count = countSteps(sum))
    value = b.create<arith::AddIOp>(
        value, b.createOrFold<arith::MulIOp>(count, direction));
  b.create<ir::YieldOp>(
      b.create<ir::EncodeOp>(type.getElementType(), value, false));
  unsigned channel = isa<ir::ConvOp>(op) ? 1 : type.getRank() - 1;
  AffineMap map = AffineMap::get(type.getRank(), 0,
                                 {getAffineDimExpr(channel, b.getContext())},
                                 b.getContext());
  SmallVector<Attribute> maps(extras.size(), AffineMapAttr::get(map));
  llvm::TypeSwitch<Operation *>(op).Case<ir::MatmulOp, ir::ConvOp>(
      [&](auto contraction) {
        contraction.getExtrasMutable().assign(extras);
        contraction.setExtraMapsAttr(b.getArrayAttr(maps));
      });
}

/// Whether comparisons may be cheaper: an epilogue with floats that ends in few
/// values, over an interval that can be tried out.
static bool isWorthwhile(Operation *op, const Contraction &c,
                         int64_t magnitude) {
  auto code = dyn_cast<ir::QType>(
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType());
  if (!code || !code.isInteger() || op->getRegion(0).empty() ||
      code.getMax() - code.getMin() > mostSteps || magnitude >= INT32_MAX / 2 ||
      !llvm::all_of(extrasOf(op).first, isConstant))
    return false;
  bool hasFloats = false;
  op->getRegion(0).walk([&](Operation *inner) {
    hasFloats |=
        llvm::any_of(inner->getResultTypes(), llvm::IsaPred<FloatType>);
  });
  return hasFloats && magnitude * 2 * c.n <= mostEvaluations;
}

namespace {
struct DeriveThresholds
    : lowering::impl::DeriveThresholdsBase<DeriveThresholds> {
  void runOnOperation() override {
    SmallVector<Operation *> products;
    getOperation().walk([&](ir::DataflowOp dataflow) {
      for (Operation &op : dataflow.getBody().front())
        if (isIntegerProduct(&op))
          products.push_back(&op);
    });
    for (Operation *op : products) {
      Contraction c = describeContraction(op);
      auto bound = boundAccumulator(c);
      if (!bound || !isWorthwhile(op, c, bound->magnitude))
        continue;
      // A channel has as many steps as there are codes: 15 at most.
      if (auto channels =
              Epilogue(op, bound->magnitude, unitOf(op)).trace(c.n)) {
        Rewriter(op, *channels, bound->magnitude).run();
        ++numRewritten;
      }
    }
  }
};
} // namespace
