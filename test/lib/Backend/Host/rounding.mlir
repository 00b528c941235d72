// math.roundeven without SSE4.1: no call of a function that may not be there,
// the sign of zero kept, large values untouched.
// RUN: tern-backend %s --run=main --input=0.5,1.5,2.5,-0.5,-1.5,8388607.5,-1e30 --features= | FileCheck %s
// RUN: tern-backend %s --run=main --input=0.5,1.5,2.5,-0.5,-1.5,8388607.5,-1e30 --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=0.5,1.5,2.5,-0.5,-1.5,8388607.5,-1e30 --rvv | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=0.5,1.5,2.5,-0.5,-1.5,8388607.5,-1e30 | FileCheck %s
// RUN: tern-backend %s --features= | FileCheck %s --check-prefix=CALLS
// RUN: tern-backend %s --rvv | FileCheck %s --check-prefix=CALLS

// CHECK: y: 0 2 2 -0 -2 8388608 -1.00000002e+30
// CALLS-NOT: roundeven

module attributes {kern.model = "rounding"} {
  func.func private @round(%lo: index, %hi: index, %x: memref<7xf32>,
                           %y: memref<7xf32>)
      attributes {kern.kernel, kern.layer = "round"} {
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %v = memref.load %x[%i] : memref<7xf32>
      %r = math.roundeven %v : f32
      memref.store %r, %y[%i] : memref<7xf32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x", "float", [7], -1>],
                  kern.outputs = [#kern.tensor<"y", "float", [7], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<7xf32>
    %1 = kern.view %y[0] : memref<?xi8> to memref<7xf32>
    kern.launch @round grid 7 (%0, %1) : memref<7xf32>, memref<7xf32>
    return
  }
}
