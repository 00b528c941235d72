//===- CPrinter.cpp - Kernels as C ----------------------------------------===//
#include "lib/Backend/Common/CPrinter.h"
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/CFolding.h"
#include "lib/Backend/Common/CHints.h"
#include "lib/Backend/Common/COps.h"
#include "lib/Backend/Common/Names.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;
using namespace tern::backend;

namespace {

class KernelPrinter {
public:
  KernelPrinter(func::FuncOp kernel, CLeaves &leaves, raw_ostream &os)
      : kernel(kernel), leaves(leaves), folding(kernel), os(os) {}
  LogicalResult print(StringRef name, ArrayRef<std::string> hints);

private:
  LogicalResult checkTypes();
  std::string moreLayers();
  void comment(ArrayRef<std::string> names);
  void parameters(ArrayRef<std::string> names);

  /// The expression of `value`: a variable, a literal, or a folded operation.
  CText text(Value value);
  CText compute(Operation *op);
  CText element(Value memref, ValueRange indices);
  CText literal(arith::ConstantOp constant);
  CText refuse(Operation *op);

  void block(Block &block);
  void statement(Operation *op);
  void forLoop(scf::ForOp loop);
  void ifElse(scf::IfOp op);
  /// Assigns what a region yields to variables.
  void yield(Operation *terminator, ArrayRef<std::string> targets);
  /// Declares `value` with the text, under a name like `hint`.
  void define(Value value, const CText &init);
  std::string name(Value value) {
    std::string result = names.make(hintOf(value, depth, texts));
    texts[value] = CText(result);
    return result;
  }
  raw_ostream &line() { return os.indent(2 * indent); }

