//===- Pricing.cpp - What a contraction costs, computed by a method -------===//
#include "lib/Methods/Pricing.h"
#include "dialects/Tern/Layout.h"
#include "lib/Methods/FloatTile.h"
#include "lib/Methods/NarrowSums.h"
#include "lib/Methods/SimtPlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;
using namespace tern;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

unsigned tern::storedBits(Type element) {
  auto code = dyn_cast<ir::QType>(element);
  return code ? 8 * code.getStorageBytes()
              : (element.getIntOrFloatBitWidth() + 7) / 8 * 8;
}

unsigned tern::codeBits(Type element) {
  auto code = dyn_cast<ir::QType>(element);
  return code ? code.getBits() : element.getIntOrFloatBitWidth();
}

double tern::bytesOf(Type type) {
  auto shaped = cast<ShapedType>(type);
  return storedBits(shaped.getElementType()) / 8.0 * shaped.getNumElements();
}

bool tern::isWeight(Value value) {
  return isa_and_nonnull<ir::UseOp, arith::ConstantOp>(value.getDefiningOp());
}

double tern::countScalars(Region &body) {
  double count = 0;
  body.walk([&](Operation *op) {
    count += op->getNumResults() && !isa<arith::ConstantOp>(op);
  });
  return count;
}

/// The precision that a machine computes an element type in.
static Precision precisionOf(Type element) {
  if (auto code = dyn_cast<ir::QType>(element))
    return code.isFloat()        ? Precision::F8
           : code.getBits() <= 8 ? Precision::Int8
                                 : Precision::Int16;
  if (isa<IntegerType>(element))
    return Precision::Int32;
  return element.isF16()    ? Precision::F16
         : element.isBF16() ? Precision::BF16
         : element.isF64()  ? Precision::F64
                            : Precision::F32;
}

/// Direct loops extend their operands first: to i32, f32 or f64.
static Precision extended(Type element) {
  Precision precision = precisionOf(element);
  bool isInteger = precision <= Precision::Int32;
  return isInteger                     ? Precision::Int32
         : precision == Precision::F64 ? Precision::F64
                                       : Precision::F32;
}

//===----------------------------------------------------------------------===//
// Loops and bytes
//===----------------------------------------------------------------------===//

/// Bits that a weight takes: of N:M, its share of what is kept.
static unsigned packedBits(const Contraction &c, ir::LayoutAttr layout) {
  ir::NmAttr nm = layout.getNm();
  if (!nm)
    return layout.getBits();
  int64_t kept =
      layout.getBits() + PackedMatrix(layout, c.n, c.k).getPlaceBits();
  return llvm::divideCeil(nm.getN() * kept, nm.getM());
}

/// The loops of a contraction; nothing when they never run.
static std::optional<Product> productOf(const Contraction &c,
                                        ir::LayoutAttr layout) {
  Product product;
  product.isConv = c.isConv;
  product.groups = c.isConv ? c.groups : c.batches;
  product.n = c.n;
  product.c = c.k;
  product.axes = {{c.m}};
  if (auto conv = dyn_cast<ir::ConvOp>(c.op)) {
    auto filter = cast<ShapedType>(conv.getFilter().getType()).getShape();
    auto result = cast<ShapedType>(conv.getInit().getType()).getShape();
    product.images = result[0];
    product.c = filter[1];
    product.axes.clear();
    for (size_t i = 0; i + 2 < result.size(); ++i)
      product.axes.push_back({result[i + 2], filter[i + 2],
                              conv.getStrides()[i], conv.getDilations()[i]});
  }
  Type result = cast<ShapedType>(c.op->getResult(0).getType()).getElementType();
  product.bits = {layout ? packedBits(c, layout) : storedBits(c.rhs),
                  storedBits(c.lhs), storedBits(result)};
  product.accumulatorBits = c.accumulator.getIntOrFloatBitWidth();
  product.hasWeights = isWeight(c.rhsValue);
  return product.macs() ? std::optional(product) : std::nullopt;
}

