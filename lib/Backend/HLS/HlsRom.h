//===- HlsRom.h - The contents of on-chip constants -----------------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/CLanguage.h"

namespace tern::backend {

/// The elements of a ROM as an initializer, a few on each line.
void printRomContents(kern::RomOp rom, CWriter &w);

} // namespace tern::backend
