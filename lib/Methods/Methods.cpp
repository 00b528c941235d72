//===- Methods.cpp - The list of mpGEMM methods ---------------------------===//
#include "lib/Methods/Methods.h"
#include "dialects/Tern/Layout.h"
#include "llvm/ADT/Twine.h"

using namespace mlir;
using namespace tern;

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

static int64_t tileRows(const Contraction &c, const VectorShape &shape) {
  if (shape.scalable)
    return shape.tileRows;
  int64_t needed = llvm::divideCeil(c.n, shape.lanes) * shape.lanes;
  return std::min(shape.tileRows, needed);
}

/// Bits and offset of stored codes: as narrow as the weights that occur allow,
/// whatever their declared type is.
static std::pair<int64_t, int64_t> storedCode(const Contraction &c) {
  auto code = dyn_cast<ir::QType>(c.rhs);
  if (!code)
    return {c.rhs.getIntOrFloatBitWidth(), 0};
  if (code.getKind() == ir::CodeKind::Binary)
    return {1, 1};
  if (code.isFloat())
    return {code.getBits(), 0};
  Interval range = rangeOfWeights(c);
  int64_t span = range.max - range.min, offset = -range.min;
  // A one-bit code with offset 1 would read as binary.
  if (span <= 1 && offset == 0)
    return {1, offset};
  return {span <= 3 ? 2 : span <= 15 ? 4 : 8, offset};
}

static ir::LayoutAttr layoutOfDepth(const Contraction &c,
                                    const VectorShape &shape, int64_t depth) {
  auto [bits, offset] = storedCode(c);
  return ir::LayoutAttr::get(c.op->getContext(), tileRows(c, shape), depth,
                             bits, offset);
}

static ir::LayoutAttr noLayout(const Contraction &, const VectorShape &) {
  return {};
}
static ir::LayoutAttr dequantLayout(const Contraction &c,
                                    const VectorShape &shape) {
  if (shape.isSimt)
    return ir::LayoutAttr::get(c.op->getContext(), 8, 64, 4,
                               storedCode(c).second, /*fragments=*/true);
  return layoutOfDepth(c, shape, 1);
}
/// Tiles of 64 rows, of 64 bytes of codes along K, or 32 of packed ones. Bytes
/// stay what they are: matrix units multiply signed ones, too.
static ir::LayoutAttr mmaLayout(const Contraction &c, const VectorShape &) {
  auto [bits, offset] = storedCode(c);
  int64_t rows = std::min<int64_t>(64, llvm::alignTo(c.n, 8));
  return ir::LayoutAttr::get(c.op->getContext(), rows, bits == 8 ? 64 : 32,
                             bits, bits == 8 ? 0 : offset);
}
static ir::LayoutAttr intDotLayout(const Contraction &c,
                                   const VectorShape &shape) {
  // A GPU's lane reads 16 bytes of each of four rows.
  if (auto [bits, offset] = storedCode(c); shape.isSimt)
    return ir::LayoutAttr::get(c.op->getContext(), 4, 16, bits,
                               bits == 8 ? 0 : offset);
  // Scalable dots multiply signed bytes as they are.
  if (shape.scalable && storedCode(c).first == 8 && rangeOfWeights(c).min < 0)
    return ir::LayoutAttr::get(c.op->getContext(), tileRows(c, shape),
                               shape.depth, 8, 0);
  return layoutOfDepth(c, shape, shape.depth);
}

//===----------------------------------------------------------------------===//
// Legality
//===----------------------------------------------------------------------===//

