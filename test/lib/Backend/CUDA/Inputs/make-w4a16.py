"""Writes the scheduled form of an f16 x 4-bit product with a scale and a zero
point per group: numbers such that every sum is exact, in any order.

make-w4a16.py TARGET FEATURES ROWS N K GROUP
"""
import random
import struct
import sys

target, features = sys.argv[1:3]
m, n, k, group = map(int, sys.argv[3:])
groups = -(-k // group)
random.seed(n * k + group)
codes = bytes(random.randrange(256) for _ in range(n * k // 2))
zeros = [random.randrange(16) for _ in range(n * groups)]
scales = [2.0 ** random.randrange(-3, 3) for _ in range(n * groups)]
words = b"".join(struct.pack("<i", zero) for zero in zeros)
floats = b"".join(struct.pack("<f", scale) for scale in scales)
print(f"""
module attributes {{kern.model = "w4a16", tern.target = #tern.target<"{target}", "{features}", "">}} {{
  tern.weight @w : tensor<{n}x{k}x!tern.q<uint4>> = dense<"0x{codes.hex().upper()}"> : tensor<{len(codes)}xi8>
  tern.weight @zeros : tensor<{n}x{groups}xi32> = dense<"0x{words.hex().upper()}"> : tensor<{len(words)}xi8>
  tern.weight @scales : tensor<{n}x{groups}xf32> = dense<"0x{floats.hex().upper()}"> : tensor<{len(floats)}xi8>
  func.func @main(%x: tensor<{m}x{k}xf16> {{tern.name = "x", tern.dtype = "float16"}}) -> (tensor<{m}x{n}xf32> {{tern.name = "y", tern.dtype = "float"}}) {{
    %w = tern.use @w : tensor<{n}x{k}x!tern.q<uint4>>
    %zeros = tern.use @zeros : tensor<{n}x{groups}xi32>
    %scales = tern.use @scales : tensor<{n}x{groups}xf32>
    %e = tensor.empty() : tensor<{m}x{n}xf32>
    %y = tern.matmul ins(%x, %w : tensor<{m}x{k}xf16>, tensor<{n}x{k}x!tern.q<uint4>>) rhs_zp(%zeros : tensor<{n}x{groups}xi32>) rhs_scale(%scales : tensor<{n}x{groups}xf32>) outs(%e : tensor<{m}x{n}xf32>) acc f32 {{group = {group} : i64, transpose_b}} -> tensor<{m}x{n}xf32>
    return %y : tensor<{m}x{n}xf32>
  }}
}}""")
