//===- PackWeights.cpp - Weights in the order that kernels read -----------===//
#include "dialects/Tern/Layout.h"
#include "lib/Methods/Methods.h"
#include "lib/Methods/NarrowSums.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "passes/Tiling/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace tern::tiling {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "passes/Tiling/Passes.h.inc"
} // namespace tern::tiling

using namespace mlir;
using namespace tern;

/// An i8 dense_resource of `size` bytes that `fill` writes.
static ElementsAttr makeBlob(MLIRContext *context, StringRef name, int64_t size,
                             function_ref<void(MutableArrayRef<char>)> fill) {
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(size, 64);
  fill(blob.getMutableData());
  auto type = RankedTensorType::get({size}, IntegerType::get(context, 8));
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

namespace {
/// Adds weights to a module, one for each distinct source and layout.
class Packer {
public:
  explicit Packer(ModuleOp module)
      : module(module), symbols(module),
        builder(module.getLoc(), module.getContext()) {}

  LogicalResult run(Operation *op);

private:
  using Get = function_ref<int64_t(int64_t, int64_t)>;
  /// A weight of logical `type` whose bytes `fill` writes; returns its use.
  Value addWeight(Operation *user, StringRef name, RankedTensorType type,
                  ir::LayoutAttr layout, int64_t size,
                  function_ref<void(MutableArrayRef<char>)> fill);
  Value packMatrix(Operation *user, const Contraction &c, StringRef name,
                   ir::LayoutAttr layout);
  /// Packs a per-row tensor (N x G, f32 or i32) beside the weights' tiles.
  Value packPerRow(Operation *user, Value value, StringRef name, int64_t rows);
  void addRowSums(const Contraction &c, StringRef name, int64_t rows);

  ModuleOp module;
  SymbolTable symbols;
  ImplicitLocOpBuilder builder;
  /// Keyed by attributes that are unique objects (weights, zero points that
  /// they are stored less, layout); never iterated.
  DenseMap<std::tuple<Attribute, Attribute, Attribute, Type>, ir::WeightOp>
      packed;
};
} // namespace

Value Packer::addWeight(Operation *user, StringRef name, RankedTensorType type,
                        ir::LayoutAttr layout, int64_t size,
                        function_ref<void(MutableArrayRef<char>)> fill) {
  builder.setLoc(user->getLoc());
  builder.setInsertionPointToStart(module.getBody());
  ElementsAttr blob = makeBlob(module.getContext(), name, size, fill);
  auto weight = builder.create<ir::WeightOp>(builder.getStringAttr(name), type,
                                             blob, layout);
  symbols.insert(weight);
  builder.setInsertionPoint(user);
  return builder.create<ir::UseOp>(
      type, FlatSymbolRefAttr::get(weight.getSymNameAttr()));
}

/// The weight's own name, or one after the contraction's location.
static std::string baseName(Value value) {
  if (auto use = value.getDefiningOp<ir::UseOp>())
    return use.getWeight().str();
  return "constant";
}

/// What identifies the contents of a constant.
static Attribute sourceOf(Value value) {
  if (auto use = value.getDefiningOp<ir::UseOp>())
    return use.getWeightAttr();
  return cast<arith::ConstantOp>(value.getDefiningOp()).getValue();
}

Value Packer::packMatrix(Operation *user, const Contraction &c, StringRef name,
                         ir::LayoutAttr layout) {
  auto type = cast<RankedTensorType>(c.rhsValue.getType());
  // A K x N constant becomes N x K; a filter keeps its shape, it is N x K.
  if (!c.rowMajorN)
    type = RankedTensorType::get({c.n, c.k}, type.getElementType());
  Attribute zeroPoints;
  if (layout.getNm() && c.rhsZp) {
    type =
        type.clone(ir::QType::get(user->getContext(), ir::CodeKind::SInt, 8));
    zeroPoints = sourceOf(c.rhsZp);
  }
  std::tuple key(sourceOf(c.rhsValue), zeroPoints, layout, type);
  ir::WeightOp &known = packed[key];
  builder.setInsertionPoint(user);
  if (known)
    return builder.create<ir::UseOp>(
        type, FlatSymbolRefAttr::get(known.getSymNameAttr()));
  PackedMatrix matrix(layout, c.n, c.k);
  const ConstantTensor &weights = *c.weights;
  ZeroPoints zeros(c);
  bool isFloat = isa<FloatType>(type.getElementType());
  bool isSparse = layout.getNm() != nullptr;
  Value use =
      addWeight(user, name, type, layout, matrix.getSizeInBytes(),
                [&](MutableArrayRef<char> bytes) {
                  matrix.pack(bytes, [&](int64_t row, int64_t col) {
                    int64_t i = c.weightIndex(row, col);
                    int64_t zero = isSparse ? zeros.at(row, col) : 0;
                    return isFloat ? static_cast<int64_t>(weights.getBits(i))
                                   : weights.getInt(i) - zero;
                  });
                });
  packed[key] =
      symbols.lookup<ir::WeightOp>(use.getDefiningOp<ir::UseOp>().getWeight());
  return use;
}

Value Packer::packPerRow(Operation *user, Value value, StringRef name,
                         int64_t rows) {
  ConstantTensor constant = *ConstantTensor::get(value);
  RankedTensorType type = constant.getType();
  int64_t n = type.getDimSize(0), groups = type.getNumElements() / n;
  auto layout = ir::LayoutAttr::get(module.getContext(), rows, 1, 32, 0);
  PackedMatrix matrix(layout, n, groups);
  return addWeight(user, name, type, layout, matrix.getSizeInBytes(),
                   [&](MutableArrayRef<char> bytes) {
                     matrix.pack(bytes, [&](int64_t row, int64_t col) {
                       return constant.getBits(row * groups + col);
                     });
                   });
}

/// Sums over k of (weight - zero point), N x G row-major.
static std::vector<int32_t> sumRows(const Contraction &c) {
  ZeroPoints zeros(c);
  std::vector<int32_t> sums(c.n * c.getScaleGroups());
  for (int64_t row = 0; row < c.n; ++row)
    for (int64_t col = 0; col < c.k; ++col)
      sums[row * c.getScaleGroups() + col / c.scaleGroup] +=
          static_cast<int32_t>(c.weights->getInt(c.weightIndex(row, col)) -
                               zeros.at(row, col));
  return sums;
}

/// Appends the extra that kernels correct a zero point of the inputs with.
void Packer::addRowSums(const Contraction &c, StringRef name, int64_t rows) {
  MLIRContext *context = module.getContext();
  int64_t groups = c.getScaleGroups();
  auto type =
      RankedTensorType::get({c.n, groups}, IntegerType::get(context, 32));
  auto layout = ir::LayoutAttr::get(context, rows, 1, 32, 0);
  PackedMatrix matrix(layout, c.n, groups);
  std::vector<int32_t> values = sumRows(c);
  Value sums = addWeight(c.op, name, type, layout, matrix.getSizeInBytes(),
                         [&](MutableArrayRef<char> bytes) {
                           matrix.pack(bytes, [&](int64_t row, int64_t group) {
                             return values[row * groups + group];
                           });
                         });
  unsigned rank = cast<ShapedType>(c.op->getResult(0).getType()).getRank();
  unsigned channel = c.isConv ? 1 : rank - 1;
  AffineMap map = AffineMap::get(
      rank, 0,
      {getAffineDimExpr(channel, context), getAffineConstantExpr(0, context)},
      context);
  auto append = [&](auto op) {
    op->setAttr("tern.row_sums",
                builder.getI64IntegerAttr(op.getExtras().size()));
    op.getExtrasMutable().append(sums);
    SmallVector<Attribute> maps;
    if (op.getExtraMaps())
      llvm::append_range(maps, *op.getExtraMaps());
    maps.push_back(AffineMapAttr::get(map));
    op.setExtraMapsAttr(builder.getArrayAttr(maps));
    if (op.hasEpilogue())
      op.getEpilogue().front().addArgument(type.getElementType(), op.getLoc());
  };
  if (c.isConv)
    append(cast<ir::ConvOp>(c.op));
  else
    append(cast<ir::MatmulOp>(c.op));
}

static void setLayout(Operation *op, ir::LayoutAttr layout) {
  if (auto matmul = dyn_cast<ir::MatmulOp>(op)) {
    matmul.setLayoutAttr(layout);
    matmul.setTransposeB(true);
  } else {
    cast<ir::ConvOp>(op).setLayoutAttr(layout);
  }
}

/// Those of weights that are stored less their zero points.
static void dropZeroPoints(Operation *op) {
  if (auto matmul = dyn_cast<ir::MatmulOp>(op))
    matmul.getRhsZpMutable().clear();
  else
    cast<ir::ConvOp>(op).getFilterZpMutable().clear();
}

/// How the kernel sums in 16 bits, where weights and inputs allow it.
static void setNarrowSums(Operation *op, std::optional<NarrowSums> sums) {
  if (!sums)
    return;
  Builder b(op->getContext());
  op->setAttr("tern.window", b.getI64IntegerAttr(sums->window));
  op->setAttr("tern.center", b.getI64IntegerAttr(sums->center));
}

LogicalResult Packer::run(Operation *op) {
  auto method = op->getAttrOfType<ir::MethodAttr>("method");
  if (!method || method.getValue() == ir::Method::Direct)
    return success();
  Contraction c = describeContraction(op);
  VectorShape shape =
      getVectorShape(module->getAttrOfType<ir::TargetAttr>("tern.target"));
  const Method &entry = getMethod(method.getValue());
  if (std::string why = entry.whyNot(c, shape); !why.empty())
    return op->emitOpError("expected a contraction that method ")
           << entry.name << " can compute, but " << why;
  ir::LayoutAttr layout = entry.layout(c, shape);
  std::string name = baseName(c.rhsValue);
  Value matrix = packMatrix(op, c, name + "_packed", layout);
  if (needsRowSums(c, method.getValue()))
    addRowSums(c, name + "_sums", layout.getRows());
  auto replace = [&](Value old, const Twine &suffix) {
    if (!old || cast<ShapedType>(old.getType()).getDimSize(0) == 1)
      return;
    Value rows = packPerRow(op, old, (name + suffix).str(), layout.getRows());
    for (OpOperand &operand : op->getOpOperands())
      if (operand.get() == old)
        operand.set(rows);
  };
  if (layout.getNm() && c.rhsZp)
    dropZeroPoints(op);
  else
    replace(c.rhsZp, "_zero_points");
  replace(c.rhsScale, "_scales");
  op->setOperand(1, matrix);
  op->setAttr("tern.codes",
              TypeAttr::get(getElementTypeOrSelf(matrix.getType())));
  if (shape.scalable && method.getValue() != ir::Method::Dequant)
    setNarrowSums(op, planNarrowSums(c, layout));
  setLayout(op, layout);
  return success();
}

namespace {
struct PackWeights : public tiling::impl::PackWeightsBase<PackWeights> {
  void runOnOperation() override {
    Packer packer(getOperation());
    SmallVector<Operation *> contractions;
    getOperation().walk([&](Operation *op) {
      if (isa<ir::MatmulOp, ir::ConvOp>(op))
        contractions.push_back(op);
    });
    for (Operation *op : contractions)
      if (failed(packer.run(op)))
        return signalPassFailure();
    eraseUnused();
  }

  /// Drops uses without users, then weights without uses.
  void eraseUnused() {
    DenseSet<StringAttr> used;
    getOperation().walk([&](ir::UseOp use) {
      if (use->use_empty())
        use.erase();
      else
        used.insert(use.getWeightAttr().getAttr());
    });
    for (auto weight :
         llvm::make_early_inc_range(getOperation().getOps<ir::WeightOp>()))
      if (!used.contains(weight.getSymNameAttr()))
        weight.erase();
  }
};
} // namespace
