//===- Rounding.h - Weights as codes and scales ---------------------------===//
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace tern::calib {

/// How weights become codes.
struct RoundingRule {
  /// The codes there are; 0 is one of them and stands for 0.
  int64_t low = -127, high = 127;
  /// Consecutive weights of a row that share a scale; 0: the whole row.
  int64_t group = 0;
  /// The scale comes from the mean magnitude (BitNet b1.58), not from a search.
  bool absmean = false;
};

/// Codes of rows x depth weights, scales of rows x groups.
struct Rounded {
  std::vector<int8_t> codes;
  std::vector<float> scales;
};

/// The code next to weight / scale, ties to even.
int64_t nearestCode(float weight, float scale, const RoundingRule &rule);

/// The scale with the least sum of importance * (w - scale * code)^2 among
/// clips of the greatest magnitude, refined by least squares. `importance` is
/// empty (all 1) or as long as `weights`. Never 0.
float chooseScale(llvm::ArrayRef<float> weights,
                  llvm::ArrayRef<double> importance, const RoundingRule &rule);

/// Each weight to its nearest code.
void roundRow(llvm::ArrayRef<float> weights, llvm::ArrayRef<double> importance,
              const RoundingRule &rule, Rounded &into);

/// The upper triangular factor U of the inverse, U^T U, of a K x K matrix X^T X
/// whose diagonal is raised by `damping` times its mean; inputs that were
/// always 0 count as 1. Nothing where the matrix is not positive definite.
std::optional<std::vector<double>>
inverseFactor(std::vector<double> hessian, int64_t k, double damping = 0.01);

/// What weight k of a row becomes; the function may look at those after it.
using TakeFn =
    llvm::function_ref<double(int64_t k, llvm::ArrayRef<double> row)>;

/// Replaces a row's weights one after another by what `take` says, and each
/// time moves the weights after it so that the row's products change least
/// (optimal brain surgeon, as GPTQ and SparseGPT do it).
void compensate(llvm::MutableArrayRef<double> row,
                llvm::ArrayRef<double> factor, TakeFn take);

/// X^T X of a layer's inputs, and what inverseFactor makes of it.
struct Hessian {
  llvm::ArrayRef<double> products, factor;

  /// The squared error that a change of a row's weights makes on the inputs.
  double errorOf(llvm::ArrayRef<double> change) const;
};

/// As roundRow, with the error of each code made up for by the weights after
/// it, unless roundRow's codes have less error on the inputs: the way is
/// greedy. Weights that are 0 stay 0.
void roundRowCompensated(llvm::ArrayRef<float> weights,
                         llvm::ArrayRef<double> importance,
                         const Hessian &hessian, const RoundingRule &rule,
                         Rounded &into);

/// Keeps the `n` weights of greatest score of every `m`; `scores` as `weights`.
/// The first of equal ones stays.
void pruneRow(llvm::MutableArrayRef<float> weights,
              llvm::ArrayRef<double> scores, int64_t n, int64_t m);

/// Keeps those whose loss would cost most, and makes up for the others, unless
/// pruneRow with `scores` has less error on the inputs.
void pruneRowCompensated(llvm::MutableArrayRef<float> weights,
                         llvm::ArrayRef<double> scores, const Hessian &hessian,
                         int64_t n, int64_t m);

} // namespace tern::calib
