//===- CudaLanguage.cpp - How CUDA spells a kernel ------------------------===//
//
// A thread runs the body of a parallel level once, for the point that it is at:
// so a level is a variable, and a condition where it has fewer points than the
// launch has threads.
//
//===----------------------------------------------------------------------===//
#include "lib/Backend/CUDA/CudaLanguage.h"
#include "lib/Backend/Common/CHints.h"
#include "lib/Backend/Common/Names.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

kern::GeometryAttr backend::geometryOf(func::FuncOp kernel) {
  return kernel->getAttrOfType<kern::GeometryAttr>("kern.geometry");
}

static bool isShared(Value memref) {
  return isa_and_nonnull<kern::SharedAttr>(
      cast<MemRefType>(memref.getType()).getMemorySpace());
}

bool CudaLanguage::hasSpace(Attribute space) const {
  return !space || isa<kern::SharedAttr>(space);
}

void CudaLanguage::head(func::FuncOp kernel, StringRef name,
                        ArrayRef<std::string> buffers, CWriter &w,
                        raw_ostream &os) const {
  os << "TERN_KERNEL TERN_BOUNDS(" << geometryOf(kernel).getThreads() << ", 1) "
     << name << "(";
  for (auto [i, argument] :
       llvm::enumerate(kernel.getArguments().drop_front(2))) {
    Type element = cast<MemRefType>(argument.getType()).getElementType();
    os << (i ? "," : "") << "\n    " << (isWritten(argument) ? "" : "const ")
       << typeOf(element) << " *" << buffers[i];
  }
  os << ") {\n";
}

std::string CudaLanguage::local(memref::AllocaOp alloca, StringRef name) const {
  MemRefType type = alloca.getType();
  return (typeOf(type.getElementType()) + " " + name + "[" +
          Twine(type.getNumElements()) + "]")
      .str();
}

/// Global and shared memory is checked where the runtime header checks.
std::string CudaLanguage::element(Value memref, StringRef buffer,
                                  StringRef at) const {
  if (memref.getDefiningOp<memref::AllocaOp>())
    return CLanguage::element(memref, buffer, at);
  if (!isShared(memref))
    return ("TERN_AT(" + buffer + ", " + at + ")").str();
  int64_t size = cast<MemRefType>(memref.getType()).getNumElements();
  return ("TERN_AT_IN(" + buffer + ", " + at + ", " + Twine(size) + ")").str();
}

static CText mmaText(kern::MmaOp op, ArrayRef<CText> operands) {
  return callText("tern_mma_" + kern::stringifyMmaKind(op.getKind()), operands);
}

static CText dp4aText(kern::Dp4aOp op, ArrayRef<CText> operands) {
  StringRef types = op.getUnsignedB() ? "u8" : op.getUnsignedA() ? "us8" : "s8";
  return callText("tern_dp4a_" + types,
                  {operands[1], operands[2], operands[0]});
}

static CText loadText(kern::LoadWordsOp op, const CText &address) {
  auto vector = dyn_cast<VectorType>(op.getWords().getType());
  int64_t bytes = vector ? 4 * vector.getNumElements() : 4;
  bool isFirst = op.getStreaming() && bytes == 16;
  return callText("tern_load" + Twine(isFirst ? "_first" : "") + Twine(bytes),
                  address);
}

static CText insertText(vector::InsertOp op, ArrayRef<CText> in) {
  VectorType type = op.getDestVectorType();
  bool isScalar = !isa<VectorType>(op.getSourceType());
  if (!isScalar || op.hasDynamicPosition())
    return CText();
  return callText("tern_insert_" + cSuffixOf(type),
                  {in[1], CText(Twine(op.getStaticPosition()[0])), in[0]});
}