  func::FuncOp kernel;
  CLeaves &leaves;
  CFolding folding;
  CRanges ranges;
  Names names;
  CTexts texts;
  raw_ostream &os;
  unsigned indent = 1, depth = 0;
  bool refused = false;
};

/// Every type has a name in C; checked before anything is printed.
LogicalResult KernelPrinter::checkTypes() {
  auto bad = kernel.walk([&](Operation *op) {
    SmallVector<Type> types(op->getOperandTypes());
    llvm::append_range(types, op->getResultTypes());
    for (Type type : types) {
      Type value = type;
      if (auto memref = dyn_cast<MemRefType>(type))
        value = memref.getRank() == 1 && memref.hasStaticShape() &&
                        memref.getLayout().isIdentity()
                    ? memref.getElementType()
                    : Type();
      if (value && !cTypeOf(value).empty())
        continue;
      op->emitOpError("expected scalars, one-dimensional vectors of fixed "
                      "length and rank-1 memrefs of i1, i8, i16, i32, i64, "
                      "f16, bf16, f32, f64, but got ")
          << type;
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(bad.wasInterrupted());
}

CText KernelPrinter::refuse(Operation *op) {
  if (!refused)
    op->emitOpError("expected an operation that printed code has, but got ")
        << op->getName() << " on " << op->getOperandTypes();
  refused = true;
  return CText("refused");
}

CText KernelPrinter::literal(arith::ConstantOp constant) {
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense)
    return literalText(cast<TypedAttr>(constant.getValue()));
  auto type = cast<VectorType>(constant.getType());
  if (dense.isSplat())
    return leaves.splat(type, literalText(dense.getSplatValue<TypedAttr>()));
  std::string lanes;
  for (Attribute lane : dense.getValues<Attribute>())
    lanes += (lanes.empty() ? "" : ", ") +
             literalText(cast<TypedAttr>(lane)).text;
  return CText("(" + cTypeOf(type) + "){{" + lanes + "}}");
}

CText KernelPrinter::text(Value value) {
  if (auto constant = value.getDefiningOp<arith::ConstantOp>())
    return literal(constant);
  auto found = texts.find(value);
  return found != texts.end() ? found->second : compute(value.getDefiningOp());
}

CText KernelPrinter::element(Value memref, ValueRange indices) {
  CText buffer = text(memref);
  std::string at = indices.empty() ? "0" : text(indices.front()).text;
  return CText(buffer.text + "[" + at + "]");
}

CText KernelPrinter::compute(Operation *op) {
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return element(load.getMemRef(), load.getIndices());
  if (auto load = dyn_cast<vector::LoadOp>(op)) {
    if (load.getMemRefType().getElementType() !=
        load.getVectorType().getElementType())
      return refuse(op);
    return leaves.vectorOp(
        op, CText("&" + element(load.getBase(), load.getIndices()).text,
                  CBinds::Unary));
  }
  SmallVector<CText> operands;
  for (Value operand : op->getOperands())
    operands.push_back(text(operand));
  if (auto extract = dyn_cast<vector::ExtractOp>(op)) {
    if (extract.getNumIndices() != 1 || isa<VectorType>(extract.getType()))
      return refuse(op);
    std::string at = extract.hasDynamicPosition()
                         ? operands[1].text
                         : std::to_string(extract.getStaticPosition()[0]);
    return CText(operands[0].in(CBinds::Primary) + ".lane[" + at + "]");
  }
  auto isVector = [](Type type) { return isa<VectorType>(type); };
  bool onVectors = llvm::any_of(op->getOperandTypes(), isVector) ||
                   llvm::any_of(op->getResultTypes(), isVector);
  CText result = !onVectors ? elementText(op, operands, &ranges)
                            : leaves.vectorOp(op, operands);
  if (onVectors && result.text.empty())
    result = leaves.lanewise(op, operands);
  return result.text.empty() ? refuse(op) : result;
}

void KernelPrinter::define(Value value, const CText &init) {
  std::string type = cTypeOf(value.getType());
  std::string variable = name(value);
  line() << "const " << type << " " << variable << " = " << init.text << ";\n";
}

void KernelPrinter::yield(Operation *terminator,
                          ArrayRef<std::string> targets) {
  SmallVector<std::string> values;
  for (Value value : terminator->getOperands())
    values.push_back(text(value).text);
  // All at once: through copies where a later value mentions an earlier target.
  bool together = false;
  for (size_t i = 0; i < targets.size(); ++i)
    for (size_t j = i + 1; j < targets.size(); ++j)
      together |= values[i] != targets[i] && mentions(values[j], targets[i]);
  for (size_t i = 0; together && i < targets.size(); ++i) {
    std::string copy = names.make("next_" + targets[i]);
    line() << "const " << cTypeOf(terminator->getOperand(i).getType()) << " "
           << copy << " = " << values[i] << ";\n";
    values[i] = copy;
  }
  for (auto [target, value] : llvm::zip(targets, values))
    if (target != value)
      line() << target << " = " << value << ";\n";
}

void KernelPrinter::forLoop(scf::ForOp loop) {
  SmallVector<std::string> carried;
  for (auto [init, argument, result] :
       llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(),
                 loop.getResults())) {
    std::string initial = text(init).text;
    std::string variable = name(argument);
    texts[result] = CText(variable);
    carried.push_back(variable);
    line() << cTypeOf(argument.getType()) << " " << variable << " = "
           << initial << ";\n";
  }
  CText first = text(loop.getLowerBound()), end = text(loop.getUpperBound());
  std::string step = text(loop.getStep()).text;
  std::string i = name(loop.getInductionVar());
  line() << "for (" << cTypeOf(loop.getInductionVar().getType()) << " " << i
         << " = " << first.text << "; " << i << " < " << end.in(CBinds::Sum)
         << "; " << (step == "1" ? "++" + i : i + " += " + step) << ") {\n";
  ++indent, ++depth;
  block(*loop.getBody());
  yield(loop.getBody()->getTerminator(), carried);
  --indent, --depth;
  line() << "}\n";
  for (auto [variable, argument, result] :
       llvm::zip(carried, loop.getRegionIterArgs(), loop.getResults()))
    if (argument.use_empty() && result.use_empty())
      line() << "(void)" << variable << ";\n";
}

void KernelPrinter::ifElse(scf::IfOp op) {
  std::string condition = text(op.getCondition()).text;
  SmallVector<std::string> results;
  for (Value result : op.getResults()) {
    results.push_back(name(result));
    line() << cTypeOf(result.getType()) << " " << results.back() << ";\n";
  }
  line() << "if (" << condition << ") {\n";
  ++indent;
  block(*op.thenBlock());
  yield(op.thenBlock()->getTerminator(), results);
  --indent;
  if (op.elseBlock()) {
    line() << "} else {\n";
    ++indent;
    block(*op.elseBlock());
    yield(op.elseBlock()->getTerminator(), results);
    --indent;
  }
  line() << "}\n";
  for (auto [variable, result] : llvm::zip(results, op.getResults()))
    if (result.use_empty())
      line() << "(void)" << variable << ";\n";
}

void KernelPrinter::statement(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](scf::ForOp loop) { forLoop(loop); })
      .Case([&](scf::IfOp branch) { ifElse(branch); })
      .Case([&](memref::StoreOp store) {
        std::string to = element(store.getMemRef(), store.getIndices()).text;
        line() << to << " = " << text(store.getValue()).text << ";\n";
      })
      .Case([&](vector::StoreOp store) {
        if (store.getMemRefType().getElementType() !=
            store.getVectorType().getElementType())
          return void(refuse(op));
        std::string to = element(store.getBase(), store.getIndices()).text;
        line() << leaves.store(store.getVectorType()) << "(&" << to << ", "
               << text(store.getValueToStore()).text << ");\n";
      })
      .Case([&](memref::AllocaOp alloca) {
        std::string buffer = name(alloca.getResult());
        line() << "_Alignas(64) " << cTypeOf(alloca.getType().getElementType())
               << " " << buffer << "[" << alloca.getType().getNumElements()
               << "];\n";
      })
      .Case<func::ReturnOp, scf::YieldOp>([](auto) {})
      .Default([&](Operation *) {
        if (op->getNumResults() != 1)
          return void(refuse(op));
        CText value = compute(op);
        define(op->getResult(0), value);
      });
}

