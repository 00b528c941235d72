//===- SelectMpGemm.cpp - Choose how each contraction is computed ---------===//
#include "lib/Methods/Methods.h"
#include "lib/Target/Targets.h"
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
  list.set("seconds", b.getF64FloatAttr(choice.bestSeconds));
  list.set("reason", b.getStringAttr(forced             ? "forced"
                                     : choice.isForSize ? "fewer bytes"
                                     : choice.next      ? "fastest"
                                                        : "only legal method"));
  if (choice.next) {
    list.set("next", b.getStringAttr(choice.next->name));
    list.set("next_seconds", b.getF64FloatAttr(choice.nextSeconds));
  }
  if (choice.bound)
    list.set("bound", b.getI64IntegerAttr(choice.bound->magnitude));
  return list.getDictionary(b.getContext());
}

/// What the choices of `module` are priced for. The report prices under the
/// same plan, so the module keeps what it rests on.
static std::optional<Site> keepSite(ModuleOp module) {
  FailureOr<const Machine *> machine = machineOrPortable(module);
  if (failed(machine))
    return std::nullopt;
  Site site = siteOf(module, **machine);
  Builder b(module.getContext());
  module->setAttr(
      "tern.resident_bytes",
      b.getI64IntegerAttr(static_cast<int64_t>(site.residentBytes)));
  return site;
}

static std::string methodNames() {
  std::string names;
  for (const Method &method : getMethods())
    names += (names.empty() ? "" : ", ") + method.name.str();
  return names;
}

/// Makes `forced` the choice. Fails, with a diagnostic, when it is not legal.
static LogicalResult force(const Contraction &c, const Site &site,
                           const Method &forced, Choice &choice) {
  std::string why = forced.whyNot(c, site.shape);
  if (!why.empty()) {
    InFlightDiagnostic diagnostic =
        c.op->emitError("expected a contraction that method ")
        << forced.name << " can compute, but " << why;
    diagnostic.attachNote()
        << "without --method the compiler chooses " << choice.best->name;
    return diagnostic;
  }
  if (choice.best == &forced)
    return success();
  choice.next = choice.best;
  choice.nextSeconds = choice.bestSeconds;
  choice.best = &forced;
  choice.bestSeconds = priceMethod(c, forced, site).seconds();
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
    std::optional<Site> site = keepSite(getOperation());
    if (!site)
      return signalPassFailure();
    bool failed = false;
    getOperation().walk([&](Operation *op) {
      if (!isa<ir::MatmulOp, ir::ConvOp>(op))
        return;
      const Method *wanted =
          isBeyondBisection(op) ? &getMethod(ir::Method::Direct) : forced;
      if (mlir::failed(select(op, *site, wanted)))
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

  LogicalResult select(Operation *op, const Site &site, const Method *forced) {
    Contraction c = describeContraction(op);
    Choice choice = chooseMethod(c, site);
    if (forced && failed(force(c, site, *forced, choice)))
      return failure();
    Builder b(op->getContext());
    op->setAttr("method",
                ir::MethodAttr::get(op->getContext(), choice.best->kind));
    op->setAttr("tern.choice", explain(b, choice, forced));
    return success();
  }
};
} // namespace
