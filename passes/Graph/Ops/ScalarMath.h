//===- ScalarMath.h - Scalar float arithmetic as it is read ---------------===//
#pragma once
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Graph/Ops/Build.h"

namespace tern::graph {

/// Scalar float arithmetic, written as it is read.
struct Scalar {
  LocBuilder &b;
  mlir::Value v;

  Scalar(LocBuilder &b, mlir::Value v) : b(b), v(v) {}
  Scalar(const Scalar &) = default;
  /// Another value of the same body.
  Scalar &operator=(const Scalar &other) {
    v = other.v;
    return *this;
  }
  Scalar like(double value) const {
    return {b, scalarConstant(b, v.getType(), value)};
  }
  Scalar operator+(Scalar y) const {
    return {b, b.create<mlir::arith::AddFOp>(v, y.v)};
  }
  Scalar operator-(Scalar y) const {
    return {b, b.create<mlir::arith::SubFOp>(v, y.v)};
  }
  Scalar operator*(Scalar y) const {
    return {b, b.create<mlir::arith::MulFOp>(v, y.v)};
  }
  Scalar operator/(Scalar y) const {
    return {b, b.create<mlir::arith::DivFOp>(v, y.v)};
  }
  Scalar operator+(double y) const { return *this + like(y); }
  Scalar operator-(double y) const { return *this - like(y); }
  Scalar operator*(double y) const { return *this * like(y); }
  Scalar operator/(double y) const { return *this / like(y); }
  Scalar operator-() const { return {b, b.create<mlir::arith::NegFOp>(v)}; }
  Scalar max(double y) const {
    return {b, b.create<mlir::arith::MaximumFOp>(v, like(y).v)};
  }
  Scalar min(double y) const {
    return {b, b.create<mlir::arith::MinimumFOp>(v, like(y).v)};
  }
  template <typename Op> Scalar call() const { return {b, b.create<Op>(v)}; }
  Scalar exp() const { return call<mlir::math::ExpOp>(); }
  Scalar sigmoid() const { return like(1) / ((-*this).exp() + 1); }
  /// log(1 + exp(x)) that does not overflow.
  Scalar softplus() const {
    Scalar magnitude = call<mlir::math::AbsFOp>();
    return max(0) + (-magnitude).exp().call<mlir::math::Log1pOp>();
  }
  Scalar select(mlir::arith::CmpFPredicate predicate, double bound, Scalar yes,
                Scalar no) const {
    mlir::Value holds =
        b.create<mlir::arith::CmpFOp>(predicate, v, like(bound).v);
    return {b, b.create<mlir::arith::SelectOp>(holds, yes.v, no.v)};
  }
};

} // namespace tern::graph