static void addOperands(const Contraction &c, ir::LayoutAttr layout,
                        Work &work) {
  auto inits = cast<DestinationStyleOpInterface>(c.op).getDpsInits();
  auto rowSums = c.op->getAttrOfType<IntegerAttr>("tern.row_sums");
  llvm::SmallDenseSet<Value> seen;
  // The sums over rows are the last operand before the result's place.
  unsigned last = c.op->getNumOperands() - inits.size() - 1;
  for (auto [i, operand] : llvm::enumerate(c.op->getOperands())) {
    bool isSums = rowSums && i == last;
    // Weights without N:M's zeros are stored less their zero points.
    bool isGone = layout && layout.getNm() && operand == c.rhsZp;
    if (!isa<ShapedType>(operand.getType()) || !seen.insert(operand).second ||
        llvm::is_contained(inits, operand) || isSums || isGone)
      continue;
    double bytes = i == 1 && layout
                       ? PackedMatrix(layout, c.n, c.k).getSizeInBytes()
                       : bytesOf(operand.getType());
    bool isFromFile = isWeight(operand);
    (isFromFile ? work.weightBytes : work.inputBytes) += bytes;
    if (work.product && i > 1)
      (isFromFile ? work.extraWeightBytes : work.extraInputBytes) += bytes;
  }
  for (Value result : c.op->getResults())
    work.outputBytes += bytesOf(result.getType());
}

//===----------------------------------------------------------------------===//
// Kernels of lib/Methods and passes/Lowering
//===----------------------------------------------------------------------===//

/// Operations beside each product of direct loops that sum floats: what is
/// packed elsewhere is decoded, less its zero point, and scaled every time.
static double preparingOf(const Contraction &c) {
  if (!isa<FloatType>(c.accumulator))
    return 0;
  double operations = (c.rhsZp ? 1 : 0) + (c.rhsScale ? 2 : 0);
  for (Type type : {c.lhs, c.rhs})
    if (auto code = dyn_cast<ir::QType>(type))
      operations += code.isInteger() ? 2 : 8;
  return operations;
}

static void describeDirect(const Contraction &c, const Site &site, Work &work) {
  Kernel &kernel = work.kernel;
  auto matmul = dyn_cast<ir::MatmulOp>(c.op);
  bool byDots = matmul && (matmul.getTransposeB() || c.rhsScale);
  std::optional<FloatTile> tile;
  if (matmul)
    tile = planFloatTile(matmul, site.shape);
  kernel.kind =
      byDots || tile ? Kernel::Kind::DirectByDots : Kernel::Kind::Direct;
  work.lhs = extended(c.lhs);
  work.rhs = extended(c.rhs);
  if (site.shape.isSimt) {
    double results =
        cast<ShapedType>(c.op->getResult(0).getType()).getNumElements();
    kernel.strip = gridThreads;
    kernel.blocks = llvm::divideCeil(int64_t(results), gridThreads);
    kernel.threads = results;
    return;
  }
  // Beside each product operands are extended, or its sum read and written.
  double others = 1;
  if (tile)
    others = (c.lhs.isF32() ? 0 : 1.0 / tile->columns) +
             (c.rhs.isF32() ? 0 : 1.0 / tile->rows);
  kernel.macsPerOperation = 1 / (1 + others);
  work.kernelOps = static_cast<double>(c.macs()) * preparingOf(c);
}

/// Operations that make one packed code ready to be multiplied, in lanes of 32
/// bits: fields are shifted and masked as bytes, numbers extended and
/// converted.
static double unpackingOf(const Contraction &c, const PackedMatrix &matrix,
                          bool toFloats) {
  double fields = matrix.getFields() > 1 ? 0.5 : 0;
  // Places are fields, too.
  if (matrix.getNm())
    return fields + 0.5;
  return fields + (toFloats && !c.rhs.isF32() ? 2 : 0);
}

