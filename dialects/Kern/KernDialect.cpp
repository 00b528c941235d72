//===- KernDialect.cpp - Registration and verifiers -----------------------===//
#include "dialects/Kern/Kern.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::kern;

#include "dialects/Kern/KernDialect.cpp.inc"
#include "dialects/Kern/KernEnums.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Kern/KernTypes.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Kern/KernAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Kern/KernOps.cpp.inc"

void KernDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Kern/KernTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Kern/KernAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Kern/KernOps.cpp.inc"
      >();
}

LogicalResult ViewOp::verify() {
  // view_c1
  auto offset = static_cast<int64_t>(getOffset());
  auto type = cast<MemRefType>(getResult().getType());
  // Codes have their own size until they are lowered.
  auto code = dyn_cast<tern::ir::QType>(type.getElementType());
  int64_t bytes = code ? code.getStorageBytes()
                       : llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  if (offset < 0 || offset % bytes)
    return emitOpError("expected a non-negative multiple of ")
           << bytes << ", but got offset " << offset;
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // launch_c2
  if (static_cast<int64_t>(getTrip()) < 1)
    return emitOpError("expected a grid of at least 1, but got ") << getTrip();
  // launch_c1
  auto kernel =
      symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getKernelAttr());
  if (!kernel || !kernel->hasAttr("kern.kernel"))
    return emitOpError("expected a kernel, but got ") << getKernelAttr();
  auto inputs = kernel.getFunctionType().getInputs();
  if (inputs.size() != getBuffers().size() + 2 ||
      !llvm::equal(inputs.drop_front(2), getBuffers().getTypes()))
    return emitOpError("expected the buffers of ")
           << kernel.getFunctionType() << ", but got "
           << getBuffers().getTypes();
  return success();
}

LogicalResult UnpackOp::verify() {
  // unpack_c1
  int64_t bits = getBits(), field = getField();
  if ((bits == 1 || bits == 2 || bits == 4) && field >= 0 &&
      (field + 1) * bits <= 8)
    return success();
  return emitOpError("expected a field of 1, 2 or 4 bits inside a byte, but "
                     "got bits ")
         << bits << " field " << field;
}

bool DotOp::isNarrow() {
  return getElementTypeOrSelf(getAcc().getType()).isInteger(16);
}
int64_t DotOp::getDepth() {
  return cast<VectorType>(getW().getType()).getNumElements() /
         cast<VectorType>(getAcc().getType()).getNumElements();
}
bool DotOp::hasOwnInputs() { return getA().getType() == getW().getType(); }
int64_t DotOp::getPartials() {
  if (hasOwnInputs())
    return 1;
  return cast<VectorType>(getA().getType()).getNumElements() / getDepth();
}

LogicalResult DotOp::verify() {
  // dot_c1
  auto acc = cast<VectorType>(getAcc().getType());
  auto w = cast<VectorType>(getW().getType());
  auto a = cast<VectorType>(getA().getType());
  int64_t sums = acc.getNumElements(), inputs = a.getNumElements();
  int64_t weights = w.getNumElements(), depth = weights / sums;
  bool isWide = acc.getElementType().isInteger(32);
  bool ok = (isWide || acc.getElementType().isInteger(16)) &&
            w.getElementType().isInteger(8) && a.getElementType().isInteger(8);
  ok &= w.isScalable() == acc.isScalable();
  ok &= depth > 0 && weights == sums * depth && inputs % depth == 0;
  if (ok && hasOwnInputs())
    return success();
  ok = ok && !a.isScalable() && sums % (inputs / depth) == 0 &&
       (!isWide || inputs == depth);
  if (ok)
    return success();
  return emitOpError("expected lanes of i32 L or of i16 L*P, i8 weights L*D, "
                     "i8 inputs D or L*D, but got ")
         << acc << ", " << w << ", " << a;
}

int64_t HammingOp::getDepth() {
  return cast<VectorType>(getA().getType()).getNumElements();
}

LogicalResult HammingOp::verify() {
  // hamming_c1
  auto acc = dyn_cast<VectorType>(getAcc().getType());
  auto w = cast<VectorType>(getW().getType());
  auto a = cast<VectorType>(getA().getType());
  int64_t lanes = acc ? acc.getNumElements() : 1;
  bool ok = getElementTypeOrSelf(getAcc().getType()).isInteger(32) &&
            w.getElementType().isInteger(8) && a.getElementType().isInteger(8);
  ok &= w.isScalable() == a.isScalable();
  ok &= !(acc && (acc.isScalable() || w.isScalable()));
  if (ok && w.getNumElements() == lanes * a.getNumElements())
    return success();
  return emitOpError("expected an i32 or lanes of i32 L, i8 weights L*D, i8 "
                     "inputs D, but got ")
         << getAcc().getType() << ", " << w << ", " << a;
}

LogicalResult LutOp::verify() {
  // lut_c1
  auto codes = cast<VectorType>(getCodes().getType());
  auto numbers = cast<VectorType>(getNumbers().getType());
  if (!codes.getElementType().isInteger(8) ||
      numbers != codes.clone(Float32Type::get(getContext())))
    return emitOpError("expected codes of i8 and as many f32, but got ")
           << codes << " and " << numbers;
  // lut_c2
  size_t size = getTable().size();
  if (size >= 2 && size <= 16 && llvm::isPowerOf2_64(size))
    return success();
  return emitOpError("expected 2, 4, 8 or 16 entries, but got ") << size;
}

LogicalResult LookupOp::verify() {
  // lookup_c1
  auto table = cast<VectorType>(getTable().getType());
  auto type = cast<VectorType>(getType());
  int64_t size = table.getNumElements();
  bool isShort = !table.isScalable() && size >= 2 && size <= 16 &&
                 llvm::isPowerOf2_64(size);
  bool isOwn = table == type && (type.isScalable() || size >= 16);
  if (type.getElementType().isInteger(8) &&
      table.getElementType().isInteger(8) && (isShort || isOwn))
    return success();
  return emitOpError("expected a table of 2, 4, 8 or 16 i8, or of the type of "
                     "the indices, but got ")
         << table << " and " << type;
}

LogicalResult FoldOp::verify() {
  // fold_c1
  auto acc = cast<VectorType>(getAcc().getType());
  auto sums = cast<VectorType>(getSums().getType());
  if (acc.getElementType().isInteger(32) &&
      sums.getElementType().isInteger(16) &&
      sums.isScalable() == acc.isScalable() &&
      sums.getNumElements() % acc.getNumElements() == 0)
    return success();
  return emitOpError("expected i32 lanes L and i16 sums L*P, but got ")
         << acc << ", " << sums;
}
