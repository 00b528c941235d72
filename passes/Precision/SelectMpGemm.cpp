//===- SelectMpGemm.cpp - Choose how each contraction is computed ---------===//
#include "lib/Methods/Methods.h"
#include "lib/Target/Targets.h"
#include "passes/Precision/Passes.h"
#include "llvm/ADT/MapVector.h"

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
                                     : choice.isShared  ? "shared weights"
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

/// Makes `method` the choice, and what it was the next one.
static void choose(Choice &choice, const Method &method, double seconds) {
  if (choice.best == &method)
    return;
  choice.next = std::exchange(choice.best, &method);
  choice.nextSeconds = std::exchange(choice.bestSeconds, seconds);
  choice.isShared = true;
}

/// Uses of one weight that differ on whether its zeros are left out would store
/// it twice: they agree on what takes them less time together.
static void agree(ArrayRef<std::pair<Operation *, Choice> *> uses,
                  const Site &site) {
  const Method &sparse = getMethod(ir::Method::SparseNm);
  auto isSparse = [&](auto *use) { return use->second.best == &sparse; };
  if (llvm::none_of(uses, isSparse) || llvm::all_of(uses, isSparse))
    return;
  double without = 0, with = 0;
  SmallVector<double> seconds;
  for (auto *use : uses) {
    Contraction c = describeContraction(use->first);
    // What another one legally keeps, this one may not.
    bool isLegal = isSparse(use) || sparse.whyNot(c, site.shape).empty();
    seconds.push_back(isLegal ? priceMethod(c, sparse, site).seconds()
                              : std::numeric_limits<double>::infinity());
    with += seconds.back();
    without +=
        isSparse(use) ? use->second.nextSeconds : use->second.bestSeconds;
  }
  for (auto [use, time] : llvm::zip(uses, seconds)) {
    Choice &choice = use->second;
    if (with <= without)
      choose(choice, sparse, time);
    else if (isSparse(use) && choice.next)
      choose(choice, *choice.next, choice.nextSeconds);
  }
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
    Choices choices;
    getOperation().walk([&](Operation *op) {
      if (!isa<ir::MatmulOp, ir::ConvOp>(op))
        return;
      const Method *wanted =
          isBeyondBisection(op) ? &getMethod(ir::Method::Direct) : forced;
      if (mlir::failed(select(op, *site, wanted, choices)))
        failed = true;
    });
    if (failed)
      return signalPassFailure();
    if (!forced && bisectLayer < 0)
      agreeOnWeights(choices, *site);
    for (auto &[op, choice] : choices)
      keep(op, choice, forced || isBeyondBisection(op));
  }

  using Choices = std::vector<std::pair<Operation *, Choice>>;

  static void agreeOnWeights(Choices &choices, const Site &site) {
    llvm::MapVector<StringRef, SmallVector<Choices::pointer>> uses;
    for (auto &entry : choices)
      if (auto use = entry.first->getOperand(1).getDefiningOp<ir::UseOp>())
        uses[use.getWeight()].push_back(&entry);
    for (auto &[weight, all] : uses)
      agree(all, site);
  }

  static void keep(Operation *op, const Choice &choice, bool forced) {
    Builder b(op->getContext());
    op->setAttr("method",
                ir::MethodAttr::get(op->getContext(), choice.best->kind));
    op->setAttr("tern.choice", explain(b, choice, forced));
  }

  bool isBeyondBisection(Operation *op) const {
    auto layer = op->getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
    return bisectLayer >= 0 && layer &&
           layer.getMetadata().getId() > bisectLayer;
  }

  LogicalResult select(Operation *op, const Site &site, const Method *forced,
                       Choices &choices) {
    Contraction c = describeContraction(op);
    Choice choice = chooseMethod(c, site);
    if (forced && failed(force(c, site, *forced, choice)))
      return failure();
    choices.push_back({op, choice});
    return success();
  }
};
} // namespace
