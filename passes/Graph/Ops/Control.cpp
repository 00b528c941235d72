//===- Control.cpp - If ---------------------------------------------------===//
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Support.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

/// The region of a node that has a name; nothing when it has none such.
static std::optional<unsigned> regionNamed(Expansion &e, StringRef name) {
  ArrayAttr names = e.node.getRegionNamesAttr();
  for (unsigned i = 0; names && i < names.size(); ++i)
    if (cast<StringAttr>(names[i]).getValue() == name)
      return i;
  return std::nullopt;
}

/// A condition known at compile time takes its branch's place.
static LogicalResult expandIf(Expansion &e) {
  std::optional<eval::Tensor> condition = e.constant(0);
  if (!condition || condition->size() != 1)
    return e.refuse("expected a condition that is known at compile time, but "
                    "got one that depends on the model's inputs",
                    "both branches as values, and Where, say the same");
  StringRef name = condition->getInt(0) ? "then_branch" : "else_branch";
  std::optional<unsigned> region = regionNamed(e, name);
  if (!region)
    return e.refuse("expected a subgraph " + name);
  SmallVector<OnnxValue> results;
  if (failed(e.inlineSubgraph(*region, {}, results)))
    return failure();
  for (auto [i, typed] : llvm::enumerate(results))
    e.result(i, typed.value, typed.onnxType);
  return success();
}

ArrayRef<OperatorRow> graph::controlOperators() {
  static const OperatorRow rows[] = {{"", "If", 1, 0, expandIf}};
  return rows;
}
