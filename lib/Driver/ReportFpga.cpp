//===- ReportFpga.cpp - What a design takes of its part -------------------===//
#include "lib/Driver/ReportFpga.h"
#include "dialects/Kern/Kern.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace tern;

DesignLayer DesignReport::getTotal() const {
  DesignLayer total;
  total.name = "total";
  for (const DesignLayer &layer : layers) {
    // Layers work side by side: the slowest sets the pace.
    total.cycles = std::max(total.cycles, layer.cycles);
    total.lut += layer.lut;
    total.ff += layer.ff;
    total.bram18 += layer.bram18;
    total.uram += layer.uram;
    total.dsp += layer.dsp;
  }
  return total;
}

const DesignLayer *DesignReport::find(int64_t id) const {
  auto found = llvm::find_if(layers, [&](const DesignLayer &layer) {
    return id >= 0 && layer.id == id;
  });
  return found == layers.end() ? nullptr : &*found;
}

const DesignLayer *DesignReport::find(StringRef name) const {
  std::string quoted = "\"" + name.str() + "\" ";
  auto found = llvm::find_if(layers, [&](const DesignLayer &layer) {
    return StringRef(layer.name).starts_with(quoted);
  });
  return found == layers.end() ? nullptr : &*found;
}

static DesignLayer readLayer(DictionaryAttr row) {
  auto number = [&](StringRef name) {
    return row.getAs<IntegerAttr>(name).getInt();
  };
  return {number("id"),     row.getAs<StringAttr>("name").str(),
          number("pe"),     number("simd"),
          number("cycles"), number("lut"),
          number("ff"),     number("bram18"),
          number("uram"),   number("dsp")};
}

std::optional<DesignReport> tern::describeDesign(ModuleOp kern,
                                                 const Machine &machine) {
  DesignReport report;
  report.part = machine.fpga;
  report.clock = machine.clock.value;
  bool found = false;
  for (auto design : kern.getOps<kern::DesignOp>())
    if (auto layers = design->getAttrOfType<ArrayAttr>("kern.layers")) {
      found = true;
      for (auto row : layers.getAsRange<DictionaryAttr>())
        report.layers.push_back(readLayer(row));
    }
  for (auto kernel : kern.getOps<func::FuncOp>()) {
    auto layer = kernel->getAttrOfType<StringAttr>("kern.layer");
    bool isCall = !kernel.getOps<kern::AccelerateOp>().empty();
    if (layer && !isCall && !layer.getValue().empty())
      report.hostLayers.push_back(layer.str());
  }
  if (!found)
    return std::nullopt;
  return report;
}

static void printLayer(const DesignLayer &layer, llvm::json::OStream &json) {
  json.attribute("name", llvm::json::fixUTF8(layer.name));
  if (layer.pe)
    json.attribute("pe", layer.pe);
  if (layer.simd)
    json.attribute("simd", layer.simd);
  json.attribute("cycles", layer.cycles);
  json.attribute("lut", layer.lut);
  json.attribute("ff", layer.ff);
  json.attribute("bram18", layer.bram18);
  json.attribute("uram", layer.uram);
  json.attribute("dsp", layer.dsp);
}

void tern::printJson(const DesignReport &report, llvm::json::OStream &json) {
  DesignLayer total = report.getTotal();
  json.attribute("part", report.part.part);
  json.attributeArray("layers", [&] {
    for (const DesignLayer &layer : report.layers)
      json.object([&] { printLayer(layer, json); });
  });
  json.attributeObject("total", [&] { printLayer(total, json); });
  json.attributeObject("available", [&] {
    json.attribute("lut", report.part.lut);
    json.attribute("ff", report.part.ff);
    json.attribute("bram18", report.part.bram18);
    json.attribute("uram", report.part.uram);
    json.attribute("dsp", report.part.dsp);
  });
  json.attribute("seconds_per_inference",
                 static_cast<double>(total.cycles) / report.clock);
  json.attributeArray("host_layers", [&] {
    for (const std::string &name : report.hostLayers)
      json.value(llvm::json::fixUTF8(name));
  });
}

void tern::printText(const DesignReport &report, llvm::raw_ostream &os) {
  os << "\non the part " << report.part.part
     << " (estimates):\n"
        "    pe  simd    cycles     LUT      FF  BRAM18  URAM   DSP  layer\n";
  auto line = [&](const DesignLayer &layer) {
    os << llvm::format("%6lld %5lld %9lld %7lld %7lld %7lld %5lld %5lld  ",
                       (long long)layer.pe, (long long)layer.simd,
                       (long long)layer.cycles, (long long)layer.lut,
                       (long long)layer.ff, (long long)layer.bram18,
                       (long long)layer.uram, (long long)layer.dsp)
       << llvm::json::fixUTF8(layer.name) << "\n";
  };
  for (const DesignLayer &layer : report.layers)
    line(layer);
  line(report.getTotal());
  DesignLayer available;
  available.name = "available";
  available.lut = report.part.lut;
  available.ff = report.part.ff;
  available.bram18 = report.part.bram18;
  available.uram = report.part.uram;
  available.dsp = report.part.dsp;
  line(available);
  os << "on the host:";
  for (const std::string &name : report.hostLayers)
    os << " " << llvm::json::fixUTF8(name);
  os << "\n";
}
