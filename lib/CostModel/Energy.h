//===- Energy.h - Predicted energy of one step ----------------------------===//
//
// Every joule belongs to a component (arithmetic, an operand's accesses to a
// level of memory, static power, waiting for a launch) and rests on one figure
// of the machine. An interval follows from the figures' uncertainties: what
// rests on the same figure is wrong together, so it adds up; different figures
// are taken to be wrong independently, so the squares do.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/CostModel/Roofline.h"
#include "llvm/Support/Error.h"
#include <map>

namespace tern {

/// What energy goes to.
struct Component {
  enum class Kind { Compute, Scalar, Memory, Static, Launch };
  Kind kind = Kind::Compute;
  unsigned level = 0; ///< of Memory
  Operand operand = Operand::Weights;

  bool operator<(const Component &other) const;
};

/// "compute", "L2 weights", "static", ...
std::string nameOf(const Component &component, const Machine &machine);

/// A sum of products of a count and a figure.
class Energy {
public:
  /// `figure` names a figure of the machine, the same for the same one.
  void add(const Component &component, const std::string &figure, double joules,
           double uncertainty, Confidence confidence);
  Energy &operator+=(const Energy &other);

  double joules() const;
  /// Half the width of the interval.
  double spread() const;
  double low() const { return joules() - spread(); }
  double high() const { return joules() + spread(); }
  /// The share that rests on guesses, from 0 to 1.
  double guessed() const;
  std::map<Component, double> byComponent() const;

private:
  struct Part {
    double joules = 0, uncertainty = 0;
    Confidence confidence = Confidence::Measured;
  };
  std::map<std::pair<Component, std::string>, Part> parts;
};

/// The energy of a step that takes what `prediction` says. An error names the
/// first figure that the machine lacks.
llvm::Expected<Energy> energyOf(const Work &work, const Movement &movement,
                                const Prediction &prediction,
                                const Machine &machine);

} // namespace tern
