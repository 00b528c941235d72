//===- CPrinter.cpp - Kernels as C-family source --------------------------===//
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

class KernelPrinter : public CWriter {
public:
  KernelPrinter(func::FuncOp kernel, const CLanguage &language, CLeaves &leaves,
                raw_ostream &os)
      : kernel(kernel), language(language), leaves(leaves), folding(kernel),
        os(os) {}
  LogicalResult print(StringRef name, ArrayRef<std::string> hints);

  /// A variable, a literal, or a folded operation.
  CText text(Value value) override;
  std::string name(Value value) override {
    std::string result = names.make(hintOf(value, depth, texts));
    texts[value] = CText(result);
    return result;
  }
  void bind(Value value, const CText &text) override { texts[value] = text; }
  raw_ostream &line() override { return os.indent(2 * indent); }
  void block(Block &block, bool deeper) override;
  CText address(Value memref, ValueRange indices) override {
    return CText("&" + element(memref, indices).text, CBinds::Unary);
  }

private:
  LogicalResult checkTypes();
  std::string moreLayers();
  void comment(ArrayRef<std::string> names);

  CText compute(Operation *op);
  CText element(Value memref, ValueRange indices);
  CText literal(arith::ConstantOp constant);
  CText refuse(Operation *op);

  void statement(Operation *op);
  void forLoop(scf::ForOp loop);
  void ifElse(scf::IfOp op);
  /// Assigns what a region yields to variables.
  void yield(Operation *terminator, ArrayRef<std::string> targets);
  /// Declares `value` with the text, under a name like `hint`.
  void define(Value value, const CText &init);
  std::string typeOf(Value value) { return language.typeOf(value.getType()); }

  func::FuncOp kernel;
  const CLanguage &language;
  CLeaves &leaves;
  CFolding folding;
  CRanges ranges;
  Names names;
  CTexts texts;
  raw_ostream &os;
  unsigned indent = 1, depth = 0;
  bool refused = false;
};

/// Every type has a name in the language; checked before anything is printed.
LogicalResult KernelPrinter::checkTypes() {
  auto bad = kernel.walk([&](Operation *op) {
    SmallVector<Type> types(op->getOperandTypes());
    llvm::append_range(types, op->getResultTypes());
    for (Type type : types) {
      Type value = type;
      if (auto memref = dyn_cast<MemRefType>(type))
        value = memref.getRank() == 1 && memref.hasStaticShape() &&
                        memref.getLayout().isIdentity() &&
                        language.hasSpace(memref.getMemorySpace())
                    ? memref.getElementType()
                    : Type();
      if (value && !language.typeOf(value).empty())
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
    lanes +=
        (lanes.empty() ? "" : ", ") + literalText(cast<TypedAttr>(lane)).text;
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
  return CText(language.element(memref, buffer.text, at));
}

CText KernelPrinter::compute(Operation *op) {
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return element(load.getMemRef(), load.getIndices());
  if (auto load = dyn_cast<vector::LoadOp>(op)) {
    if (load.getMemRefType().getElementType() !=
        load.getVectorType().getElementType())
      return refuse(op);
    return leaves.vectorOp(op, address(load.getBase(), load.getIndices()));
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
  CText own = language.expression(op, operands);
  if (!own.text.empty())
    return own;
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
  std::string type = typeOf(value);
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
    line() << "const " << typeOf(terminator->getOperand(i)) << " " << copy
           << " = " << values[i] << ";\n";
    values[i] = copy;
  }
  for (auto [target, value] : llvm::zip(targets, values))
    if (target != value)
      line() << target << " = " << value << ";\n";
}

void KernelPrinter::forLoop(scf::ForOp loop) {
  SmallVector<std::string> carried;
  for (auto [init, argument, result] : llvm::zip(
           loop.getInitArgs(), loop.getRegionIterArgs(), loop.getResults())) {
    std::string initial = text(init).text;
    std::string variable = name(argument);
    texts[result] = CText(variable);
    carried.push_back(variable);
    line() << typeOf(argument) << " " << variable << " = " << initial << ";\n";
  }
  CText first = text(loop.getLowerBound()), end = text(loop.getUpperBound());
  std::string step = text(loop.getStep()).text;
  std::string i = name(loop.getInductionVar());
  language.beforeLoop(loop, *this);
  line() << "for (" << typeOf(loop.getInductionVar()) << " " << i << " = "
         << first.text << "; " << i << " < " << end.in(CBinds::Sum) << "; "
         << (step == "1" ? "++" + i : i + " += " + step) << ") {\n";
  ++indent, ++depth;
  language.insideLoop(loop, *this);
  block(*loop.getBody(), false);
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
    line() << typeOf(result) << " " << results.back() << ";\n";
  }
  line() << "if (" << condition << ") {\n";
  ++indent;
  block(*op.thenBlock(), false);
  yield(op.thenBlock()->getTerminator(), results);
  --indent;
  if (op.elseBlock()) {
    line() << "} else {\n";
    ++indent;
    block(*op.elseBlock(), false);
    yield(op.elseBlock()->getTerminator(), results);
    --indent;
  }
  line() << "}\n";
  for (auto [variable, result] : llvm::zip(results, op.getResults()))
    if (result.use_empty())
      line() << "(void)" << variable << ";\n";
}

void KernelPrinter::statement(Operation *op) {
  if (language.statement(op, *this))
    return;
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
        CText to = address(store.getBase(), store.getIndices());
        line() << leaves.store(store.getVectorType()) << "(" << to.text << ", "
               << text(store.getValueToStore()).text << ");\n";
      })
      .Case([&](memref::AllocaOp alloca) {
        std::string buffer = name(alloca.getResult());
        line() << language.local(alloca, buffer) << ";\n";
      })
      .Case<func::ReturnOp, scf::YieldOp>([](auto) {})
      .Default([&](Operation *) {
        if (op->getNumResults() != 1)
          return void(refuse(op));
        CText value = compute(op);
        define(op->getResult(0), value);
      });
}