void KernelPrinter::block(Block &block) {
  for (Operation &op : block)
    if (!CFolding::isOmitted(&op) && !folding.isFolded(&op) && !refused)
      statement(&op);
}

/// " and 3 more": other layers that the kernel computes.
std::string KernelPrinter::moreLayers() {
  auto more = kernel->getAttrOfType<IntegerAttr>("kern.more_layers");
  return more ? " and " + std::to_string(more.getInt()) + " more" : "";
}

void KernelPrinter::comment(ArrayRef<std::string> buffers) {
  os << "/* ";
  if (auto layer = kernel->getAttrOfType<StringAttr>("kern.layer"))
    os << "Layer \"" << commentOf(layer.getValue()) << "\"" << moreLayers()
       << ".";
  else
    os << "A kernel.";
  for (auto [buffer, argument] :
       llvm::zip(buffers, kernel.getArguments().drop_front(2))) {
    auto type = cast<MemRefType>(argument.getType());
    Type element = type.getElementType();
    int64_t bytes = type.getNumElements() * llvm::divideCeil(bitsOf(element), 8);
    os << "\n *   " << buffer << ": " << type.getNumElements() << " x "
       << cSuffixOf(element) << ", " << bytes << " bytes, "
       << describeAccess(argument);
  }
  os << " */\n";
}

void KernelPrinter::parameters(ArrayRef<std::string> buffers) {
  for (auto [i, argument] : llvm::enumerate(kernel.getArguments())) {
    if (i < 2) {
      if (argument.use_empty())
        line() << "(void)" << texts[argument].text << ";\n";
      continue;
    }
    if (argument.use_empty())
      continue;
    Type element = cast<MemRefType>(argument.getType()).getElementType();
    line() << (isWritten(argument) ? "" : "const ") << cTypeOf(element) << " *"
           << buffers[i - 2] << " = buffers[" << i - 2 << "];\n";
  }
  bool unused = llvm::all_of(kernel.getArguments().drop_front(2),
                             [](Value argument) { return argument.use_empty(); });
  if (unused)
    line() << "(void)buffers;\n";
}

LogicalResult KernelPrinter::print(StringRef name,
                                   ArrayRef<std::string> hints) {
  if (failed(checkTypes()))
    return failure();
  texts[kernel.getArgument(0)] = CText("lo");
  texts[kernel.getArgument(1)] = CText("hi");
  SmallVector<std::string> buffers;
  for (auto [hint, argument] :
       llvm::zip(hints, kernel.getArguments().drop_front(2))) {
    buffers.push_back(names.make(hint, "buffer"));
    texts[argument] = CText(buffers.back());
  }
  comment(buffers);
  os << "static void " << name
     << "(int64_t lo, int64_t hi, void *const *buffers) {\n";
  parameters(buffers);
  block(kernel.front());
  os << "}\n";
  return failure(refused);
}

} // namespace

LogicalResult backend::printKernel(func::FuncOp kernel, StringRef name,
                                   ArrayRef<std::string> hints,
                                   CLeaves &leaves, raw_ostream &os) {
  auto types = kernel.getArgumentTypes();
  bool good = types.size() >= 2 && types[0].isIndex() && types[1].isIndex() &&
              types.size() == hints.size() + 2 && kernel.getBody().hasOneBlock();
  for (Type type : types.drop_front(good ? 2 : types.size()))
    good &= isa<MemRefType>(type);
  if (!good)
    return kernel.emitOpError("expected one block and arguments (index, index, "
                              "rank-1 memrefs...), but got ")
           << kernel.getFunctionType();
  return KernelPrinter(kernel, leaves, os).print(name, hints);
}
