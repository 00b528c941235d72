//===- OperatorTable.cpp - Lookup of operators, attributes of nodes -------===//
#include "passes/Graph/OperatorTable.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "passes/Graph/Ops/Families.h"

using namespace mlir;

namespace tern::graph {

SmallVector<const OperatorRow *> allOperators() {
  SmallVector<const OperatorRow *> rows;
  for (auto family : operatorFamilies)
    for (const OperatorRow &row : family())
      rows.push_back(&row);
  return rows;
}

const OperatorRow *findOperator(StringRef domain, StringRef name,
                                int64_t version) {
  if (domain == "ai.onnx")
    domain = "";
  for (auto family : operatorFamilies)
    for (const OperatorRow &row : family())
      if (row.name == name && row.domain == domain && row.since <= version &&
          (row.until == 0 || version <= row.until))
        return &row;
  return nullptr;
}

Attribute Expansion::attr(StringRef name) {
  DictionaryAttr attrs = node.getOnnxAttrsAttr();
  return attrs ? attrs.get(name) : Attribute();
}

bool Expansion::hasAttr(StringRef name) { return attr(name) != nullptr; }

int64_t Expansion::intAttr(StringRef name, int64_t absent) {
  auto value = dyn_cast_or_null<IntegerAttr>(attr(name));
  return value ? value.getValue().getSExtValue() : absent;
}

float Expansion::floatAttr(StringRef name, float absent) {
  auto value = dyn_cast_or_null<FloatAttr>(attr(name));
  return value ? static_cast<float>(value.getValueAsDouble()) : absent;
}

std::string Expansion::stringAttr(StringRef name, StringRef absent) {
  auto value = dyn_cast_or_null<StringAttr>(attr(name));
  return value ? value.str() : absent.str();
}

std::optional<SmallVector<int64_t>> Expansion::intsAttr(StringRef name) {
  Attribute value = attr(name);
  if (auto dense = dyn_cast_or_null<DenseI64ArrayAttr>(value))
    return SmallVector<int64_t>(dense.asArrayRef());
  auto array = dyn_cast_or_null<ArrayAttr>(value);
  if (!array)
    return std::nullopt;
  SmallVector<int64_t> result;
  for (Attribute element : array)
    if (auto integer = dyn_cast<IntegerAttr>(element))
      result.push_back(integer.getValue().getSExtValue());
  return result;
}

std::optional<SmallVector<float>> Expansion::floatsAttr(StringRef name) {
  Attribute value = attr(name);
  if (auto dense = dyn_cast_or_null<DenseF32ArrayAttr>(value))
    return SmallVector<float>(dense.asArrayRef());
  auto array = dyn_cast_or_null<ArrayAttr>(value);
  if (!array)
    return std::nullopt;
  SmallVector<float> result;
  for (Attribute element : array)
    if (auto number = dyn_cast<FloatAttr>(element))
      result.push_back(static_cast<float>(number.getValueAsDouble()));
  return result;
}

std::optional<SmallVector<std::string>> Expansion::stringsAttr(StringRef name) {
  auto array = dyn_cast_or_null<ArrayAttr>(attr(name));
  if (!array)
    return std::nullopt;
  SmallVector<std::string> result;
  for (Attribute element : array)
    if (auto text = dyn_cast<StringAttr>(element))
      result.push_back(text.str());
  return result;
}

RankedTensorType Expansion::type(unsigned i) {
  return cast<RankedTensorType>(operand(i).getType());
}

} // namespace tern::graph
