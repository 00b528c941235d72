//===- PruneNm.cpp - N of every M weights stay ----------------------------===//
#include "lib/Calibration/ConstantMaker.h"
#include "lib/Calibration/FloatContractions.h"
#include "lib/Calibration/Rounding.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Sparsity/Passes.h"
#include "passes/Sparsity/Pattern.h"
#include <cmath>

namespace tern::sparsity {
#define GEN_PASS_DEF_PRUNENM
#include "passes/Sparsity/Passes.h.inc"
} // namespace tern::sparsity

using namespace mlir;
using namespace tern;
using namespace tern::calib;
using namespace tern::sparsity;

namespace {
enum class Criterion { Magnitude, Activations, Compensated };
} // namespace

static std::optional<Criterion> parseCriterion(StringRef text) {
  return llvm::StringSwitch<std::optional<Criterion>>(text)
      .Case("magnitude", Criterion::Magnitude)
      .Case("activations", Criterion::Activations)
      .Case("compensated", Criterion::Compensated)
      .Default(std::nullopt);
}

/// |w| times the root mean square of its input, or |w| without those.
static std::vector<double> scoresOf(ArrayRef<float> row,
                                    ArrayRef<double> meanSquares) {
  std::vector<double> scores;
  for (auto [k, weight] : llvm::enumerate(row))
    scores.push_back(std::abs(double(weight)) *
                     (meanSquares.empty() ? 1 : std::sqrt(meanSquares[k])));
  return scores;
}

/// Prunes the rows of one layer, rows x depth.
static void pruneRows(const FloatContraction &c, NmPattern pattern,
                      Criterion criterion, const LayerStatistics *known,
                      MutableArrayRef<float> weights) {
  std::vector<double> means;
  std::optional<std::vector<double>> factor;
  int64_t group = -1;
  for (int64_t row = 0; row < c.rows; ++row) {
    if (known && c.groupOf(row) != group) {
      group = c.groupOf(row);
      means = known->meanSquares(group);
      if (criterion == Criterion::Compensated && !known->hessians.empty())
        factor = inverseFactor(known->hessians[group], c.depth);
    }
    MutableArrayRef<float> part = weights.slice(row * c.depth, c.depth);
    std::vector<double> scores = scoresOf(part, means);
    if (factor)
      pruneRowCompensated(part, scores, {known->hessians[group], *factor},
                          pattern.n, pattern.m);
    else
      pruneRow(part, scores, pattern.n, pattern.m);
  }
}

/// Rows in the order of the weights' own type.
static eval::Tensor toTensor(const FloatContraction &c,
                             ArrayRef<float> weights) {
  eval::Tensor tensor(cast<RankedTensorType>(c.weights().getType()));
  auto matmul = dyn_cast<ir::MatmulOp>(c.op);
  bool isTransposed = matmul && !matmul.getTransposeB();
  for (int64_t row = 0; row < c.rows; ++row)
    for (int64_t k = 0; k < c.depth; ++k)
      tensor.as<float>()[isTransposed ? k * c.rows + row : row * c.depth + k] =
          weights[row * c.depth + k];
  return tensor;
}

namespace {
struct PruneNm : sparsity::impl::PruneNmBase<PruneNm> {
  using PruneNmBase::PruneNmBase;
  PruneNm(PruneNmOptions options, std::shared_ptr<const Statistics> statistics)
      : PruneNmBase(std::move(options)), known(std::move(statistics)) {}

  void runOnOperation() override {
    std::optional<NmPattern> wanted = parseNm(pattern);
    std::optional<Criterion> by = parseCriterion(criterion);
    if (!wanted)
      return fail("expected sparsity N:M with 1 <= N < M, but got '" + pattern +
                  "'");
    if (!by)
      return fail("expected a criterion out of magnitude, activations and "
                  "compensated, but got '" +
                  criterion + "'");
    if (!known && !statistics.empty()) {
      llvm::Expected<Statistics> read = readStatistics(statistics);
      if (!read)
        return fail(llvm::toString(read.takeError()));
      known = std::make_shared<const Statistics>(std::move(*read));
    }
    if (*by != Criterion::Magnitude && !known)
      return fail("expected statistics or inputs (--calib) for criterion " +
                  criterion + ", but got none");
    ConstantMaker constants(getOperation());
    for (auto entry : getOperation().getOps<func::FuncOp>())
      for (const FloatContraction &c : floatContractions(entry))
        prune(c, *wanted, *by, constants);
  }

  void fail(const Twine &message) {
    mlir::emitError(getOperation().getLoc(), message);
    signalPassFailure();
  }

  void prune(const FloatContraction &c, NmPattern wanted, Criterion by,
             ConstantMaker &constants) {
    const LayerStatistics *layer = by == Criterion::Magnitude
                                       ? nullptr
                                       : known->find(c.key, c.groups, c.depth);
    if (!layer && by != Criterion::Magnitude)
      mlir::emitWarning(c.op->getLoc(), "expected statistics of layer '")
          << c.key << "', but got none: it is pruned by magnitude";
    if (layer && by == Criterion::Compensated && layer->hessians.empty())
      mlir::emitRemark(c.op->getLoc(),
                       "expected inputs (--calib) and rows of up to ")
          << LayerStatistics::hessianDepth << " weights, but got rows of "
          << c.depth << ": '" << c.key << "' is pruned by activations";
    std::vector<float> weights = c.readWeights();
    pruneRows(c, wanted, by, layer, weights);
    ImplicitLocOpBuilder b(c.op->getLoc(), c.op);
    c.op->setOperand(1, constants.make(b, toTensor(c, weights), c.key));
  }

  std::shared_ptr<const Statistics> known;
};
} // namespace

std::unique_ptr<Pass>
sparsity::createPruneNm(PruneNmOptions options,
                        std::shared_ptr<const Statistics> statistics) {
  return std::make_unique<PruneNm>(std::move(options), std::move(statistics));
}
