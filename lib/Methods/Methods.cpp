//===- Methods.cpp - The list of mpGEMM methods ---------------------------===//
#include "lib/Methods/Methods.h"
#include "dialects/Tern/Layout.h"
#include "lib/Methods/Sparsity.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
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

static std::pair<int64_t, int64_t> storedCode(Interval range) {
  int64_t span = range.max - range.min, offset = -range.min;
  // A one-bit code with offset 1 would read as binary.
  if (span <= 1 && offset == 0)
    return {1, offset};
  return {span <= 3 ? 2 : span <= 15 ? 4 : 8, offset};
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
  return storedCode(rangeOfWeights(c));
}

/// Rows of a tile of one-bit codes: tables that they look up serve up to four
/// vectors at a time, so long tiles where none of them is padded.
static int64_t tileRowsOfSigns(const Contraction &c, const VectorShape &shape) {
  int64_t rows = 4 * shape.tileRows;
  while (rows > shape.tileRows && c.n % rows)
    rows /= 2;
  return rows;
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
  bool fillsBytes = c.scaleGroup == c.k || c.scaleGroup % 8 == 0;
  if (shape.scalable && fillsBytes && areSigns(c))
    return ir::LayoutAttr::get(c.op->getContext(), tileRowsOfSigns(c, shape),
                               shape.depth, 1, 1);
  // Scalable dots multiply signed bytes as they are.
  if (shape.scalable && storedCode(c).first == 8 && rangeOfWeights(c).min < 0)
    return ir::LayoutAttr::get(c.op->getContext(), tileRows(c, shape),
                               shape.depth, 8, 0);
  return layoutOfDepth(c, shape, shape.depth);
}

/// Bits along K. Registers of unknown length hold bits of one row, which all
/// lie together then, in whole pieces of the least length.
static ir::LayoutAttr xnorLayout(const Contraction &c,
                                 const VectorShape &shape) {
  constexpr int64_t leastBytes = 16, rowsAtOnce = 4;
  MLIRContext *context = c.op->getContext();
  if (!shape.scalable)
    return ir::LayoutAttr::get(context, tileRows(c, shape), shape.depth, 1, 1);
  int64_t rows =
      std::min<int64_t>(shape.tileRows, llvm::alignTo(c.n, rowsAtOnce));
  int64_t depth = llvm::alignTo(llvm::divideCeil(c.k, 8), leastBytes);
  return ir::LayoutAttr::get(context, rows, depth, 1, 1);
}

