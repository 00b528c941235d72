// exp of f32 vectorises where fma is an instruction, is a call elsewhere, and
// keeps its special values either way.
// RUN: tern-backend %s --features=+avx2,+fma | FileCheck %s --check-prefix=FMA
// RUN: tern-backend %s --features=+avx2 | FileCheck %s --check-prefix=CALL
// RUN: tern-backend %s --run=main --input=0,1,-1,100,-200,88.5,-0.0,inf --features=+avx2,+fma | FileCheck %s
// RUN: tern-backend %s --run=main --input=0,1,-1,100,-200,88.5,-0.0,inf --features=+avx2 | FileCheck %s
// RUN: tern-backend %s --run=main --input=0,1,-1,100,-200,88.5,-0.0,inf --rvv | FileCheck %s
// RUN: tern-backend %s --c --run=main --input=0,1,-1,100,-200,88.5,-0.0,inf | FileCheck %s

// FMA-LABEL: tern.kernel.exp:
// FMA-NOT: call
// FMA: vfmadd{{.*}}%ymm
// FMA: .size tern.kernel.exp
// CALL-LABEL: tern.kernel.exp:
// CALL: callq expf

// CHECK: y: 1 2.7182{{[0-9]+}} 0.36787{{[0-9]+}} inf 0 2.7{{[0-9]+}}e+38 1 inf

module attributes {kern.model = "transcendental"} {
  func.func private @exp(%lo: index, %hi: index, %x: memref<8xf32>,
                         %y: memref<8xf32>)
      attributes {kern.kernel, kern.layer = "exp"} {
    %c1 = arith.constant 1 : index
    scf.for %i = %lo to %hi step %c1 {
      %v = memref.load %x[%i] : memref<8xf32>
      %r = math.exp %v : f32
      memref.store %r, %y[%i] : memref<8xf32>
    }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>,
                  %x: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"x", "float", [8], -1>],
                  kern.outputs = [#kern.tensor<"y", "float", [8], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<8xf32>
    %1 = kern.view %y[0] : memref<?xi8> to memref<8xf32>
    kern.launch @exp grid 8 (%0, %1) : memref<8xf32>, memref<8xf32>
    return
  }
}
