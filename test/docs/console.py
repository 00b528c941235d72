"""Runs the console examples of the documents and compares what they print.

usage: console.py TERN FILE.md...

In a block that begins with ```console, a line `$ command` is run in a folder that
has the project's examples/ and build/bin/tern; the lines behind it are what it
must print. Ends with "P passed, F failed".
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def examples(text):
    """(command, expected lines) of every console block."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for example in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = example.partition("\n")
            yield command, output.strip().splitlines()


def main():
    tern, files = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(ROOT / "examples", pathlib.Path(folder) / "examples")
        os.makedirs(pathlib.Path(folder) / "build/bin")
        os.symlink(tern, pathlib.Path(folder) / "build/bin/tern")
        for file in files:
            for command, expected in examples(pathlib.Path(file).read_text()):
                run = subprocess.run(command, shell=True, cwd=folder, text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                if run.returncode == 0 and run.stdout.split() == " ".join(expected).split():
                    passed += 1
                    continue
                failed += 1
                print(f"{file}: {command}\nexpected:", *expected,
                      f"but got (exit code {run.returncode}):", run.stdout, sep="\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
