//===- Einsum.cpp - Sums of products by labels ----------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using utils::IteratorType;

namespace {
/// Labels of dimensions: letters, and negative numbers for those of "...",
/// the last being -1.
using Labels = SmallVector<int>;

/// An equation with the operands' shapes put in.
struct Equation {
  SmallVector<Labels> inputs;
  Labels output;
  /// The size of each label, in order of appearance.
  llvm::MapVector<int, int64_t> sizes;

  Shape shapeOfLabels(ArrayRef<int> labels) const {
    Shape shape;
    for (int label : labels)
      shape.push_back(sizes.lookup(label));
    return shape;
  }
};
} // namespace

/// One side of a term: letters, with "..." standing for `hidden` dimensions.
static std::optional<Labels> parseLabels(StringRef text, int64_t hidden) {
  Labels labels;
  while (!text.empty()) {
    if (text.consume_front("...")) {
      for (int64_t i = hidden; i > 0; --i)
        labels.push_back(-static_cast<int>(i));
    } else if (llvm::isAlpha(text.front())) {
      labels.push_back(text.front());
      text = text.drop_front();
    } else {
      return std::nullopt;
    }
  }
  return labels;
}

/// Dimensions that "..." stands for in an operand of `rank`.
static int64_t hiddenDims(StringRef term, int64_t rank) {
  if (!term.contains("..."))
    return 0;
  return std::max<int64_t>(rank - static_cast<int64_t>(term.size() - 3), 0);
}

static LogicalResult readInputs(Expansion &e, ArrayRef<StringRef> terms,
                                Equation &equation, int64_t &hidden) {
  if (terms.size() != e.numOperands())
    return e.refuse("expected a term for each of " + Twine(e.numOperands()) +
                    " operands, but got " + Twine(terms.size()));
  for (auto [i, term] : llvm::enumerate(terms)) {
    int64_t dims = hiddenDims(term, e.rank(i));
    hidden = std::max(hidden, dims);
    std::optional<Labels> labels = parseLabels(term, dims);
    if (!labels || static_cast<int64_t>(labels->size()) != e.rank(i))
      return e.refuse("expected a label for each dimension of operand " +
                      Twine(i) + ", but got '" + term + "'");
    for (auto [label, size] : llvm::zip(*labels, e.shape(i))) {
      int64_t &known = equation.sizes.insert({label, 1}).first->second;
      if (known != size && known != 1 && size != 1)
        return e.refuse("expected one size of each label, but got " +
                        Twine(known) + " and " + Twine(size));
      known = std::max(known, size);
    }
    equation.inputs.push_back(*labels);
  }
  return success();
}

/// Without "->", the result has "..." and then what occurs once, sorted.
static Labels implicitOutput(const Equation &equation, int64_t hidden) {
  Labels output = *parseLabels("...", hidden);
  Labels letters;
  for (auto [label, size] : equation.sizes) {
    int64_t count = 0;
    for (const Labels &labels : equation.inputs)
      count += llvm::count(labels, label);
    if (label > 0 && count == 1)
      letters.push_back(label);
  }
  llvm::sort(letters);
  output.append(letters);
  return output;
}

static FailureOr<Equation> readEquation(Expansion &e) {
  std::string text = e.stringAttr("equation", "");
  llvm::erase(text, ' ');
  auto [left, right] = StringRef(text).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  Equation equation;
  int64_t hidden = 0;
  if (failed(readInputs(e, terms, equation, hidden)))
    return failure();
  if (!StringRef(text).contains("->")) {
    equation.output = implicitOutput(equation, hidden);
    return equation;
  }
  std::optional<Labels> output = parseLabels(right, hidden);
  bool isKnown = output && llvm::all_of(*output, [&](int label) {
                   return equation.sizes.contains(label) &&
                          llvm::count(*output, label) == 1;
                 });
  if (!isKnown)
    return e.refuse("expected a result of labels of the operands, each once, "
                    "but got '" +
                    right + "'");
  equation.output = *output;
  return equation;
}

//===----------------------------------------------------------------------===//
// As a matrix product
//===----------------------------------------------------------------------===//

namespace {
/// What each label of two operands is to a matrix product.
struct Roles {
  Labels batch, m, n, k;
};
} // namespace

/// Nothing unless the equation is one batched product of two matrices.
static std::optional<Roles> rolesOf(Expansion &e, const Equation &equation) {
  if (equation.inputs.size() != 2)
    return std::nullopt;
  for (unsigned i : {0u, 1u})
    if (e.shape(i) !=
        ArrayRef<int64_t>(equation.shapeOfLabels(equation.inputs[i])))
      return std::nullopt;
  Roles roles;
  for (auto [label, size] : equation.sizes) {
    int64_t left = llvm::count(equation.inputs[0], label);
    int64_t right = llvm::count(equation.inputs[1], label);
    bool isKept = llvm::is_contained(equation.output, label);
    if (left > 1 || right > 1 || (left + right == 1 && !isKept))
      return std::nullopt;
    if (left && right)
      (isKept ? roles.batch : roles.k).push_back(label);
    else
      (left ? roles.m : roles.n).push_back(label);
  }
  return roles;
}

