// RUN: not tern-opt --tern-quantize=spec=w1a8 %s 2>&1 | FileCheck %s --check-prefix=SPEC
// RUN: not tern-opt --tern-quantize=spec=w8a8,dense=w4 %s 2>&1 | FileCheck %s --check-prefix=LAYER
// RUN: not tern-opt --tern-quantize="spec=w8 rounding=up" %s 2>&1 | FileCheck %s --check-prefix=ROUNDING
// RUN: not tern-opt --tern-quantize="spec=w8 rounding=gptq statistics=%S/Inputs/statistics.json" %s 2>&1 | FileCheck %s --check-prefix=GPTQ
// RUN: not tern-opt --tern-quantize="spec=w8 statistics=%S/none.json" %s 2>&1 | FileCheck %s --check-prefix=FILE
// RUN: tern-opt --tern-quantize="spec=w8a8 statistics=%S/Inputs/statistics.json" %s 2>&1 | FileCheck %s --check-prefix=OTHER

// RUN: echo 'func.func @main(%%x: tensor<1xf32>) -> tensor<1xf32> { return %%x : tensor<1xf32> }' | tern-opt --tern-quantize=spec=w8 2>&1 | FileCheck %s --check-prefix=EMPTY

// EMPTY: warning: expected products of f32 inputs and constant f32 weights to quantize, but the model has none
// SPEC: error: expected a format such as w8a8, w4a8, w4a16g32, w8a8d or ternary, with 2 to 8 bits and groups of at least 2, but got 'w1a8'
// LAYER: error: expected a float contraction named 'dense', but the model has none
// ROUNDING: error: expected rounding nearest or gptq, but got 'up'
// GPTQ: error: expected inputs (--calib) for gptq, which needs all products of two inputs, but got none
// FILE: error: cannot read {{.*}}none.json: No such file or directory
// OTHER: warning: expected statistics of layer 'matmul' with rows of 2, but got none: they are of another model

func.func @main(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[1.0, -2.0], [0.5, 7.0]]> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<3x2xf32>
  %y = tern.matmul ins(%x, %w : tensor<3x2xf32>, tensor<2x2xf32>)
    outs(%e : tensor<3x2xf32>) acc f32 {transpose_b} -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
