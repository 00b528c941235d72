//===- Verify.h - The judge of compiled models ----------------------------===//
//
// Each value that a target lets us see is recomputed by the evaluator from the
// target's own values before it, so that no error of an earlier layer enters
// the verdict on a later one.
//
// A slice without float reductions and transcendental functions has one correct
// result: the target's must have the same bits. For any other slice the
// evaluator also computes what the freedoms of an implementation amount to
// (lib/Eval/Noise.h): every float sum of K terms moved by
// (K + 1) * 2^-24 * sum |terms|, every transcendental result by 4 ulp, once all
// up and three times in random directions. The bound on an element is four
// times the greatest change that this made, and four ulp of the element. A code
// that comes after such arithmetic may be off by one, which is counted.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Eval/Eval.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace tern {

/// A value of the reference that the target has computed: result `result` of
/// the operation with that #tern.layer id.
struct Boundary {
  int64_t id = 0;
  unsigned result = 0;
  eval::Tensor value;
};

/// What one run of a target gave.
struct TargetRun {
  std::vector<Boundary> taps;
  std::vector<eval::Tensor> outputs;
};

/// Splits an entry's outputs into its own and the taps, which are named
/// "tap:<id>:<result>".
TargetRun splitTaps(llvm::ArrayRef<std::string> names,
                    llvm::ArrayRef<eval::Tensor> outputs);

/// The judgement on one value.
struct LayerVerdict {
  int64_t id = -1; ///< -1: an output that is no operation's result
  unsigned result = 0;
  std::string name; ///< the ONNX node's
  std::string op;   ///< and its operator
  std::string type;
  int64_t elements = 0;
  int64_t wrong = 0;    ///< elements outside their bound
  int64_t offByOne = 0; ///< codes next to the reference's, where allowed
  double error = 0;     ///< |target - reference| at the worst element
  double bound = 0;     ///< allowed there
  bool exact = true;    ///< the same bits were demanded
  std::string problem;  ///< not empty: no comparison was possible

  bool passed() const { return problem.empty() && wrong == 0; }
  /// Error by bound; infinite where no error is allowed.
  double severity() const;
};

struct Verdict {
  std::vector<LayerVerdict> layers;

  bool passed() const;
  /// The layer that is furthest from its bound; null when there is none.
  const LayerVerdict *worst() const;
  /// A table, one line a layer, the worst named at its end. Unless `all`, only
  /// layers that differ at all.
  void print(llvm::raw_ostream &os, bool all = false) const;
};

/// Judges a run of `entry`, a function of the graph stage's result, whose
/// operations are numbered. Fails after a diagnostic when the evaluator cannot
/// take the reference itself.
mlir::FailureOr<Verdict> judge(mlir::ModuleOp reference,
                               mlir::func::FuncOp entry,
                               llvm::ArrayRef<eval::Tensor> inputs,
                               const TargetRun &run);

} // namespace tern
