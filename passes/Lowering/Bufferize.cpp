//===- Bufferize.cpp - Tensors into memory --------------------------------===//
//
// The analysis and the rewriting are MLIR's one-shot bufferization. Here is
// what it has to know about Tern: constants are weights, and packed weights
// have another shape in memory than their type says.
//
//===----------------------------------------------------------------------===//
#include "dialects/Tern/Constants.h"
#include "dialects/Tern/Layout.h"
#include "dialects/Tern/Tern.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "passes/Lowering/BufferizeModels.h"
#include "passes/Lowering/Passes.h"

namespace tern::lowering {
#define GEN_PASS_DEF_BUFFERIZE
#include "passes/Lowering/Passes.h.inc"
} // namespace tern::lowering

using namespace mlir;
using namespace tern;

/// A tensor constant of the module's entries as a weight.
static void toWeight(arith::ConstantOp constant, ModuleOp module,
                     SymbolTable &symbols) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto value = cast<ElementsAttr>(constant.getValue());
  auto weight = builder.create<ir::WeightOp>(constant.getLoc(),
                                             builder.getStringAttr("constant"),
                                             constant.getType(), value);
  symbols.insert(weight);
  builder.setInsertionPoint(constant);
  auto use = builder.create<ir::UseOp>(constant.getLoc(), constant.getType(),
                                       FlatSymbolRefAttr::get(weight));
  constant.replaceAllUsesWith(use.getResult());
  constant.erase();
}

/// The kernel sizes of a filter, which its packed form does not show.
static void keepKernelSizes(ir::ConvOp conv) {
  auto filter = cast<ShapedType>(conv.getFilter().getType());
  conv->setAttr("tern.kernel",
                DenseI64ArrayAttr::get(conv.getContext(),
                                       filter.getShape().drop_front(2)));
}

/// The type in memory of a weight with a layout: all its packed units.
static RankedTensorType packedType(ir::WeightOp weight) {
  int64_t bits = weight.getLayout()->getBits();
  auto bytes = cast<ShapedType>(weight.getValue().getType());
  Type unit = bits <= 8 ? bytes.getElementType()
                        : cast<ShapedType>(weight.getType()).getElementType();
  int64_t unitBytes = llvm::divideCeil(bits, 8);
  return RankedTensorType::get({bytes.getNumElements() / unitBytes}, unit);
}

/// Gives uses of packed weights their type in memory.
static void retypePacked(ModuleOp module, SymbolTable &symbols) {
  module.walk([&](ir::UseOp use) {
    auto weight = symbols.lookup<ir::WeightOp>(use.getWeight());
    if (weight.getLayout())
      use.getResult().setType(packedType(weight));
  });
}

/// What is computed where it goes was also copied there: views of the same
/// part become one, and copies from it to itself go.
static void dropSelfCopies(ModuleOp module, RewriterBase &rewriter) {
  for (auto entry : module.getOps<func::FuncOp>()) {
    DominanceInfo dominance(entry);
    eliminateCommonSubExpressions(rewriter, dominance, entry);
  }
  module.walk([](memref::CopyOp copy) {
    if (copy.getSource() == copy.getTarget())
      copy.erase();
  });
}

/// Whether an entry returns its argument with something inserted, and writes to
/// it in no other way: then both may be the same memory.
static bool growsInPlace(BlockArgument argument) {
  ir::InsertOp insert;
  for (OpOperand &use : argument.getUses()) {
    auto step = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
    if (!step || !step.isDpsInit(&use))
      continue;
    if (insert || !isa<ir::InsertOp>(step))
      return false;
    insert = cast<ir::InsertOp>(step);
  }
  return insert && llvm::any_of(insert->getUsers(), [](Operation *user) {
           return isa<func::ReturnOp>(user);
         });
}

static bufferization::OneShotBufferizationOptions makeOptions() {
  bufferization::OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(
      bufferization::LayoutMapOption::IdentityLayoutMap);
  return options;
}

namespace {
struct Bufferize : lowering::impl::BufferizeBase<Bufferize> {
  void getDependentDialects(DialectRegistry &registry) const override {
    BufferizeBase::getDependentDialects(registry);
    lowering::registerBufferizationModels(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    SmallVector<arith::ConstantOp> constants;
    module.walk([&](arith::ConstantOp op) {
      if (isa<TensorType>(op.getType()))
        constants.push_back(op);
    });
    for (arith::ConstantOp constant : constants)
      toWeight(constant, module, symbols);
    for (auto weight : module.getOps<ir::WeightOp>()) {
      weight.setValueAttr(rowMajorElements(weight));
      weight.setTransposed(false);
    }
    module.walk(keepKernelSizes);
    for (auto entry : module.getOps<func::FuncOp>())
      for (unsigned i = 0; i < entry.getNumArguments(); ++i)
        entry.setArgAttr(
            i, bufferization::BufferizationDialect::kWritableAttrName,
            BoolAttr::get(&getContext(), growsInPlace(entry.getArgument(i))));
    // Only now: operations are not verified until the pass ends.
    retypePacked(module, symbols);
    IRRewriter rewriter(&getContext());
    if (failed(bufferization::eliminateEmptyTensors(rewriter, module)) ||
        failed(bufferization::runOneShotModuleBufferize(module, makeOptions())))
      return signalPassFailure();
    bufferization::removeBufferizationAttributesInModule(module);
    dropSelfCopies(module, rewriter);
  }
};
} // namespace
