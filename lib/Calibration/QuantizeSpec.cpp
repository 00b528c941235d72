//===- QuantizeSpec.cpp - What a user asks a layer to become --------------===//
#include "lib/Calibration/QuantizeSpec.h"

using namespace tern;
using namespace tern::calib;
using llvm::Expected;
using llvm::StringRef;

ir::QType LayerSpec::weightCode(mlir::MLIRContext *context) const {
  if (isTernary)
    return ir::QType::get(context, ir::CodeKind::Ternary);
  return ir::QType::get(context, ir::CodeKind::SInt, weightBits);
}

RoundingRule LayerSpec::rule() const {
  RoundingRule rule;
  rule.high = isTernary ? 1 : (int64_t(1) << (weightBits - 1)) - 1;
  rule.low = isTernary ? -1 : -rule.high - 1;
  rule.group = group;
  rule.absmean = isTernary;
  return rule;
}

const LayerSpec &QuantizeSpec::of(const std::string &layer) const {
  auto found = layers.find(layer);
  return found == layers.end() ? all : found->second;
}

static llvm::Error wrong(StringRef text) {
  return llvm::createStringError(
      "expected a format such as w8a8, w4a8, w4a16g32, w8a8d or ternary, with "
      "2 to 8 bits and groups of at least 2, but got '" +
      text.str() + "'");
}

/// Reads a number behind `letter`, if that is next.
static bool consume(StringRef &text, StringRef letter, int64_t &number) {
  return text.consume_front(letter) && !text.consumeInteger(10, number);
}

Expected<LayerSpec> calib::parseLayerSpec(StringRef text) {
  LayerSpec spec;
  StringRef rest = text;
  if (rest == "float") {
    spec.isFloat = true;
    return spec;
  }
  int64_t weights = 8, inputs = 0, group = 0;
  if (rest.consume_front("ternary")) {
    spec.isTernary = true;
    inputs = 8;
  } else if (!consume(rest, "w", weights)) {
    return wrong(text);
  }
  if (rest.starts_with("a") && !consume(rest, "a", inputs))
    return wrong(text);
  spec.isDynamic = rest.consume_front("d");
  bool hasGroup = rest.starts_with("g");
  if (hasGroup && !consume(rest, "g", group))
    return wrong(text);
  bool isWhole = inputs == 0 || inputs == 16;
  if (!rest.empty() || weights < 2 || weights > 8 || (hasGroup && group < 2) ||
      (!isWhole && (inputs < 2 || inputs > 8)) || (isWhole && spec.isDynamic))
    return wrong(text);
  spec.weightBits = static_cast<unsigned>(weights);
  spec.inputBits = isWhole ? 0 : static_cast<unsigned>(inputs);
  spec.group = group;
  return spec;
}

Expected<QuantizeSpec> calib::parseQuantizeSpec(StringRef text) {
  QuantizeSpec spec;
  auto [first, rest] = text.split(',');
  Expected<LayerSpec> all = parseLayerSpec(first);
  if (!all)
    return all.takeError();
  spec.all = *all;
  while (!rest.empty()) {
    StringRef item;
    std::tie(item, rest) = rest.split(',');
    auto [name, format] = item.rsplit('=');
    if (name.empty() || format.empty())
      return llvm::createStringError(
          "expected layer=format behind a comma, but got '" + item.str() + "'");
    Expected<LayerSpec> layer = parseLayerSpec(format);
    if (!layer)
      return layer.takeError();
    if (!spec.layers.emplace(name.str(), *layer).second)
      return llvm::createStringError("expected one format for layer '" +
                                     name.str() + "', but got two");
  }
  return spec;
}
