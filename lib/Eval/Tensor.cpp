#include "lib/Eval/Tensor.h"
#include "dialects/Tern/Tern.h"
#include "dialects/Tern/Codes.h"
#include <cstring>
using namespace mlir; using namespace tern; using namespace tern::eval;
size_t Tensor::elementBytes(Type t){ if(auto q=dyn_cast<ir::QType>(t)) return q.getStorageBytes(); if(t.isInteger(1)) return 1; return t.getIntOrFloatBitWidth()/8;}
Tensor::Tensor(RankedTensorType type):type(type){ size_t n=std::max<size_t>(1,sizeInBytes()); bytes=std::shared_ptr<char>(new char[n],std::default_delete<char[]>()); memset(bytes.get(),0,n);}
Tensor::Tensor(RankedTensorType type,std::shared_ptr<char> b):type(type),bytes(b){}
int64_t Tensor::getInt(int64_t i) const { auto t=getElementType(); size_t n=elementBytes(t); bool u=t.isInteger(1); if(auto q=dyn_cast<ir::QType>(t)) u=!q.isSigned();
 switch(n){case 1:return u?(int64_t)as<uint8_t>()[i]:as<int8_t>()[i];case 2:return u?(int64_t)as<uint16_t>()[i]:as<int16_t>()[i];case 4:return as<int32_t>()[i];default:return as<int64_t>()[i];}}
void Tensor::setInt(int64_t i,int64_t v){ switch(elementBytes(getElementType())){case 1:as<int8_t>()[i]=v;break;case 2:as<int16_t>()[i]=v;break;case 4:as<int32_t>()[i]=v;break;default:as<int64_t>()[i]=v;}}
double Tensor::getFloat(int64_t i) const { auto t=getElementType(); if(t.isF32())return as<float>()[i]; if(t.isF64())return as<double>()[i]; if(t.isF16()||t.isBF16()){llvm::APFloat f(cast<FloatType>(t).getFloatSemantics(),llvm::APInt(16,as<uint16_t>()[i])); bool l; f.convert(llvm::APFloat::IEEEdouble(),llvm::APFloat::rmNearestTiesToEven,&l); return f.convertToDouble();} return getInt(i);}
void Tensor::setFloat(int64_t i,double v){ auto t=getElementType(); if(t.isF32())as<float>()[i]=v; else if(t.isF64())as<double>()[i]=v; else {llvm::APFloat f(v); bool l; f.convert(cast<FloatType>(t).getFloatSemantics(),llvm::APFloat::rmNearestTiesToEven,&l); as<uint16_t>()[i]=f.bitcastToAPInt().getZExtValue();}}
