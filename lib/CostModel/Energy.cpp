//===- Energy.cpp - Predicted energy of one step --------------------------===//
#include "lib/CostModel/Energy.h"
#include <cmath>
#include <tuple>

using namespace tern;

bool Component::operator<(const Component &other) const {
  return std::tie(kind, level, operand) <
         std::tie(other.kind, other.level, other.operand);
}

std::string tern::nameOf(const Component &component, const Machine &machine) {
  switch (component.kind) {
  case Component::Kind::Compute:
    return "compute";
  case Component::Kind::Scalar:
    return "scalar";
  case Component::Kind::Memory:
    return machine.memory[component.level].name + " " +
           nameOf(component.operand);
  case Component::Kind::Static:
    return "static";
  case Component::Kind::Launch:
    return "launch";
  }
  llvm_unreachable("a component");
}

void Energy::add(const Component &component, const std::string &figure,
                 double joules, double uncertainty, Confidence confidence) {
  if (joules == 0)
    return;
  Part &part = parts[{component, figure}];
  // Static energy rests on a time, too, and that is not always known as well.
  double sum = part.joules + joules;
  part.uncertainty =
      (part.joules * part.uncertainty + joules * uncertainty) / sum;
  part.joules = sum;
  part.confidence = std::max(part.confidence, confidence);
}

Energy &Energy::operator+=(const Energy &other) {
  for (const auto &[key, part] : other.parts)
    add(key.first, key.second, part.joules, part.uncertainty, part.confidence);
  return *this;
}

double Energy::joules() const {
  double sum = 0;
  for (const auto &[key, part] : parts)
    sum += part.joules;
  return sum;
}

double Energy::spread() const {
  std::map<std::string, double> byFigure;
  for (const auto &[key, part] : parts)
    byFigure[key.second] += part.joules * part.uncertainty;
  double squares = 0;
  for (const auto &[figure, spread] : byFigure)
    squares += spread * spread;
  return std::sqrt(squares);
}

double Energy::guessed() const {
  double guesses = 0, all = joules();
  for (const auto &[key, part] : parts)
    if (part.confidence == Confidence::Guess)
      guesses += part.joules;
  return all > 0 ? guesses / all : 0;
}

std::map<Component, Energy> Energy::byComponent() const {
  std::map<Component, Energy> result;
  for (const auto &[key, part] : parts)
    result[key.first].parts[key] = part;
  return result;
}

static constexpr double pico = 1e-12;

static void addArithmetic(Energy &energy, const Work &work,
                          const Machine &machine) {
  auto add = [&](Component::Kind kind, const std::string &name,
                 const Figure &figure, double count) {
    energy.add({kind}, name, count * figure.value * pico, figure.uncertainty,
               figure.confidence);
  };
  if (work.macs > 0) {
    const ComputeUnit &unit = machine.unitFor(work.lhs, work.rhs);
    add(Component::Kind::Compute,
        std::string(nameOf(unit.lhs)) + " x " + nameOf(unit.rhs), *unit.pj,
        work.operations());
  }
  add(Component::Kind::Scalar, "scalar_pj", *machine.scalarPj,
      work.scalarOps + work.kernelOps);
}

static void addAccesses(Energy &energy, const Movement &movement,
                        const Machine &machine) {
  for (unsigned i = 0; i < machine.memory.size(); ++i) {
    const MemoryLevel &level = machine.memory[i];
    for (unsigned s = 0; s < numOperands; ++s) {
      auto add = [&](const char *name, const Figure &figure, double bytes) {
        double accesses = bytes * 8 / level.energy->accessBits;
        energy.add({Component::Kind::Memory, i, Operand(s)}, level.name + name,
                   accesses * figure.value * pico, figure.uncertainty,
                   figure.confidence);
      };
      const Traffic &traffic = movement.levels[i][s];
      add(" read_pj", level.energy->readPj, traffic.read);
      add(" write_pj", level.energy->writePj, traffic.written + traffic.filled);
    }
  }
}

llvm::Expected<Energy> tern::energyOf(const Work &work,
                                      const Movement &movement,
                                      const Prediction &prediction,
                                      const Machine &machine) {
  if (std::string missing = machine.missingEnergy(); !missing.empty())
    return llvm::createStringError("expected energy figures of machine " +
                                   machine.name + ", but it lacks " + missing +
                                   "; docs/energy.md says how to give one");
  Energy energy;
  addArithmetic(energy, work, machine);
  addAccesses(energy, movement, machine);
  // Static energy rests on the power and on the predicted time. Its interval
  // does not reach below 0.
  const Figure &power = *machine.staticPower;
  auto addStatic = [&](Component::Kind kind, double seconds, double uncertainty,
                       Confidence confidence) {
    energy.add({kind}, "static_w", seconds * power.value,
               std::min(1.0, std::hypot(power.uncertainty, uncertainty)),
               std::max(power.confidence, confidence));
  };
  addStatic(Component::Kind::Static, prediction.seconds() - prediction.launch,
            prediction.uncertainty, prediction.confidence);
  addStatic(Component::Kind::Launch, prediction.launch,
            machine.launch.uncertainty, machine.launch.confidence);
  return energy;
}
