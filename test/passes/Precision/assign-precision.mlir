// RUN: tern-opt --tern-assign-precision="budget=bytes:20 statistics=%S/Inputs/statistics.json" -verify-diagnostics %s | FileCheck %s
// RUN: tern-opt --tern-assign-precision="budget=bytes:20 statistics=%S/Inputs/statistics.json" --tern-quantize=spec=float %s 2>&1 | FileCheck %s --check-prefix=CODES
// RUN: not tern-opt --tern-assign-precision=budget=bytes:20 %s 2>&1 | FileCheck %s --check-prefix=NEEDS
// RUN: not tern-opt --tern-assign-precision="budget=24 statistics=%S/Inputs/statistics.json" %s 2>&1 | FileCheck %s --check-prefix=BUDGET
// RUN: not tern-opt --tern-assign-precision="budget=bytes:5% statistics=%S/Inputs/statistics.json" %s 2>&1 | FileCheck %s --check-prefix=SMALL
// RUN: not tern-opt --tern-assign-precision="budget=bytes:20 candidates=w8a8+w1 statistics=%S/Inputs/statistics.json" %s 2>&1 | FileCheck %s --check-prefix=FORMAT

// NEEDS: error: expected statistics or inputs (--calib) for a budget, but got none
// BUDGET: error: expected a budget bytes:<count> or bytes:<share>%, but got '24'
// SMALL: error: expected a budget that the smallest formats fit, but got 3 bytes
// FORMAT: error: expected a format such as {{.*}}, but got 'w1'

// CODES-DAG: tern.weight @matmul : tensor<1x8x!tern.q<int8>>
// CODES-DAG: tern.weight @"matmul#2" : tensor<1x8x!tern.q<int2>>
// CODES-NOT: tern.precision

// CHECK-LABEL: func @main
func.func @main(%x: tensor<3x8xf32>) -> (tensor<3x1xf32>, tensor<3x1xf32>) {
  %fine = arith.constant dense<[[1.0, -0.9, 0.8, 0.7, -0.6, 0.5, 0.3, 0.1]]> : tensor<1x8xf32>
  %coarse = arith.constant dense<[[1.0, -1.0, 1.0, 0.0, -1.0, 0.0, 1.0, -2.0]]> : tensor<1x8xf32>
  %e = tensor.empty() : tensor<3x1xf32>
  // The weights that two bits hold exactly get two bits.
  // CHECK: tern.matmul {{.*}}tern.precision = "w8a8"
  // expected-remark @below {{w8a8 (12 bytes, error}}
  %y = tern.matmul ins(%x, %fine : tensor<3x8xf32>, tensor<1x8xf32>)
    outs(%e : tensor<3x1xf32>) acc f32 {transpose_b} -> tensor<3x1xf32>
  // CHECK: tern.matmul {{.*}}tern.precision = "w2a8"
  // expected-remark @below {{w2a8 (6 bytes, error 0.00e+00) out of w8a8 (12 bytes}}
  %z = tern.matmul ins(%x, %coarse : tensor<3x8xf32>, tensor<1x8xf32>)
    outs(%e : tensor<3x1xf32>) acc f32 {transpose_b} -> tensor<3x1xf32>
  return %y, %z : tensor<3x1xf32>, tensor<3x1xf32>
}
