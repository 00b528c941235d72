//===- LowerCodes.cpp - Codes as machine integers -------------------------===//
//
// Until here a type says what a code means. From here on only instructions do:
// a code is its storage, and reading and writing it are arithmetic that every
// backend has.
//
//===----------------------------------------------------------------------===//
#include "passes/Lowering/Buffers.h"
#include "passes/Lowering/Kernels.h"
#include "passes/Lowering/Passes.h"
#include "passes/Lowering/SmallFloats.h"

namespace tern::lowering {
#define GEN_PASS_DEF_LOWERCODES
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// The type of a code's storage, in memory or in a register.
static Type storageType(Type type) {
  if (auto code = dyn_cast<ir::QType>(type))
    return IntegerType::get(type.getContext(), 8 * code.getStorageBytes());
  if (auto memory = dyn_cast<MemRefType>(type))
    return MemRefType::get(memory.getShape(),
                           storageType(memory.getElementType()),
                           memory.getLayout(), memory.getMemorySpace());
  return type;
}

static void lower(ir::DecodeOp op) {
  auto code = cast<ir::QType>(op.getCode().getType());
  Emitter b(op.getLoc(), op.getContext());
  b.setInsertionPoint(op);
  // The operand's type changes with that of its producer; here it still is
  // what the arithmetic is chosen by.
  Value storage = b.create<UnrealizedConversionCastOp>(
                       TypeRange{storageType(code)}, op.getCode())
                      .getResult(0);
  Value value;
  if (code.isFloat())
    value = decodeSmallFloat(b, code.getKind(), storage);
  else if (code.isSigned())
    value = b.create<arith::ExtSIOp>(b.getI32Type(), storage);
  else
    value = b.create<arith::ExtUIOp>(b.getI32Type(), storage);
  op.getResult().replaceAllUsesWith(value);
  op.erase();
}

/// The low bits of an integer as a code's value: sign-extended, or masked.
static Value narrow(Emitter &b, ir::QType code, Value value) {
  int64_t bits = code.getBits(), width = 8 * code.getStorageBytes();
  if (code.getKind() == ir::CodeKind::Binary ||
      code.getKind() == ir::CodeKind::Ternary || bits == width)
    return value;
  if (!code.isSigned())
    return b.createOrFold<arith::AndIOp>(
        value, b.constant(value.getType(), (int64_t(1) << bits) - 1));
  Value shift = b.constant(value.getType(), 32 - bits);
  return b.createOrFold<arith::ShRSIOp>(
      b.createOrFold<arith::ShLIOp>(value, shift), shift);
}

static void lower(ir::EncodeOp op) {
  auto code = cast<ir::QType>(op.getCode().getType());
  Emitter b(op.getLoc(), op.getContext());
  b.setInsertionPoint(op);
  Value storage =
      code.isFloat()
          ? encodeSmallFloat(b, code.getKind(), op.getValue(), op.getSaturate())
          : Value(b.create<arith::TruncIOp>(storageType(code),
                                            narrow(b, code, op.getValue())));
  auto back = b.create<UnrealizedConversionCastOp>(TypeRange{code}, storage);
  op.getResult().replaceAllUsesWith(back.getResult(0));
  op.erase();
}

/// Types of every value, then the casts between them are between equals.
static void retype(Operation *root) {
  root->walk([&](Operation *op) {
    for (Value result : op->getResults())
      result.setType(storageType(result.getType()));
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (BlockArgument argument : block.getArguments())
          argument.setType(storageType(argument.getType()));
  });
  root->walk([&](UnrealizedConversionCastOp cast) {
    cast.getResult(0).replaceAllUsesWith(cast.getOperand(0));
    cast.erase();
  });
}

namespace {
struct LowerCodes : lowering::impl::LowerCodesBase<LowerCodes> {
  void runOnOperation() override {
    SmallVector<Operation *> codes;
    getOperation().walk([&](Operation *op) {
      if (isa<ir::DecodeOp, ir::EncodeOp>(op))
        codes.push_back(op);
    });
    for (Operation *op : codes)
      llvm::TypeSwitch<Operation *>(op).Case<ir::DecodeOp, ir::EncodeOp>(
          [](auto code) { lower(code); });
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      retype(function);
      if (function->hasAttr("kern.kernel"))
        function.setType(FunctionType::get(
            &getContext(), function.front().getArgumentTypes(), {}));
    }
  }
};
} // namespace