/// `value` with its dimensions in the order of `to`.
static Value reorder(LocBuilder &b, Value value, ArrayRef<int> from,
                     ArrayRef<int> to) {
  Shape permutation;
  for (int label : to)
    permutation.push_back(llvm::find(from, label) - from.begin());
  return transpose(b, value, permutation);
}

static Value asProduct(LocBuilder &b, const Equation &equation,
                       const Roles &roles, ValueRange values) {
  auto count = [&](ArrayRef<int> labels) {
    return product(equation.shapeOfLabels(labels));
  };
  auto matrix = [&](unsigned i, ArrayRef<int> rows) {
    Labels order(roles.batch);
    order.append(rows.begin(), rows.end());
    order.append(roles.k);
    Shape shape = {count(rows), count(roles.k)};
    if (!roles.batch.empty())
      shape.insert(shape.begin(), count(roles.batch));
    return reshape(b, reorder(b, values[i], equation.inputs[i], order), shape);
  };
  Value y = floatMatmul(b, matrix(0, roles.m), matrix(1, roles.n),
                        /*transposeB=*/true);
  Labels order(roles.batch);
  order.append(roles.m);
  order.append(roles.n);
  y = reshape(b, y, equation.shapeOfLabels(order));
  return reorder(b, y, order, equation.output);
}

//===----------------------------------------------------------------------===//
// Any equation
//===----------------------------------------------------------------------===//

/// One generic: the result's labels in parallel, the others summed over.
static Value asGeneric(LocBuilder &b, const Equation &equation,
                       ValueRange values) {
  Labels loops(equation.output);
  for (auto [label, size] : equation.sizes)
    if (!llvm::is_contained(loops, label))
      loops.push_back(label);
  SmallVector<IteratorType> kinds(loops.size(), IteratorType::reduction);
  std::fill_n(kinds.begin(), equation.output.size(), IteratorType::parallel);
  SmallVector<AffineMap> maps;
  for (auto [value, labels] : llvm::zip(values, equation.inputs)) {
    SmallVector<AffineExpr> exprs;
    for (auto [label, size] : llvm::zip(labels, shapeOf(value)))
      exprs.push_back(
          size == equation.sizes.lookup(label)
              ? b.getAffineDimExpr(llvm::find(loops, label) - loops.begin())
              : b.getAffineConstantExpr(0));
    maps.push_back(AffineMap::get(loops.size(), 0, exprs, b.getContext()));
  }
  SmallVector<AffineExpr> kept;
  for (size_t i = 0; i < equation.output.size(); ++i)
    kept.push_back(b.getAffineDimExpr(i));
  maps.push_back(AffineMap::get(loops.size(), 0, kept, b.getContext()));
  Type type = elementOf(values[0]);
  bool isFloat = isa<FloatType>(type);
  Value zero =
      isFloat ? scalarConstant(b, type, 0.0) : scalarConstant(b, type, 0);
  Value init = filled(b, equation.shapeOfLabels(equation.output), zero);
  auto op = b.create<linalg::GenericOp>(
      TypeRange{init.getType()}, values, ValueRange{init}, maps, kinds,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        LocBuilder inner(loc, nested);
        Value term = args[0];
        for (Value factor : args.drop_front().drop_back())
          term = isFloat ? Value(inner.create<arith::MulFOp>(term, factor))
                         : Value(inner.create<arith::MulIOp>(term, factor));
        Value sum = isFloat
                        ? Value(inner.create<arith::AddFOp>(args.back(), term))
                        : Value(inner.create<arith::AddIOp>(args.back(), term));
        inner.create<linalg::YieldOp>(sum);
      });
  return op.getResult(0);
}

static LogicalResult expandEinsum(Expansion &e) {
  if (e.numOperands() == 0)
    return e.refuse("expected at least one operand");
  Type element = e.elementType(0);
  bool isFloat = isFloatElement(element);
  SmallVector<Value> values;
  for (unsigned i = 0; i < e.numOperands(); ++i) {
    if (e.elementType(i) != element)
      return e.refuse("expected operands of one element type");
    if (!isFloat && !element.isInteger(32) && !element.isInteger(64))
      return refuseType(e, i, "floats, int32 or int64");
    values.push_back(isFloat
                         ? convert(e.b, e.operand(i), wideType(e.b, element))
                         : e.operand(i));
  }
  FailureOr<Equation> equation = readEquation(e);
  if (failed(equation))
    return failure();
  std::optional<Roles> roles = rolesOf(e, *equation);
  Value y = isFloat && roles ? asProduct(e.b, *equation, *roles, values)
                             : asGeneric(e.b, *equation, values);
  e.result(0, isFloat ? convert(e.b, y, element) : y, e.onnxElementType(0));
  return success();
}

ArrayRef<OperatorRow> graph::einsumOperators() {
  static const OperatorRow rows[] = {
      {"", "Einsum", 12, 0, expandEinsum, allOperands},
  };
  return rows;
}
