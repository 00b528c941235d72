"""Writes the scheduled form of an integer product with random weights, the
extremes among them, and zero points on both sides.

make-integers.py TARGET FEATURES LHS RHS ROWS N K
"""
import random
import sys

target, features, lhs, rhs = sys.argv[1:5]
m, n, k = map(int, sys.argv[5:])
bits, count = {"binary": (1, 2), "ternary": (2, 3), "int4": (4, 16),
               "uint4": (4, 16), "int8": (8, 256), "uint8": (8, 256)}[rhs]
random.seed(n * k + count)
codes = [random.randrange(count) for _ in range(n * k)]
codes[:2] = 0, count - 1
# A row of the least and one of the greatest code: the sums' extremes.
lowest, highest = (count // 2, count // 2 - 1) if rhs.startswith("int") else (0, count - 1)
codes[k:2 * k] = [lowest] * k
codes[2 * k:3 * k] = [highest] * k
packed = bytearray(-(-n * k * bits // 8))
for i, code in enumerate(codes):
    packed[i * bits // 8] |= code << i * bits % 8
zero = 100 if lhs == "uint8" else -3
rows = "" if rhs in ("binary", "ternary") else f"rhs_zp(%rz : tensor<{n}x1xi32>)"
zeros = ", ".join(f"[{(5 * i) % 7 - 3}]" for i in range(n))
print(f"""
module attributes {{kern.model = "integers", tern.target = #tern.target<"{target}", "{features}", "">}} {{
  tern.weight @w : tensor<{n}x{k}x!tern.q<{rhs}>> = dense<"0x{packed.hex().upper()}"> : tensor<{len(packed)}xi8>
  func.func @main(%x: tensor<{m}x{k}x!tern.q<{lhs}>> {{tern.name = "x", tern.dtype = "{lhs}"}}) -> (tensor<{m}x{n}xi32> {{tern.name = "y", tern.dtype = "int32"}}) {{
    %w = tern.use @w : tensor<{n}x{k}x!tern.q<{rhs}>>
    %lz = arith.constant dense<{zero}> : tensor<1xi32>
    %rz = arith.constant dense<[{zeros}]> : tensor<{n}x1xi32>
    %e = tensor.empty() : tensor<{m}x{n}xi32>
    %y = tern.matmul ins(%x, %w : tensor<{m}x{k}x!tern.q<{lhs}>>, tensor<{n}x{k}x!tern.q<{rhs}>>) lhs_zp(%lz : tensor<1xi32>) {rows} outs(%e : tensor<{m}x{n}xi32>) acc i32 {{transpose_b}} -> tensor<{m}x{n}xi32>
    return %y : tensor<{m}x{n}xi32>
  }}
}}""")