/// Narrow sums of the packed kernel: what the operation says once its weights
/// are packed, what it will say before.
static NarrowShape narrowShapeOf(const Contraction &c, ir::LayoutAttr layout,
                                 const PackedMatrix &matrix, bool toFloats,
                                 const VectorShape &shape) {
  NarrowShape narrow = tern::narrowShapeOf(c.op, matrix);
  bool isPacked = c.op->hasAttr("tern.codes");
  if (!isPacked && !toFloats && shape.scalable)
    if (auto sums = planNarrowSums(c, layout))
      narrow.window = sums->window;
  return narrow;
}

static void describePacked(const Contraction &c, ir::LayoutAttr layout,
                           bool toFloats, const Site &site, Work &work) {
  PackedMatrix matrix(layout, c.n, c.k);
  Kernel &kernel = work.kernel;
  const VectorShape &shape = site.shape;
  kernel.panelBits = isa<ir::QType>(c.lhs) ? 8 : 32;
  double paddedK = matrix.getBlocks() * matrix.getBlockK();
  PackedBlocks blocks = planPackedBlocks(
      shape, c.m, paddedK * kernel.panelBits / 8, matrix.getRows(),
      narrowShapeOf(c, layout, matrix, toFloats, shape));
  kernel.blockM = blocks.inputs;
  kernel.blockN = blocks.vectors * shape.lanes;
  if (shape.scalable)
    kernel.blockN *= std::max(1u, site.machine->vector.bits / 64);
  // Strips of unknown length leave out what only pads a tile, and end with
  // strips of one vector.
  double rows = shape.scalable
                    ? llvm::alignTo(c.n, kernel.blockN / blocks.vectors)
                    : matrix.getTiles() * matrix.getRows();
  double codes = rows * matrix.getBlocks() * matrix.getBlockCodes();
  kernel.padding = codes / (static_cast<double>(c.n) * c.k);
  work.kernelOps = static_cast<double>(c.m) * c.k +
                   codes * unpackingOf(c, matrix, toFloats) *
                       llvm::divideCeil(c.m, kernel.blockM);
  // Each input is looked up; products of the offset are subtracted. (Less than
  // instructions say: the eighth is fitted to bench/mpgemm.py with AVX2.)
  if (matrix.getNm()) {
    bool subtracts = matrix.getOffset() && !shape.scalable;
    work.kernelOps += codes * c.m * (subtracts ? 0.375 : 0.25);
  }
  if (matrix.getBits() <= 4 && !toFloats)
    kernel.macsPerOperation = shape.fewBitProducts;
  work.lhs = work.rhs = toFloats ? Precision::F32 : Precision::Int8;
}

/// Kernels that count bits do a word of products with each operation.
static void describeBits(const Contraction &c, const PackedMatrix &matrix,
                         const VectorShape &shape, Work &work) {
  Kernel &kernel = work.kernel;
  double paddedK = matrix.getBlocks() * matrix.getBlockK();
  PackedBlocks blocks = planBitBlocks(shape, c.m, paddedK, matrix.getRows());
  kernel.panelBits = 1;
  kernel.blockM = blocks.inputs;
  kernel.blockN = blocks.vectors * (shape.scalable ? 1 : shape.lanes);
  double rows = shape.scalable ? c.n : matrix.getTiles() * matrix.getRows();
  kernel.padding = rows * paddedK / (static_cast<double>(c.n) * c.k);
  kernel.macsPerOperation = static_cast<double>(shape.bitProducts);
  // A copy of each input as a byte, and what makes bits of bytes.
  work.kernelOps = 1.5 * static_cast<double>(c.m) * c.k;
  work.lhs = work.rhs = Precision::Int8;
}