/// A lookup finds the inputs of a dot product among 16.
static ir::NmAttr sparsePattern(const Contraction &c,
                                const VectorShape &shape) {
  return packedPatternOf(c, shape.depth, /*window=*/16);
}
/// Bytes are signed ones, narrower codes less their offset when multiplied. Two
/// vectors at a time: inputs of every lane's own take registers, too.
static ir::LayoutAttr sparseLayout(const Contraction &c,
                                   const VectorShape &shape) {
  auto [bits, offset] = storedCode(rangeOfDistances(c));
  int64_t rows = tileRows(c, shape);
  if (!shape.scalable)
    rows = std::min(rows, 2 * shape.lanes);
  return ir::LayoutAttr::get(
      c.op->getContext(), rows, shape.depth, bits, bits == 8 ? 0 : offset,
      /*fragments=*/false, /*unit=*/8, sparsePattern(c, shape));
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

/// What exact integer sums ask, scaled or not.
static std::string whyNotSums(const Contraction &c) {
  if (std::string why = whyNotConstant(c); !why.empty())
    return why;
  if (std::string why = whyNotIntegers(c); !why.empty())
    return why;
  if (c.rhsScale ? !c.accumulator.isF32() : !c.accumulator.isInteger(32))
    return "the accumulator is " + printed(c.accumulator) + ", not " +
           (c.rhsScale ? "f32" : "i32");
  if (c.rhsScale && !boundAccumulator(c)->fitsI32())
    return "the sums of a group may exceed i32";
  return "";
}

static std::string whyNotIntDot(const Contraction &c,
                                const VectorShape &shape) {
  if (std::string why = whyNotSums(c); !why.empty())
    return why;
  if (std::string why = whyNotGemv(c); shape.isSimt && !why.empty())
    return why;
  return whyNotPacked(c, intDotLayout(c, shape));
}

static bool isPadded(const Contraction &c) {
  auto conv = dyn_cast<ir::ConvOp>(c.op);
  return conv &&
         llvm::any_of(conv.getPads(), [](int64_t pad) { return pad != 0; });
}

static std::string whyNotXnor(const Contraction &c, const VectorShape &shape) {
  if (shape.isSimt)
    return "a GPU's kernels count no bits";
  if (std::string why = whyNotConstant(c); !why.empty())
    return why;
  auto code = dyn_cast<ir::QType>(c.lhs);
  if (!code || !code.isInteger() || code.getBits() != 1 ||
      code.getKind() == ir::CodeKind::SInt)
    return "inputs of " + printed(c.lhs) + " are no bits";
  if (!areSigns(c))
    return "the weights are not all 1 or -1";
  if (c.lhsZp || c.rhsZp || c.rhsScale)
    return "zero points or scales are inside the sums";
  if (code.getKind() == ir::CodeKind::Binary && isPadded(c))
    return "a padded position is 0, which is neither 1 nor -1";
  if (!c.accumulator.isInteger(32) || !boundAccumulator(c)->fitsI32())
    return "the sums may exceed i32";
  return "";
}

static std::string whyNotSparse(const Contraction &c,
                                const VectorShape &shape) {
  if (shape.isSimt)
    return "kernels of a GPU leave out no zeros";
  if (std::string why = whyNotSums(c); !why.empty())
    return why;
  if (c.rhsZp && !ConstantTensor::get(c.rhsZp))
    return "the zero points of the right-hand side are not constant";
  if (!sparsePattern(c, shape))
    return "the weights obey no N:M out of 1:2, 1:4, 2:4, 2:8, 4:8, 4:16 and "
           "8:16";
  Interval range = rangeOfDistances(c);
  if (range.min < -128 || range.max > 127)
    return "weights less their zero points are from " +
           std::to_string(range.min) + " to " + std::to_string(range.max) +
           " and fit no signed byte";
  return whyNotPacked(c, sparseLayout(c, shape));
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
// The list
//===----------------------------------------------------------------------===//

ArrayRef<Method> tern::getMethods() {
  static const Method methods[] = {
      {ir::Method::Direct, "direct", "plain loops over operands as they are",
       whyNotDirect, noLayout},
      {ir::Method::Dequant, "dequant",
       "float dot products; packed weights become floats in registers",
       whyNotDequant, dequantLayout},
      {ir::Method::IntDot, "int_dot",
       "exact integer dot products of packed codes, scaled afterwards",
       whyNotIntDot, intDotLayout},
      {ir::Method::Mma, "mma",
       "exact integer products of a GPU's matrix units, scaled afterwards",
       whyNotMma, mmaLayout},
      {ir::Method::XnorPopcount, "xnor_popcount",
       "bits of inputs and weights compared 8 a byte, and counted", whyNotXnor,
       xnorLayout},
      {ir::Method::SparseNm, "sparse_nm",
       "exact integer dot products without the zeros of N:M-sparse codes",
       whyNotSparse, sparseLayout},
  };
  return methods;
}

const Method &tern::getMethod(ir::Method kind) {
  return getMethods()[static_cast<unsigned>(kind)];
}

Prediction tern::priceMethod(const Contraction &c, const Method &method,
                             const Site &site) {
  return priceWork(
      describeWork(c, method.kind, method.layout(c, site.shape), site), site);
}

/// No figure is surer than this: what takes more bytes of weights has to be
/// faster by more.
static constexpr double sizeMargin = 1.1;

/// Whether weights take fewer bytes by `method` than by `other`. Direct loops
/// leave them as they are.
static bool isForSize(const Contraction &c, const Method &method,
                      const Method &other, const Site &site) {
  auto bytes = [&](const Method &m) {
    return PackedMatrix(m.layout(c, site.shape), c.n, c.k).getSizeInBytes();
  };
  if (other.kind == ir::Method::Direct)
    return true;
  return method.kind == ir::Method::SparseNm && bytes(method) < bytes(other);
}

Choice tern::chooseMethod(const Contraction &c, const Site &site) {
  Choice choice;
  choice.bound = boundAccumulator(c);
  for (const Method &method : getMethods()) {
    if (!method.whyNot(c, site.shape).empty())
      continue;
    double seconds = priceMethod(c, method, site).seconds();
    if (!choice.best || seconds < choice.bestSeconds) {
      choice.next = choice.best;
      choice.nextSeconds = choice.bestSeconds;
      choice.best = &method;
      choice.bestSeconds = seconds;
    } else if (!choice.next || seconds < choice.nextSeconds) {
      choice.next = &method;
      choice.nextSeconds = seconds;
    }
  }
  if (choice.next && choice.nextSeconds <= sizeMargin * choice.bestSeconds &&
      isForSize(c, *choice.next, *choice.best, site)) {
    std::swap(choice.best, choice.next);
    std::swap(choice.bestSeconds, choice.nextSeconds);
    choice.isForSize = true;
  }
  return choice;
}

/// Bytes that the right-hand side takes when it is packed by the first method
/// that packs it; else as it is.
static int64_t bytesAsPacked(const Contraction &c, const VectorShape &shape) {
  for (const Method &method : getMethods())
    if (method.kind != ir::Method::Direct && method.whyNot(c, shape).empty())
      return PackedMatrix(method.layout(c, shape), c.n, c.k).getSizeInBytes();
  return bytesOf(c.rhsValue.getType());
}

static int64_t activationsOf(DestinationStyleOpInterface step) {
  int64_t bytes = 0;
  for (Value operand : step->getOperands())
    if (isa<ShapedType>(operand.getType()) && !isWeight(operand))
      bytes += bytesOf(operand.getType());
  return bytes;
}

int64_t tern::residentBytesOf(ModuleOp module, const VectorShape &shape) {
  if (auto known = module->getAttrOfType<IntegerAttr>("tern.resident_bytes"))
    return known.getInt();
  int64_t greatest = 0;
  llvm::StringMap<int64_t> packed;
  module.walk([&](DestinationStyleOpInterface step) {
    if (isa<FunctionOpInterface>(step->getParentOp()))
      greatest = std::max(greatest, activationsOf(step));
    if (!isa<ir::MatmulOp, ir::ConvOp>(step.getOperation()))
      return;
    Contraction c = describeContraction(step);
    if (auto use = c.rhsValue.getDefiningOp<ir::UseOp>())
      packed[use.getWeight()] = bytesAsPacked(c, shape);
  });
  int64_t weights = 0;
  for (auto weight : module.getOps<ir::WeightOp>()) {
    auto found = packed.find(weight.getSymName());
    weights +=
        found == packed.end() ? bytesOf(weight.getType()) : found->second;
  }
  return weights + greatest;
}

Site tern::siteOf(ModuleOp module, const Machine &machine) {
  VectorShape shape =
      getVectorShape(module->getAttrOfType<ir::TargetAttr>("tern.target"));
  return {&machine, shape, static_cast<double>(residentBytesOf(module, shape))};
}