void KernelPrinter::block(Block &block, bool deeper) {
  indent += deeper;
  for (Operation &op : block)
    if (!CFolding::isOmitted(&op) && !folding.isFolded(&op) && !refused)
      statement(&op);
  indent -= deeper;
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
    os << (kernel->hasAttr("kern.kernel") ? "A kernel." : "A stage.");
  if (auto remark = kernel->getAttrOfType<StringAttr>("kern.remark"))
    os << "\n * " << commentOf(remark.getValue());
  for (auto [buffer, argument] :
       llvm::zip(buffers, kernel.getArguments().take_back(buffers.size()))) {
    os << "\n *   " << buffer << ": ";
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!type) {
      os << language.typeOf(argument.getType());
      continue;
    }
    Type element = type.getElementType();
    int64_t bytes =
        type.getNumElements() * llvm::divideCeil(bitsOf(element), 8);
    os << type.getNumElements() << " x " << cSuffixOf(element) << ", " << bytes
       << " bytes, " << describeAccess(argument);
  }
  os << " */\n";
}

LogicalResult KernelPrinter::print(StringRef name,
                                   ArrayRef<std::string> hints) {
  if (failed(checkTypes()))
    return failure();
  // A kernel's range comes first; a stage has none.
  auto arguments = kernel.getArguments().take_back(hints.size());
  if (arguments.size() != kernel.getNumArguments()) {
    texts[kernel.getArgument(0)] = CText("lo");
    texts[kernel.getArgument(1)] = CText("hi");
  }
  SmallVector<std::string> buffers;
  for (auto [hint, argument] : llvm::zip(hints, arguments)) {
    buffers.push_back(names.make(hint, "buffer"));
    texts[argument] = CText(buffers.back());
  }
  comment(buffers);
  language.head(kernel, name, buffers, *this, os);
  block(kernel.front(), false);
  os << "}\n";
  return failure(refused);
}

} // namespace

LogicalResult backend::printKernel(func::FuncOp kernel, StringRef name,
                                   ArrayRef<std::string> hints,
                                   const CLanguage &language, CLeaves &leaves,
                                   raw_ostream &os) {
  auto types = kernel.getArgumentTypes();
  bool good = types.size() >= 2 && types[0].isIndex() && types[1].isIndex() &&
              types.size() == hints.size() + 2 &&
              kernel.getBody().hasOneBlock();
  for (Type type : types.drop_front(good ? 2 : types.size()))
    good &= isa<MemRefType>(type);
  if (!good)
    return kernel.emitOpError("expected one block and arguments (index, index, "
                              "rank-1 memrefs...), but got ")
           << kernel.getFunctionType();
  return KernelPrinter(kernel, language, leaves, os).print(name, hints);
}

LogicalResult backend::printStage(func::FuncOp stage, StringRef name,
                                  ArrayRef<std::string> hints,
                                  const CLanguage &language, CLeaves &leaves,
                                  raw_ostream &os) {
  if (stage.getNumArguments() != hints.size() || !stage.getBody().hasOneBlock())
    return stage.emitOpError("expected one block and ")
           << hints.size() << " arguments, but got " << stage.getFunctionType();
  return KernelPrinter(stage, language, leaves, os).print(name, hints);
}