static void describeMma(const Contraction &c, const PackedMatrix &matrix,
                        bool toFloats, Work &work) {
  MmaBlocks blocks = planMmaBlocks(c.m, matrix, !toFloats);
  Kernel &kernel = work.kernel;
  kernel.kind = Kernel::Kind::Mma;
  kernel.blockM = blocks.blockM;
  kernel.blockN = blocks.blockN;
  kernel.blockK = matrix.getBlockK();
  kernel.fragmentK = toFloats ? 16 : 32;
  kernel.warpsM = blocks.warpsM;
  kernel.warpsN = blocks.warpsN;
  int64_t down = llvm::divideCeil(c.m, blocks.blockM),
          across = llvm::divideCeil(c.n, blocks.blockN);
  kernel.blocks = down * across;
  double done = static_cast<double>(down * blocks.blockM) *
                (across * blocks.blockN) * matrix.getBlocks() *
                matrix.getBlockK();
  kernel.padding = done / static_cast<double>(c.macs());
  work.lhs = work.rhs = toFloats ? Precision::F16 : Precision::Int8;
}

static void describeGemv(const Contraction &c, const PackedMatrix &matrix,
                         Work &work) {
  GemvBlocks blocks = planGemvBlocks(c.m, matrix);
  Kernel &kernel = work.kernel;
  kernel.kind = Kernel::Kind::Gemv;
  kernel.blockN = matrix.getRows();
  kernel.blockK = matrix.getBlockK();
  kernel.warpsN = GemvBlocks::warps;
  kernel.blocks = blocks.blocks;
  kernel.threads = blocks.points * warpLanes;
  // dp4a adds four products of bytes.
  kernel.macsPerOperation = 4;
  kernel.padding = static_cast<double>(matrix.getTiles() * matrix.getRows()) *
                   matrix.getBlocks() * matrix.getBlockK() /
                   (static_cast<double>(c.n) * c.k);
  work.lhs = work.rhs = Precision::Int32;
}

static void describeKernel(const Contraction &c, ir::Method method,
                           ir::LayoutAttr layout, const Site &site,
                           Work &work) {
  if (!layout)
    return describeDirect(c, site, work);
  PackedMatrix matrix(layout, c.n, c.k);
  bool toFloats = method == ir::Method::Dequant;
  if (!site.shape.isSimt)
    work.kernel.kind = Kernel::Kind::Packed;
  if (method == ir::Method::XnorPopcount)
    return describeBits(c, matrix, site.shape, work);
  if (!site.shape.isSimt)
    return describePacked(c, layout, toFloats, site, work);
  if (method == ir::Method::IntDot)
    return describeGemv(c, matrix, work);
  describeMma(c, matrix, toFloats, work);
}

Work tern::describeWork(const Contraction &c, std::optional<ir::Method> method,
                        ir::LayoutAttr layout, const Site &site) {
  Work work;
  work.macs = static_cast<double>(c.macs());
  work.lhsBits = codeBits(c.lhs);
  work.rhsBits = codeBits(c.rhs);
  work.lhs = precisionOf(c.lhs);
  work.rhs = precisionOf(c.rhs);
  work.product = productOf(c, layout);
  addOperands(c, layout, work);
  if (layout && needsRowSums(c, *method)) {
    double sums = 4.0 * c.n * c.getScaleGroups();
    work.weightBytes += sums;
    work.extraWeightBytes += sums;
  }
  double results =
      cast<ShapedType>(c.op->getResult(0).getType()).getNumElements();
  work.scalarOps = results * countScalars(c.op->getRegion(0));
  bool hasKernel = site.machine->kind != MachineKind::Fpga &&
                   site.machine->kind != MachineKind::Array;
  if (method && hasKernel && work.product)
    describeKernel(c, *method, layout, site, work);
  return work;
}

Prediction tern::priceWork(const Work &work, const Site &site) {
  Plan plan = planFor(work, *site.machine, site.residentBytes);
  return predict(work, moveStep(work, *site.machine, plan), *site.machine);
}
