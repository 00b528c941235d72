//===- Work.h - What a step does, whatever computes it --------------------===//
#pragma once
#include "lib/Target/Machine.h"
#include <array>

namespace tern {

/// Something for each operand.
template <typename T> using PerOperand = std::array<T, numOperands>;
inline unsigned indexOf(Operand operand) {
  return static_cast<unsigned>(operand);
}

/// A contraction as the loops that compute it: for each group, image, output
/// channel and position, the sum over input channels and taps. A matmul has one
/// axis, its rows, with one tap; its batches are groups.
struct Product {
  struct Axis {
    int64_t size; ///< positions of the result
    int64_t taps = 1, stride = 1, dilation = 1;
  };
  bool isConv = false;
  /// Whether the right-hand side comes from the weights file.
  bool hasWeights = true;
  int64_t groups = 1, images = 1;
  int64_t n = 0, c = 0; ///< output and input channels of a group
  std::vector<Axis> axes;
  /// Bits that an element takes where it is stored, and of a sum.
  PerOperand<unsigned> bits = {8, 8, 8};
  unsigned accumulatorBits = 32;

  int64_t positions() const; ///< of one group: images and axes
  int64_t depth() const;     ///< channels and taps
  int64_t macs() const { return groups * positions() * n * depth(); }
};

/// How a kernel of lib/Methods and passes/Lowering walks over a product.
struct Kernel {
  enum class Kind {
    Direct,       ///< a strip of results at a time, in memory
    DirectByDots, ///< one dot product after the other
    Packed,       ///< blocks of results in registers, inputs copied to a panel
    /// On a GPU, where the direct kinds are a thread for each result:
    Mma,        ///< blocks of results on matrix units, through shared memory
    Gemv,       ///< a warp for a few rows of weights
    VendorGemm, ///< what a vendor's library does with a large product
    /// On an FPGA: blockN rows by blockK columns of weights at a time.
    Folded
  };
  Kind kind = Kind::Direct;
  /// Results of a strip; of a block: rows of inputs, rows of weights.
  int64_t strip = 256, blockM = 1, blockN = 1;
  unsigned panelBits = 8;
  /// Along the length of a dot product: what a block has at a time (Mma), or a
  /// lane (Gemv); what a matrix unit multiplies at once.
  int64_t blockK = 1, fragmentK = 1;
  /// Warps of a block: across rows of inputs, across rows of weights.
  int64_t warpsM = 1, warpsN = 1;
  /// Blocks and threads of a launch, where they may be too few for a machine; 0
  /// where they are not.
  int64_t blocks = 0, threads = 0;
  /// Products that are done for each one that is asked for: what pads tiles is
  /// multiplied, too.
  double padding = 1;
  /// Products that one operation of the compute unit does. Below 1 where other
  /// operations come with each of them.
  double macsPerOperation = 1;
};

/// What a step does.
struct Work {
  /// Multiply-accumulates on a pair of precisions, of codes this wide.
  double macs = 0;
  Precision lhs = Precision::F32, rhs = Precision::F32;
  unsigned lhsBits = 32, rhsBits = 32;
  /// Other scalar operations, in f32: those of the step, and those by which its
  /// kernel makes operands ready (copies to a panel, codes to numbers).
  double scalarOps = 0, kernelOps = 0;
  /// Bytes read once from the weights file, and of activations read and
  /// written.
  double weightBytes = 0, inputBytes = 0, outputBytes = 0;
  /// The loops of a contraction; without, everything streams through once.
  std::optional<Product> product;
  /// Of the bytes above, those that only the epilogue of a contraction reads.
  double extraWeightBytes = 0, extraInputBytes = 0;
  Kernel kernel;

  /// What the compute unit does, in its multiply-accumulates.
  double operations() const {
    return macs * kernel.padding / kernel.macsPerOperation;
  }
  double bytes() const { return weightBytes + inputBytes + outputBytes; }
  double bytesOf(Operand operand) const {
    return operand == Operand::Weights  ? weightBytes
           : operand == Operand::Inputs ? inputBytes
                                        : outputBytes;
  }
};

} // namespace tern
