/*===- tern_sim_int.h - Integers of any width, for C simulation --------------===
 *
 * What emitted designs use of ap_int, over clang's _BitInt: sums and products
 * are as wide as they need to be, conversions to a narrower type wrap.
 *===----------------------------------------------------------------------===*/
#ifndef TERN_SIM_INT_H
#define TERN_SIM_INT_H

#include <stdint.h>
#include <type_traits>

namespace tern_sim {

/* _BitInt has two bits at least where it is signed. */
template <int bits, bool is_signed> struct Storage {
  typedef signed _BitInt(bits < 2 ? 2 : bits) type;
};
template <int bits> struct Storage<bits, false> {
  typedef unsigned _BitInt(bits) type;
};

template <int bits, bool is_signed> class Integer;

/* Bits [low, high] of an integer, to be read or assigned. */
template <int bits, bool is_signed> class Range {
  typedef unsigned _BitInt(bits + 1) Wide;

public:
  Range(Integer<bits, is_signed> &whole, int high, int low)
      : whole(whole), width(high - low + 1), low(low) {}
  template <int b, bool s> Range &operator=(const Integer<b, s> &value) {
    Wide field = mask() & Wide(value.raw());
    whole = Integer<bits, is_signed>::ofRaw((Wide(whole.raw()) &
                                             ~(mask() << low)) |
                                            (field << low));
    return *this;
  }
  template <int b, bool s> operator Integer<b, s>() const {
    return Integer<b, s>::ofRaw((Wide(whole.raw()) >> low) & mask());
  }

private:
  Wide mask() const { return Wide((Wide(1) << width) - 1); }
  Integer<bits, is_signed> &whole;
  int width, low;
};

template <int bits, bool is_signed> class Integer {
public:
  typedef typename Storage<bits, is_signed>::type Value;

  Integer() = default;
  template <typename T, typename = typename std::enable_if<
                            std::is_arithmetic<T>::value>::type>
  constexpr Integer(T value) : value(wrap(Value(value))) {}
  template <int b, bool s>
  constexpr Integer(const Integer<b, s> &other)
      : value(wrap(Value(other.raw()))) {}
  template <typename T> static constexpr Integer ofRaw(T raw) {
    Integer result;
    result.value = wrap(Value(raw));
    return result;
  }

  constexpr Value raw() const { return value; }
  constexpr operator long long() const { return (long long)value; }
  Range<bits, is_signed> range(int high, int low) {
    return Range<bits, is_signed>(*this, high, low);
  }

private:
  static constexpr Value wrap(Value v) {
    if constexpr (is_signed && bits == 1)
      return Value(v & 1 ? -1 : 0);
    else
      return v;
  }
  Value value;
};

/* What a type is as an operand: built-in ones are integers of their width. */
template <typename T> struct Operand {
  static constexpr bool known = std::is_integral<T>::value;
  static constexpr int bits = sizeof(T) * 8;
  static constexpr bool is_signed = std::is_signed<T>::value;
};
template <int b, bool s> struct Operand<Integer<b, s>> {
  static constexpr bool known = true;
  static constexpr int bits = b;
  static constexpr bool is_signed = s;
};

/* One of the two is ours, and both are integers. */
template <typename A, typename B>
using Both = typename std::enable_if<
    Operand<A>::known && Operand<B>::known &&
    !(std::is_integral<A>::value && std::is_integral<B>::value)>::type;

/* Bits that hold every value of both, with a sign. */
template <typename A, typename B> constexpr int widest() {
  int a = Operand<A>::bits + !Operand<A>::is_signed;
  int b = Operand<B>::bits + !Operand<B>::is_signed;
  return a > b ? a : b;
}

template <int bits, typename T> constexpr Integer<bits, true> widen(T value) {
  return Integer<bits, true>(
      Integer<Operand<T>::bits, Operand<T>::is_signed>(value));
}

} // namespace tern_sim

template <int bits> using ap_int = tern_sim::Integer<bits, true>;
template <int bits> using ap_uint = tern_sim::Integer<bits, false>;

#define TERN_SIM_ARITHMETIC(op, width)                                         \
  template <typename A, typename B, typename = tern_sim::Both<A, B>>           \
  constexpr auto operator op(A a, B b) {                                       \
    constexpr int bits = width;                                                \
    return ap_int<bits>::ofRaw(tern_sim::widen<bits>(a)                        \
                                   .raw() op tern_sim::widen<bits>(b)          \
                                   .raw());                                    \
  }
TERN_SIM_ARITHMETIC(+, (tern_sim::widest<A, B>() + 1))
TERN_SIM_ARITHMETIC(-, (tern_sim::widest<A, B>() + 1))
TERN_SIM_ARITHMETIC(*, (2 * tern_sim::widest<A, B>()))
#undef TERN_SIM_ARITHMETIC

#define TERN_SIM_COMPARE(op)                                                   \
  template <typename A, typename B, typename = tern_sim::Both<A, B>>           \
  constexpr bool operator op(A a, B b) {                                       \
    constexpr int bits = tern_sim::widest<A, B>();                             \
    return tern_sim::widen<bits>(a).raw() op tern_sim::widen<bits>(b).raw();   \
  }
TERN_SIM_COMPARE(==)
TERN_SIM_COMPARE(!=)
TERN_SIM_COMPARE(<)
TERN_SIM_COMPARE(<=)
TERN_SIM_COMPARE(>)
TERN_SIM_COMPARE(>=)
#undef TERN_SIM_COMPARE

#endif /* TERN_SIM_INT_H */
