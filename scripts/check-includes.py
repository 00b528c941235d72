#!/usr/bin/env python3
"""Checks who includes what, as docs/architecture.md says. Exits 1 on a breach."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMON = {"dialects", "lib/Target", "lib/CostModel", "lib/Methods", "lib/Eval",
          "lib/Calibration"}
ALLOWED = {
    "dialects": set(),
    "lib/Import": {"dialects"},
    "lib/Target": {"dialects"},
    "lib/Eval": {"dialects"},
    "lib/Calibration": {"dialects", "lib/Eval"},
    "lib/CostModel": {"dialects", "lib/Target"},
    "lib/Methods": {"dialects", "lib/Target", "lib/CostModel"},
    "lib/Backend/Common": {"dialects", "lib/Target", "include/tern"},
}
INCLUDE = re.compile(r'^#include "((?:dialects|passes|lib|tools|tern)/[^"]+)"', re.M)


def room(path):
    """The folder whose rules a file follows: "passes/Graph", "lib/Eval", ..."""
    parts = path.split("/")
    if parts[0] == "tern":
        return "include/tern"
    if parts[0] in ("dialects", "tools"):
        return parts[0]
    depth = 3 if parts[:2] == ["lib", "Backend"] else 2
    return "/".join(parts[:depth])


def allowed(source, target):
    if source == target or source == "lib/Driver":
        return True
    if source == "tools":
        return target in ("lib/Driver", "include/tern")
    if source.startswith("passes/"):
        return target in COMMON
    if source.startswith("lib/Backend/") and source not in ALLOWED:
        return target in ALLOWED["lib/Backend/Common"] | {"lib/Backend/Common"}
    return target in ALLOWED.get(source, set())


def main():
    breaches = []
    for top in ("dialects", "passes", "lib", "tools"):
        for file in sorted((ROOT / top).rglob("*")):
            if file.suffix not in (".cpp", ".h"):
                continue
            name = file.relative_to(ROOT).as_posix()
            for include in INCLUDE.findall(file.read_text()):
                if not allowed(room(name), room(include)):
                    breaches.append(f"{name}: must not include {include}")
    print("\n".join(breaches) or "includes follow docs/architecture.md")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