CText CudaLanguage::expression(Operation *op, ArrayRef<CText> in) const {
  auto address = [&](Value memref) {
    return CText("&" + element(memref, in[0].text, in[1].text), CBinds::Unary);
  };
  return llvm::TypeSwitch<Operation *, CText>(op)
      .Case([&](kern::LoadWordsOp load) {
        return loadText(load, address(load.getMemory()));
      })
      .Case([&](kern::LdMatrixOp load) {
        auto type = cast<VectorType>(load.getWords().getType());
        return callText("tern_ldmatrix_x" + Twine(type.getNumElements()),
                        address(load.getMemory()));
      })
      .Case([&](kern::MmaOp mma) { return mmaText(mma, in); })
      .Case([&](kern::Dp4aOp dot) { return dp4aText(dot, in); })
      .Case([&](vector::InsertOp insert) { return insertText(insert, in); })
      .Case([&](kern::Lop3Op op) {
        return callText("tern_lop3<" + Twine(op.getTable()) + ">", in);
      })
      .Case([&](kern::SubF16x2Op) { return callText("tern_sub_f16x2", in); })
      .Case([&](kern::ShuffleXorOp shuffle) {
        return callText("tern_shuffle_xor", {CText("0xffffffffu"), in[0],
                                             CText(Twine(shuffle.getLanes()))});
      })
      .Default([](Operation *) { return CText(); });
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

/// Where a thread is in a level, and how many points a launch has there.
static std::pair<StringRef, int64_t> placeIn(Attribute level, int64_t threads) {
  if (isa<kern::BlockAttr>(level))
    return {"tern_block()", 0};
  if (isa<kern::WarpAttr>(level))
    return {"tern_warp()", threads / 32};
  if (isa<kern::LaneAttr>(level))
    return {"tern_lane()", 32};
  if (isa<kern::ThreadAttr>(level))
    return {"tern_thread()", threads};
  return {"(int64_t)tern_block() * tern_block_threads() + tern_thread()", -1};
}

static void forall(scf::ForallOp op, CWriter &w) {
  auto kernel = op->getParentOfType<func::FuncOp>();
  Value point = op.getInductionVar(0);
  int64_t size = op.getStaticUpperBound()[0];
  int64_t threads = geometryOf(kernel).getThreads();
  auto [place, count] = placeIn((*op.getMapping())[0], threads);
  std::string name = w.name(point);
  w.line() << "const int64_t " << name << " = " << place << ";\n";
  // A launch has a block for each point of that level, and whole blocks of
  // threads for a grid.
  bool isExact =
      count == 0 || count == size || (count < 0 && size % threads == 0);
  if (!isExact)
    w.line() << "if (" << name << " < " << size << ") {\n";
  w.block(*op.getBody(), !isExact);
  if (!isExact)
    w.line() << "}\n";
}

static void tile(kern::TileOp op, CWriter &w) {
  auto type = cast<MemRefType>(op.getType());
  std::string element = cTypeOf(type.getElementType());
  int64_t bytes = type.getNumElements() * (bitsOf(type.getElementType()) / 8);
  w.line() << "/* Shared: " << commentOf(op.getMeaning()) << "; " << bytes
           << " bytes. */\n";
  std::string name = w.name(op.getResult());
  w.line() << element << " *const " << name << " = (" << element
           << " *)(tern_shared() + " << op.getOffset() << ");\n";
}

static void copyAsync(kern::CopyAsyncOp op, CWriter &w) {
  bool isFirst = op.getStreaming() && op.getBytes() == 16;
  w.line() << "tern_copy_async" << op.getBytes() << (isFirst ? "_first(" : "(")
           << w.address(op.getTarget(), op.getTo()).text << ", "
           << w.address(op.getSource(), op.getFrom()).text << ", "
           << w.text(op.getValid()).text << ");\n";
}

bool CudaLanguage::statement(Operation *op, CWriter &w) const {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](scf::ForallOp level) { return forall(level, w), true; })
      .Case([&](scf::InParallelOp) { return true; })
      .Case([&](kern::TileOp op) { return tile(op, w), true; })
      .Case([&](kern::BarrierOp) {
        w.line() << "tern_barrier();\n";
        return true;
      })
      .Case([&](kern::CopyAsyncOp copy) { return copyAsync(copy, w), true; })
      .Case([&](kern::CopyCommitOp) {
        w.line() << "tern_copy_commit();\n";
        return true;
      })
      .Case([&](kern::CopyWaitOp wait) {
        w.line() << "tern_copy_wait<" << wait.getPending() << ">();\n";
        return true;
      })
      .Default([](Operation *) { return false; });
}