static std::string printed(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// What every method on packed weights asks.
static std::string whyNotPacked(const Contraction &c, ir::LayoutAttr layout,
                                bool inBlocks = true) {
  auto isConstant = [](Value value) {
    return !value || ConstantTensor::get(value);
  };
  if (!isConstant(c.rhsZp) || !isConstant(c.rhsScale))
    return "the scales and zero points of the right-hand side are not "
           "constant";
  int64_t block = PackedMatrix(layout, c.n, c.k).getBlockK();
  if (inBlocks && c.scaleGroup < c.k && c.scaleGroup % block)
    return "groups of " + std::to_string(c.scaleGroup) +
           " are no multiple of the " + std::to_string(block) +
           " codes that a packed block holds";
  return "";
}

static std::string whyNotConstant(const Contraction &c) {
  if (!c.weights)
    return "the right-hand side is not constant";
  if (c.groups != 1 || c.batches != 1)
    return "the contraction is grouped or batched";
  return "";
}

static std::string whyNotIntegers(const Contraction &c) {
  for (Type type : {c.lhs, c.rhs}) {
    auto code = dyn_cast<ir::QType>(type);
    if (!code || !code.isInteger() || code.getBits() > 8)
      return "an operand of " + printed(type) +
             " is no integer code of up to 8 bits";
  }
  return "";
}

static std::string whyNotDirect(const Contraction &, const VectorShape &) {
  return "";
}

/// Whether every stored zero point is from 0 to 1023: then code and zero point
/// are exact behind the leading bit of an f16.
static bool fitsHalves(const Contraction &c) {
  std::optional<ConstantTensor> zp;
  if (c.rhsZp)
    zp = ConstantTensor::get(c.rhsZp);
  int64_t offset = storedCode(c).second;
  for (int64_t i = 0, e = zp ? zp->size() : 0; i < e; ++i)
    if (zp->getInt(i) + offset < 0 || zp->getInt(i) + offset > 1023)
      return false;
  return true;
}

/// What a GPU asks of f16 inputs and scaled codes of 4 bits.
static std::string whyNotHalves(const Contraction &c) {
  auto code = dyn_cast<ir::QType>(c.rhs);
  if (!c.lhs.isF16() || c.isConv)
    return "the left-hand side is no matrix of f16";
  if (!code || !code.isInteger() || !c.rhsScale || storedCode(c).first > 4)
    return "the weights are no scaled codes of up to 4 bits";
  if (!fitsHalves(c))
    return "a zero point is far from the codes";
  if (c.k % 8)
    return "rows of " + std::to_string(c.k) + " are no multiple of 8";
  int64_t group = std::min<int64_t>(c.scaleGroup, 128);
  if (c.scaleGroup < c.k && (group % 16 || 128 % group || c.scaleGroup % group))
    return "groups of " + std::to_string(c.scaleGroup) +
           " are no 16, 32, 64 or multiple of 128";
  return "";
}

static std::string whyNotDequant(const Contraction &c,
                                 const VectorShape &shape) {
  if (std::string why = whyNotConstant(c); !why.empty())
    return why;
  if (shape.isSimt)
    if (std::string why = whyNotHalves(c); !why.empty())
      return why;
  if (!c.lhs.isF32() && !c.lhs.isF16() && !c.lhs.isBF16())
    return "the left-hand side is " + printed(c.lhs) + ", not f32, f16 or bf16";
  if (!c.accumulator.isF32())
    return "the accumulator is " + printed(c.accumulator) + ", not f32";
  if (auto code = dyn_cast<ir::QType>(c.rhs)) {
    if (code.getBits() > 8 || code.getKind() == ir::CodeKind::E8M0)
      return "weights of " + printed(c.rhs) +
             " are no integers or floats of up to 8 bits";
  } else if (!c.rhs.isF32() && !c.rhs.isF16() && !c.rhs.isBF16()) {
    return "weights of " + printed(c.rhs) + " are no f32, f16 or bf16";
  }
  // The groups of a GPU's blocks have been looked at.
  return whyNotPacked(c, dequantLayout(c, shape), !shape.isSimt);
}

/// What a GPU asks, whose lanes read inputs 16 at a time.
static std::string whyNotGemv(const Contraction &c) {
  if (c.isConv)
    return "a GPU's lanes read rows of matrices";
  if (c.rhsScale)
    return "groups are scaled";
  if (c.k % 16)
    return "rows of " + std::to_string(c.k) + " are no multiple of 16";
  return "";
}

static std::string whyNotIntDot(const Contraction &c,
                                const VectorShape &shape) {
  if (std::string why = whyNotConstant(c); !why.empty())
    return why;
  if (std::string why = whyNotIntegers(c); !why.empty())
    return why;
  if (std::string why = whyNotGemv(c); shape.isSimt && !why.empty())
    return why;
  if (c.rhsScale ? !c.accumulator.isF32() : !c.accumulator.isInteger(32))
    return "the accumulator is " + printed(c.accumulator) + ", not " +
           (c.rhsScale ? "f32" : "i32");
  if (c.rhsScale && !boundAccumulator(c)->fitsI32())
    return "the sums of a group may exceed i32";
  return whyNotPacked(c, intDotLayout(c, shape));
}

static std::string whyNotMma(const Contraction &c, const VectorShape &shape) {
  if (!shape.isSimt)
    return "the target has no matrix units";
  if (std::string why = whyNotConstant(c); !why.empty())
    return why;
  if (std::string why = whyNotIntegers(c); !why.empty())
    return why;
  if (c.rhsScale || !c.accumulator.isInteger(32))
    return "the sums are not of i32";
  return whyNotPacked(c, mmaLayout(c, shape));
}

//===----------------------------------------------------------------------===//
// Cost: the greater of arithmetic and weight traffic
//===----------------------------------------------------------------------===//

/// Bytes of weights that one cycle brings from memory, order of magnitude.
static constexpr double bytesPerCycle = 8;

static double costDirect(const Contraction &c, const VectorShape &) {
  return 2.0 * static_cast<double>(c.macs());
}

static double costPacked(const Contraction &c, ir::LayoutAttr layout,
                         double macsPerCycle) {
  PackedMatrix matrix(layout, c.n, c.k);
  double macs = static_cast<double>(c.m) * matrix.getTiles() *
                matrix.getRows() * matrix.getBlocks() * matrix.getBlockK();
  // Copying activations into the kernels' order.
  double copies = static_cast<double>(c.m) * c.k;
  double traffic = matrix.getSizeInBytes() / bytesPerCycle;
  return std::max(macs / macsPerCycle + copies, traffic);
}

static double costDequant(const Contraction &c, const VectorShape &shape) {
  if (shape.isSimt)
    return static_cast<double>(llvm::alignTo(c.m, 16)) * c.n * c.k / 128;
  return costPacked(c, dequantLayout(c, shape), shape.lanes);
}

static double costIntDot(const Contraction &c, const VectorShape &shape) {
  if (shape.isSimt)
    return static_cast<double>(c.macs()) / 32;
  return costPacked(c, intDotLayout(c, shape), shape.lanes * shape.depth / 2.0);
}

/// A warp's matrix unit does 16 x 8 x 32 products in about 16 cycles.
static double costMma(const Contraction &c, const VectorShape &shape) {
  PackedMatrix matrix(mmaLayout(c, shape), c.n, c.k);
  double macs = static_cast<double>(llvm::alignTo(c.m, 16)) *
                matrix.getTiles() * matrix.getRows() * matrix.getBlocks() *
                matrix.getBlockK();
  return macs / 256;
}

//===----------------------------------------------------------------------===//
// The list
//===----------------------------------------------------------------------===//

ArrayRef<Method> tern::getMethods() {
  static const Method methods[] = {
      {ir::Method::Direct, "direct", "plain loops over operands as they are",
       whyNotDirect, noLayout, costDirect},
      {ir::Method::Dequant, "dequant",
       "float dot products; packed weights become floats in registers",
       whyNotDequant, dequantLayout, costDequant},
      {ir::Method::IntDot, "int_dot",
       "exact integer dot products of packed codes, scaled afterwards",
       whyNotIntDot, intDotLayout, costIntDot},
      {ir::Method::Mma, "mma",
       "exact integer products of a GPU's matrix units, scaled afterwards",
       whyNotMma, mmaLayout, costMma},
  };
  return methods;
}

const Method &tern::getMethod(ir::Method kind) {
  return getMethods()[static_cast<unsigned>(kind)];
}

Choice tern::chooseMethod(const Contraction &c, const VectorShape &shape) {
  Choice choice;
  choice.bound = boundAccumulator(c);
  for (const Method &method : getMethods()) {
    if (!method.whyNot(c, shape).empty())
      continue;
    double cost = method.cost(c, shape);
    if (!choice.best || cost < choice.bestCost) {
      choice.next = choice.best;
      choice.nextCost = choice.bestCost;
      choice.best = &method;
      choice.bestCost = cost;
    } else if (!choice.next || cost < choice.nextCost) {
      choice.next = &method;
      choice.nextCost = cost;
    }
  }
  return choice;
}
