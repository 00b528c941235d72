//===- Compensate.cpp - Errors made up for by the weights after them ------===//
//
// With H = X^T X of a layer's inputs, a change d of weight k costs the row's
// products least when the weights after it move by -d * U[k, j] / U[k, k],
// where U^T U = H^-1 and U is upper triangular (Frantar and Alistarh, "GPTQ",
// 2022, "SparseGPT", 2023).
//
//===----------------------------------------------------------------------===//
#include "lib/Calibration/Rounding.h"
#include <cmath>

using namespace tern::calib;
using llvm::ArrayRef;

/// Raises the diagonal; inputs that were always 0 get one of their own.
static void damp(std::vector<double> &hessian, int64_t k, double damping) {
  double mean = 0;
  for (int64_t i = 0; i < k; ++i)
    mean += hessian[i * k + i] / double(k);
  for (int64_t i = 0; i < k; ++i) {
    double &diagonal = hessian[i * k + i];
    if (diagonal == 0)
      diagonal = 1;
    diagonal += damping * mean;
  }
}

/// H = R R^T with R upper triangular, from the last row up. In place.
static bool factorUpper(std::vector<double> &h, int64_t k) {
  for (int64_t j = k - 1; j >= 0; --j) {
    for (int64_t i = j; i >= 0; --i) {
      double sum = h[i * k + j];
      for (int64_t p = j + 1; p < k; ++p)
        sum -= h[i * k + p] * h[j * k + p];
      if (i == j && !(sum > 0))
        return false;
      h[i * k + j] = i == j ? std::sqrt(sum) : sum / h[j * k + j];
    }
    for (int64_t i = j + 1; i < k; ++i)
      h[i * k + j] = 0;
  }
  return true;
}

/// The inverse of an upper triangular matrix.
static std::vector<double> invertUpper(const std::vector<double> &r,
                                       int64_t k) {
  std::vector<double> u(k * k, 0);
  for (int64_t i = k - 1; i >= 0; --i) {
    double *row = u.data() + i * k;
    row[i] = 1;
    for (int64_t p = i + 1; p < k; ++p)
      for (int64_t j = p; j < k; ++j)
        row[j] -= r[i * k + p] * u[p * k + j];
    for (int64_t j = i; j < k; ++j)
      row[j] /= r[i * k + i];
  }
  return u;
}

std::optional<std::vector<double>>
tern::calib::inverseFactor(std::vector<double> hessian, int64_t k,
                           double damping) {
  damp(hessian, k, damping);
  if (!factorUpper(hessian, k))
    return std::nullopt;
  return invertUpper(hessian, k);
}

void tern::calib::compensate(llvm::MutableArrayRef<double> row,
                             ArrayRef<double> factor, TakeFn take) {
  size_t depth = row.size();
  for (size_t k = 0; k < depth; ++k) {
    double taken = take(static_cast<int64_t>(k), row);
    const double *u = factor.data() + k * depth;
    double error = (row[k] - taken) / u[k];
    row[k] = taken;
    if (error != 0)
      for (size_t j = k + 1; j < depth; ++j)
        row[j] -= error * u[j];
  }
}

double Hessian::errorOf(ArrayRef<double> change) const {
  size_t depth = change.size();
  double error = 0;
  for (size_t i = 0; i < depth; ++i) {
    double sum = 0;
    for (size_t j = 0; j < depth; ++j)
      sum += products[i * depth + j] * change[j];
    error += sum * change[i];
  }
  return error;
}

/// The scale of the weights in [from, from + size) as they have become; those
/// that were 0 will be.
static float scaleNow(ArrayRef<float> weights, ArrayRef<double> now,
                      ArrayRef<double> importance, const RoundingRule &rule) {
  std::vector<float> part(now.begin(), now.end());
  for (size_t i = 0; i < part.size(); ++i)
    if (weights[i] == 0)
      part[i] = 0;
  Rounded nearest;
  roundRow(part, importance, {rule.low, rule.high, 0, rule.absmean}, nearest);
  return nearest.scales[0];
}

/// The codes of greedy rounding with compensation.
static Rounded roundGreedily(ArrayRef<float> weights,
                             ArrayRef<double> importance,
                             ArrayRef<double> factor,
                             const RoundingRule &rule) {
  Rounded result;
  std::vector<double> row(weights.begin(), weights.end());
  size_t group = rule.group ? rule.group : weights.size();
  compensate(row, factor, [&](int64_t k, ArrayRef<double> now) {
    if (k % group == 0) {
      size_t size = std::min(group, weights.size() - k);
      result.scales.push_back(scaleNow(
          weights.slice(k, size), now.slice(k, size),
          importance.empty() ? importance : importance.slice(k, size), rule));
    }
    float scale = result.scales.back();
    int64_t code = weights[k] == 0
                       ? 0
                       : nearestCode(static_cast<float>(now[k]), scale, rule);
    result.codes.push_back(static_cast<int8_t>(code));
    return double(code) * double(scale);
  });
  return result;
}

/// What codes of one row change.
static std::vector<double> changeOf(ArrayRef<float> weights, const Rounded &row,
                                    const RoundingRule &rule) {
  std::vector<double> change;
  for (size_t k = 0; k < weights.size(); ++k)
    change.push_back(double(row.codes[k]) *
                         double(row.scales[rule.group ? k / rule.group : 0]) -
                     double(weights[k]));
  return change;
}

void tern::calib::roundRowCompensated(ArrayRef<float> weights,
                                      ArrayRef<double> importance,
                                      const Hessian &hessian,
                                      const RoundingRule &rule, Rounded &into) {
  Rounded greedy = roundGreedily(weights, importance, hessian.factor, rule);
  Rounded nearest;
  roundRow(weights, importance, rule, nearest);
  bool isBetter = hessian.errorOf(changeOf(weights, greedy, rule)) <
                  hessian.errorOf(changeOf(weights, nearest, rule));
  const Rounded &best = isBetter ? greedy : nearest;
  into.codes.insert(into.codes.end(), best.codes.begin(), best.codes.end());
  into.scales.insert(into.scales.end(), best.scales.begin(), best.scales.end());
}
