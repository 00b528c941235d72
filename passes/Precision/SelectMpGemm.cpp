//===- SelectMpGemm.cpp - Choose how each contraction is computed ---------===//
#include "lib/Methods/Methods.h"
#include "passes/Precision/Passes.h"

namespace tern::precision {
#define GEN_PASS_DEF_SELECTMPGEMM
#include "passes/Precision/Passes.h.inc"
} // namespace tern::precision

using namespace mlir;
using namespace tern;

/// What the report prints about the choice.
static DictionaryAttr explain(Builder &b, const Choice &choice, bool forced) {
  NamedAttrList list;
  list.set("cycles", b.getF64FloatAttr(choice.bestCost));
  list.set("reason", b.getStringAttr(forced        ? "forced"
                                     : choice.next ? "cheapest"
                                                   : "only legal method"));
  if (choice.next) {
    list.set("next", b.getStringAttr(choice.next->name));
    list.set("next_cycles", b.getF64FloatAttr(choice.nextCost));
  }
  if (choice.bound)
    list.set("bound", b.getI64IntegerAttr(choice.bound->magnitude));
  return list.getDictionary(b.getContext());
}

static std::string methodNames() {
  std::string names;
  for (const Method &method : getMethods())
    names += (names.empty() ? "" : ", ") + method.name.str();
  return names;
}

/// Makes `forced` the choice. Fails, with a diagnostic, when it is not legal.
static LogicalResult force(const Contraction &c, const VectorShape &shape,
                           const Method &forced, Choice &choice) {
  std::string why = forced.whyNot(c, shape);
  if (!why.empty()) {
    InFlightDiagnostic diagnostic =
        c.op->emitError("expected a contraction that method ")
        << forced.name << " can compute, but " << why;
    diagnostic.attachNote()
        << "without --method the compiler chooses " << choice.best->name;
    return diagnostic;
  }
  if (choice.best != &forced) {
    choice.next = choice.best;
    choice.nextCost = choice.bestCost;
  }
  choice.best = &forced;
  choice.bestCost = forced.cost(c, shape);
  return success();
}

namespace {
struct SelectMpGemm : public precision::impl::SelectMpGemmBase<SelectMpGemm> {
  using SelectMpGemmBase::SelectMpGemmBase;

  void runOnOperation() override {
    const Method *forced = nullptr;
    if (!method.empty()) {
      std::optional<ir::Method> kind = ir::symbolizeMethod(method);
      if (!kind) {
        getOperation().emitError("expected a method out of ")
            << methodNames() << ", but got '" << method << "'";
        return signalPassFailure();
      }
      forced = &getMethod(*kind);
    }
    VectorShape shape = getVectorShape(
        getOperation()->getAttrOfType<ir::TargetAttr>("tern.target"));
    bool failed = false;
    getOperation().walk([&](Operation *op) {
      if (!isa<ir::MatmulOp, ir::ConvOp>(op))
        return;
      const Method *wanted =
          isBeyondBisection(op) ? &getMethod(ir::Method::Direct) : forced;
      if (mlir::failed(select(op, shape, wanted)))
        failed = true;
    });
    if (failed)
      signalPassFailure();
  }

  bool isBeyondBisection(Operation *op) const {
    auto layer = op->getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
    return bisectLayer >= 0 && layer &&
           layer.getMetadata().getId() > bisectLayer;
  }

  LogicalResult select(Operation *op, const VectorShape &shape,
                       const Method *forced) {
    Contraction c = describeContraction(op);
    Choice choice = chooseMethod(c, shape);
    if (forced && failed(force(c, shape, *forced, choice)))
      return failure();
    Builder b(op->getContext());
    op->setAttr("method",
                ir::MethodAttr::get(op->getContext(), choice.best->kind));
    op->setAttr("tern.choice", explain(b, choice, forced));
    return success();
  }
};
} // namespace
