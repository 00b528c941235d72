//===- VerifyTable.cpp - What a verdict says, in text ---------------------===//
#include "lib/Driver/Verify.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace tern;

double LayerVerdict::severity() const {
  if (!problem.empty())
    return INFINITY;
  if (error == 0)
    return 0;
  return bound > 0 ? error / bound : INFINITY;
}

bool Verdict::passed() const {
  return llvm::all_of(layers, [](const LayerVerdict &l) { return l.passed(); });
}

const LayerVerdict *Verdict::worst() const {
  const LayerVerdict *worst = nullptr;
  for (const LayerVerdict &layer : layers) {
    auto rank = [](const LayerVerdict &l) {
      return std::tuple(!l.passed(), l.severity(), l.error);
    };
    if (!worst || rank(layer) > rank(*worst))
      worst = &layer;
  }
  return worst;
}

/// "ok", "ok, 3 off by one", "12 WRONG".
static std::string judgement(const LayerVerdict &layer) {
  if (!layer.problem.empty())
    return layer.problem;
  if (layer.wrong)
    return llvm::formatv("{0} WRONG", layer.wrong);
  if (layer.offByOne)
    return llvm::formatv("ok, {0} off by one code", layer.offByOne);
  return "ok";
}

void Verdict::print(llvm::raw_ostream &os, bool all) const {
  constexpr const char *row = "{0,5}  {1,-32} {2,-20} {3,10} {4,10} {5,10}  "
                              "{6}\n";
  bool header = false;
  int64_t exact = 0;
  for (const LayerVerdict &layer : layers) {
    exact += layer.passed() && layer.error == 0;
    if (!all && layer.passed() && layer.error == 0)
      continue;
    if (!header)
      os << llvm::formatv(row, "layer", "node", "operator", "elements", "error",
                          "bound", "verdict");
    header = true;
    std::string id = layer.id < 0 ? "-" : std::to_string(layer.id);
    if (layer.result)
      id += "." + std::to_string(layer.result);
    os << llvm::formatv(row, id, llvm::StringRef(layer.name).take_back(32),
                        llvm::StringRef(layer.op).take_front(20),
                        layer.elements, llvm::formatv("{0:e2}", layer.error),
                        layer.exact
                            ? std::string("exact")
                            : llvm::formatv("{0:e2}", layer.bound).str(),
                        judgement(layer));
  }
  int64_t bad =
      llvm::count_if(layers, [](const LayerVerdict &l) { return !l.passed(); });
  os << llvm::formatv("{0} of {1} values have the reference's bits, {2} more "
                      "are within bounds, {3} are wrong\n",
                      exact, layers.size(), layers.size() - exact - bad, bad);
  if (const LayerVerdict *layer = worst(); layer && layer->severity() > 0)
    os << llvm::formatv("worst: layer {0} ({1}, {2}), error {3:e2}, bound "
                        "{4:e2}\n",
                        layer->id, layer->name, layer->op, layer->error,
                        layer->bound);
}
