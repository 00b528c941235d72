//===- StreamOrder.h - In which order a stream carries a tensor -----------===//
#pragma once
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <vector>

namespace tern::lowering {

/// The order of tern.stream: an index space of the tensor's elements and its
/// dimensions, slowest first.
struct StreamOrder {
  llvm::SmallVector<int64_t> shape, order;

  static StreamOrder rowMajor(llvm::ArrayRef<int64_t> shape);
  /// The batch, then places, then channels.
  static StreamOrder channelsLast(llvm::ArrayRef<int64_t> shape);

  /// The row-major number of each element, in the order of the stream.
  std::vector<int64_t> getSequence() const;
  /// Distance in memory of neighbours along each dimension.
  llvm::SmallVector<int64_t> getStrides() const;
  int64_t getFastestExtent() const;
};

/// Whether two orders carry the same elements at the same time.
bool areSame(const StreamOrder &a, const StreamOrder &b);

/// For a stream of rows of `columns` elements, the column of each element of a
/// row; nothing when rows are mixed or differ.
std::optional<std::vector<int64_t>> columnsOfRows(const StreamOrder &order,
                                                  int64_t columns);

} // namespace tern::lowering
