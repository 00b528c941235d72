//===- ScalarProgram.h - Scalar bodies, compiled once and run in chunks ---===//
#pragma once
#include "lib/Eval/Tensor.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include <vector>

namespace tern::eval {

class Noise;

/// One scalar of any type: integers (i1 as 0 or 1, others sign-extended), bits
/// of small floats, indices; or a float, rounded to its type.
union Scalar {
  int64_t i;
  double f;
};

/// A body of scalar arithmetic as a list of register operations, each of which
/// runs over a chunk of elements at a time. Arithmetic on f32, f16 and bf16 is
/// done in f64 and rounded after every operation, which for + - * / and sqrt is
/// the correctly rounded result of the narrow type (53 >= 2 * 24 + 2).
class ScalarProgram {
public:
  static constexpr int chunk = 256;

  /// How the program reads tensors and outer scalars: called while compiling.
  struct Environment {
    /// The tensor that a tensor.extract in the body reads, or (rank 0) the
    /// scalar that the body takes from outside; null: not known.
    llvm::function_ref<const Tensor *(mlir::Value)> tensor;
  };

  /// Compiles a block that ends in a yield. Emits a located error for an
  /// operation outside the scalar form.
  static mlir::FailureOr<ScalarProgram> compile(mlir::Block &block,
                                                Environment environment);

  /// The registers of block argument `i`, to be filled before `run`.
  Scalar *argument(unsigned i) { return reg(arguments[i]); }
  /// The registers of yielded value `i`, valid after `run`.
  Scalar *result(unsigned i) { return reg(results[i]); }
  unsigned numResults() const { return results.size(); }
  /// The registers of `linalg.index d`, if the body asks for it; else null.
  Scalar *index(unsigned dim);

  /// Moves the results of transcendental functions from now on.
  void setNoise(Noise *value) { noise = value; }

  /// Runs over the first `count` (<= chunk) elements. Fails, with a located
  /// error, on a division by zero or an index outside its tensor.
  mlir::LogicalResult run(int count);

private:
  struct Step {
    mlir::Operation *op;
    mlir::LogicalResult (*run)(ScalarProgram &, const Step &, int count);
    int destination = 0;
    llvm::SmallVector<int, 4> sources;
    mlir::Type type;       ///< of the result
    mlir::Type sourceType; ///< of the first operand
    int64_t detail = 0;    ///< predicate, bits, flags
    bool inexact = false;  ///< implementations differ in the last places
    const Tensor *tensor = nullptr;
  };
  friend struct Steps;

  Scalar *reg(int index) { return registers.data() + size_t(index) * chunk; }
  mlir::LogicalResult add(mlir::Operation &op, Environment environment);
  int define(mlir::Value value);
  mlir::FailureOr<int> use(mlir::Value value, Environment environment);
  int splat(mlir::Value value, Scalar scalar);
  mlir::FailureOr<int> constant(mlir::Value value);

  std::vector<Step> steps;
  std::vector<Scalar> registers;
  llvm::DenseMap<mlir::Value, int> numbers;
  llvm::SmallVector<int> arguments, results;
  llvm::SmallVector<std::pair<unsigned, int>> indices;
  int count = 0;
  Noise *noise = nullptr;
};

/// Reads elements `offset + k * stride` of a tensor as scalars, and back.
void load(const Tensor &tensor, int64_t offset, int64_t stride, int count,
          Scalar *into);
void store(const Tensor &tensor, int64_t offset, int64_t stride, int count,
           const Scalar *from);
/// Rounds to a float type (f64 stays).
double roundTo(mlir::Type type, double value);
/// Keeps the low bits of an integer type: i1 as 0 or 1, others sign-extended.
int64_t wrapTo(mlir::Type type, int64_t value);

} // namespace tern::eval
