// RUN: tern-opt --tern-prune-nm=pattern=2:4 %s | FileCheck %s
// RUN: tern-opt --tern-prune-nm="pattern=1:2 criterion=activations statistics=%S/Inputs/statistics.json" %s | FileCheck %s --check-prefix=INPUTS
// RUN: not tern-opt --tern-prune-nm=pattern=4:4 %s 2>&1 | FileCheck %s --check-prefix=PATTERN
// RUN: not tern-opt --tern-prune-nm=criterion=luck %s 2>&1 | FileCheck %s --check-prefix=CRITERION
// RUN: not tern-opt --tern-prune-nm=criterion=compensated %s 2>&1 | FileCheck %s --check-prefix=NEEDS

// PATTERN: error: expected sparsity N:M with 1 <= N < M, but got '4:4'
// CRITERION: error: expected a criterion out of magnitude, activations and compensated, but got 'luck'
// NEEDS: error: expected statistics or inputs (--calib) for criterion compensated, but got none

// The greatest two of every four; a rest of one keeps it.
// CHECK: dense<{{\[}}[0.000000e+00, -2.000000e+00, 0.000000e+00, 3.000000e+00, 5.000000e-01]]>
// By the inputs' mean squares, 100 of the first and 1 of the others.
// INPUTS: dense<{{\[}}[1.000000e+00, 0.000000e+00, 0.000000e+00, 3.000000e+00, 5.000000e-01]]>
func.func @main(%x: tensor<3x5xf32>) -> tensor<3x1xf32> {
  %w = arith.constant dense<[[1.0, -2.0, 0.25, 3.0, 0.5]]> : tensor<1x5xf32>
  %e = tensor.empty() : tensor<3x1xf32>
  %y = tern.matmul ins(%x, %w : tensor<3x5xf32>, tensor<1x5xf32>)
    outs(%e : tensor<3x1xf32>) acc f32 {transpose_b} -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}
