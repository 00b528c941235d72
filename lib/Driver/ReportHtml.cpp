#include "lib/Driver/Report.h"
void tern::printHtml(llvm::ArrayRef<Report>, llvm::raw_ostream &) {}
