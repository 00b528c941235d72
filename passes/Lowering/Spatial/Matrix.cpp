//===- Matrix.cpp - The weights of a stage as its memory holds them -------===//
#include "passes/Lowering/Spatial/Matrix.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

int64_t lowering::signedBits(int64_t magnitude) {
  return magnitude ? llvm::Log2_64(magnitude) + 2 : 1;
}

int64_t lowering::laneBits(Type element) {
  if (auto code = dyn_cast<ir::QType>(element))
    return code.getBits();
  return element.getIntOrFloatBitWidth();
}

StageMatrix::StageMatrix(Operation *op) : c(describeContraction(op)) {
  if (c.rhsZp)
    zeroPoints = ConstantTensor::get(c.rhsZp);
  int64_t least = 0, greatest = 0;
  for (int64_t row = 0; row < c.n; ++row)
    for (int64_t column = 0; column < c.k; ++column) {
      int64_t weight = get(row, column);
      binary &= weight == 1 || weight == -1;
      least = std::min(least, weight);
      greatest = std::max(greatest, weight);
    }
  if (!binary)
    bits = std::max(signedBits(greatest), signedBits(-1 - least));
}

int64_t StageMatrix::get(int64_t row, int64_t column) const {
  int64_t zero = 0;
  if (zeroPoints) {
    int64_t rows = zeroPoints->getShape()[0];
    int64_t groups = zeroPoints->size() / rows;
    zero = zeroPoints->getInt((rows == 1 ? 0 : row) * groups +
                              (groups == 1 ? 0 : column / c.scaleGroup));
  }
  return c.weights->getInt(c.weightIndex(row, column)) - zero;
}
