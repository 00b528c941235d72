// 40 x 512 int8 inputs by 24 rows of 4-bit codes, with a scale, an activation
// and a zero point in the epilogue: outlined, not yet lowered. The packed
// weights and the scales are inputs of the model.
module attributes {kern.model = "gemm", tern.target = #tern.target<"h200", "+sm_90", "">} {
  func.func private @dense(%lo: index, %hi: index, %x: memref<40x512x!tern.q<int8>>, %w: memref<6144xi8>, %scale: memref<24xf32>, %y: memref<40x24x!tern.q<uint8>>) attributes {kern.kernel, kern.layer = "dense"} {
    tern.matmul ins(%x, %w : memref<40x512x!tern.q<int8>>, memref<6144xi8>)
      extras(%scale : memref<24xf32>) outs(%y : memref<40x24x!tern.q<uint8>>) acc i32
      {extra_maps = [affine_map<(m, n) -> (n)>],
       layout = #tern.layout<rows = 24, depth = 32, bits = 4, offset = 8>,
       method = #tern<method mma>, tern.codes = !tern.q<int4>, transpose_b}
      epilogue {
      ^bb0(%acc: i32, %s: f32):
        %zp = arith.constant 3.0 : f32
        %low = arith.constant 3.0 : f32
        %high = arith.constant 255.0 : f32
        %real = arith.sitofp %acc : i32 to f32
        %scaled = arith.mulf %real, %s : f32
        %rounded = math.roundeven %scaled : f32
        %shifted = arith.addf %rounded, %zp : f32
        %above = arith.maxnumf %shifted, %low : f32
        %clipped = arith.minnumf %above, %high : f32
        %integer = arith.fptosi %clipped : f32 to i32
        %code = tern.encode %integer : i32 to !tern.q<uint8>
        tern.yield %code : !tern.q<uint8>
      }
    return
  }
  func.func @main(%weights: memref<?xi8>, %workspace: memref<?xi8>, %x: memref<?xi8>, %w: memref<?xi8>, %s: memref<?xi8>, %y: memref<?xi8>)
      attributes {kern.entry, kern.workspace = 0 : i64,
                  kern.inputs = [#kern.tensor<"activations", "int8", [40, 512], -1>,
                                 #kern.tensor<"packed_weights", "int8", [6144], -1>,
                                 #kern.tensor<"scales", "float", [24], -1>],
                  kern.outputs = [#kern.tensor<"result", "uint8", [40, 24], -1>]} {
    %0 = kern.view %x[0] : memref<?xi8> to memref<40x512x!tern.q<int8>>
    %1 = kern.view %w[0] : memref<?xi8> to memref<6144xi8>
    %2 = kern.view %s[0] : memref<?xi8> to memref<24xf32>
    %3 = kern.view %y[0] : memref<?xi8> to memref<40x24x!tern.q<uint8>>
    kern.launch @dense grid 1(%0, %1, %2, %3) : memref<40x512x!tern.q<int8>>, memref<6144xi8>, memref<24xf32>, memref<40x24x!tern.q<uint8>>
    return
  }
}
