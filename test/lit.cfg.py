import os
import shutil
import subprocess

import lit.formats
from lit.llvm import llvm_config

config.name = "tern"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.tern_obj_root, "test")
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.with_environment("PATH", os.path.join(config.tern_obj_root, "bin"),
                             append_path=True)
llvm_config.use_default_substitutions()
config.substitutions.append(("%python", config.python))
config.substitutions.append(("%src", config.tern_src_root))

# "backend-CUDA", ...: what scripts/without-backend.sh takes out.
backends = os.path.join(config.tern_src_root, "lib", "Backend")
for name in os.listdir(backends):
    config.available_features.add("backend-" + name)

# The Python of scripts/venv.sh, with the packages that examples are made with.
venv = os.path.join(config.tern_obj_root, "venv", "bin", "python")
if os.path.exists(venv):
    config.available_features.add("onnx")
    config.substitutions.append(("%venv", venv))

# What only some machines have; tests say REQUIRES or UNSUPPORTED.
shared = os.path.join(config.tern_src_root, "..", "shared")
if os.path.isdir(shared):
    config.available_features.add("shared")
    config.substitutions.append(("%shared", shared))
if shutil.which("nvcc"):
    config.available_features.add("nvcc")


def thread_sanitizer():
    """Whether clang++-19 has its runtime library (libclang-rt-19-dev)."""
    command = ["clang++-19", "-fsanitize=thread", "-x", "c++", "-", "-o", os.devnull]
    try:
        return not subprocess.run(command, input=b"int main() {}",
                                  capture_output=True).returncode
    except OSError:
        return False


if thread_sanitizer():
    config.available_features.add("tsan")
