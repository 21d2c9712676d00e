// What the C++ expressions of ops may call. Each function is overloaded for float, double and, where it has a meaning,
// long long and bool, so that one expression over x, y, z serves every type:
//
//     typedef float T; ... dst[i] = SIGMOID(x) * T(0.5);
//
// A constant is written T(0.5): a bare 0.5 would pull floats up to double. Half types are widened to float as they are
// read and rounded after each op. Results are those of the CPU's kernels to within a few ulp, and the same at NaN,
// infinities and zeros. Compile with --fmad=false: fusing across ops must not change results.

#define INT long long
#define INF_F __int_as_float(0x7f800000)
#define INF_D __longlong_as_double(0x7ff0000000000000LL)

// Faults of integer ops, as the bits of `fault` in device/cpu/tile; read after the launch.
__device__ unsigned int reel_fault;
#define DIV_BY_ZERO 1u
#define NEGATIVE_POWER 2u

__device__ inline void FAULT(unsigned int code) { atomicOr(&reel_fault, code); }

#define REAL1(NAME, F, D) \
    __device__ inline float NAME(float x) { return F; } \
    __device__ inline double NAME(double x) { return D; }
#define REAL2(NAME, F, D) \
    __device__ inline float NAME(float x, float y) { return F; } \
    __device__ inline double NAME(double x, double y) { return D; }
#define TEST1(NAME, F, D) \
    __device__ inline bool NAME(float x) { return F; } \
    __device__ inline bool NAME(double x) { return D; }

REAL1(EXP, expf(x), exp(x))
REAL1(EXP2, exp2f(x), exp2(x))
REAL1(EXPM1, expm1f(x), expm1(x))
REAL1(LN, logf(x), log(x))
REAL1(LOG1P, log1pf(x), log1p(x))
REAL1(LOG2, log2f(x), log2(x))
REAL1(LOG10, log10f(x), log10(x))
REAL1(SQRT, sqrtf(x), sqrt(x))
REAL1(SIN, sinf(x), sin(x))
REAL1(COS, cosf(x), cos(x))
REAL1(TAN, tanf(x), tan(x))
REAL1(ASIN, asinf(x), asin(x))
REAL1(ACOS, acosf(x), acos(x))
REAL1(ATAN, atanf(x), atan(x))
REAL1(SINH, sinhf(x), sinh(x))
REAL1(COSH, coshf(x), cosh(x))
REAL1(TANH, tanhf(x), tanh(x))
REAL1(ASINH, asinhf(x), asinh(x))
REAL1(ACOSH, acoshf(x), acosh(x))
REAL1(ATANH, atanhf(x), atanh(x))
REAL1(ERF, erff(x), erf(x))
REAL1(ERFC, erfcf(x), erfc(x))
REAL1(ERFINV, erfinvf(x), erfinv(x))
REAL1(LGAMMA, lgammaf(x), lgamma(x))
REAL1(FLOOR, floorf(x), floor(x))
REAL1(CEIL, ceilf(x), ceil(x))
REAL1(TRUNC, truncf(x), trunc(x))
// To the nearest integer, halves to the even one.
REAL1(ROUND, rintf(x), rint(x))
REAL2(ATAN2, atan2f(x, y), atan2(x, y))
REAL2(HYPOT, hypotf(x, y), hypot(x, y))
REAL2(COPYSIGN, copysignf(x, y), copysign(x, y))
// An integer is rounded already.
__device__ inline INT FLOOR(INT x) { return x; }
__device__ inline INT CEIL(INT x) { return x; }
__device__ inline INT TRUNC(INT x) { return x; }
TEST1(ISNAN, x != x, x != x)
TEST1(ISINF, fabsf(x) == INF_F, fabs(x) == INF_D)
TEST1(ISFINITE, fabsf(x) < INF_F, fabs(x) < INF_D)

// 1 / (1 + e^-x), with small values down to the denormals.
__device__ inline float SIGMOID(float x) {
    float e = expf(-fabsf(x));
    return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}
__device__ inline double SIGMOID(double x) {
    double e = exp(-fabs(x));
    return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

// ln(1 + e^x) without overflow.
__device__ inline float SOFTPLUS(float x) { return (x > 0.0f ? x : 0.0f) + (x != x ? x : log1pf(expf(-fabsf(x)))); }
__device__ inline double SOFTPLUS(double x) { return (x > 0.0 ? x : 0.0) + (x != x ? x : log1p(exp(-fabs(x)))); }

#define GELU_SLOPE(T, F) \
    __device__ inline T GELU_TANH_SLOPE(T x) { \
        T z = x < T(-20) ? T(-20) : x > T(20) ? T(20) : x; \
        T square = z * z; \
        T t = F(z * (square * T(0.035677408136300125) + T(0.7978845608028654))); \
        T slope = square * T(0.10703222440890037) + T(0.7978845608028654); \
        return (t + T(1)) * T(0.5) + x * T(0.5) * (T(1) - t * t) * slope; \
    }
GELU_SLOPE(float, tanhf)
GELU_SLOPE(double, tanh)

// ln(x / (1 - x)).
__device__ inline float LOGIT(float x) { return logf(x / (1.0f - x)); }
__device__ inline double LOGIT(double x) { return log(x / (1.0 - x)); }

__device__ inline float ABS(float x) { return fabsf(x); }
__device__ inline double ABS(double x) { return fabs(x); }
// Wraps for the smallest integer, as the CPU does.
__device__ inline INT ABS(INT x) { return x < 0 ? (INT)(0ULL - (unsigned INT)x) : x; }
__device__ inline bool ABS(bool x) { return x; }

__device__ inline float SIGN(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }
__device__ inline double SIGN(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0; }
__device__ inline INT SIGN(INT x) { return (x > 0) - (x < 0); }
__device__ inline bool SIGN(bool x) { return x; }

// NaN if either is; of equals the first, which tells zeros apart.
#define EXTREMES(T) \
    __device__ inline T MAXIMUM(T x, T y) { return y != y || y > x ? y : x; } \
    __device__ inline T MINIMUM(T x, T y) { return y != y || y < x ? y : x; }
// The one that is a number.
#define NUMBERS(T) \
    __device__ inline T FMAX(T x, T y) { return y != y || x >= y ? x : y; } \
    __device__ inline T FMIN(T x, T y) { return y != y || x <= y ? x : y; }
EXTREMES(float)
EXTREMES(double)
NUMBERS(float)
NUMBERS(double)
NUMBERS(INT)
EXTREMES(INT)
__device__ inline bool MAXIMUM(bool x, bool y) { return x || y; }
__device__ inline bool MINIMUM(bool x, bool y) { return x && y; }
__device__ inline bool FMAX(bool x, bool y) { return x || y; }
__device__ inline bool FMIN(bool x, bool y) { return x && y; }

__device__ inline INT BITWISE_NOT(INT x) { return ~x; }
__device__ inline bool BITWISE_NOT(bool x) { return !x; }

// Derivatives of LGAMMA, as on the CPU: below 0 by reflection, small x by recurrence, else the asymptotic series.
__device__ inline double DIGAMMA(double x) {
    const double PI = 3.141592653589793;
    if (x == 0) return -copysign(INF_D, x);
    if (x == INF_D) return x;
    double sum = 0;
    if (x < 0) {
        if (x == trunc(x)) return x - x + (INF_D - INF_D);
        sum = -PI / tan(PI * (x - rint(x)));
        x = 1 - x;
    }
    for (; x < 10; x += 1) sum -= 1 / x;
    double s = 1 / (x * x);
    double series = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132
        - s * (691.0 / 32760 - s / 12))))));
    return log(x) - 0.5 / x - series + sum;
}
__device__ inline double TRIGAMMA(double x) {
    const double PI = 3.141592653589793;
    if (x == INF_D) return 0;
    double sum = 0, sign = 1;
    if (x < 0) {
        double ratio = PI / sin(PI * (x - rint(x)));
        sum = ratio * ratio;
        x = 1 - x;
        sign = -1;
    }
    for (; x < 10; x += 1) sum += sign / (x * x);
    double s = 1 / (x * x);
    double series = s * (1.0 / 6 - s * (1.0 / 30 - s * (1.0 / 42 - s * (1.0 / 30 - s * (5.0 / 66
        - s * (691.0 / 2730 - s * (7.0 / 6)))))));
    return sum + sign * ((1 + series) / x + 0.5 * s);
}
__device__ inline float DIGAMMA(float x) { return (float)DIGAMMA((double)x); }
__device__ inline float TRIGAMMA(float x) { return (float)TRIGAMMA((double)x); }

// The sum of (x + k)^-s over k = 0, 1, ... for an integer s above 1: ten terms, then Euler and Maclaurin's formula.
__device__ inline double ZETA_POSITIVE(double x, double s) {
    const double B[10] = {
        0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05, -8.267195767195768e-07, 2.08767569878681e-08,
        -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13, 8.586062056277845e-15,
        -2.174868698558062e-16};
    if (x == INF_D) return 0;
    double sum = 0;
    for (int k = 0; k < 10; k++, x += 1) sum += pow(x, -s);
    double power = pow(x, -s), term = s * power / x;
    sum += power * x / (s - 1) + 0.5 * power;
    for (int j = 0; j < 10; j++) {
        sum += term * B[j];
        term *= (s + 2 * j + 1) / x * ((s + 2 * j + 2) / x);
    }
    return sum;
}
__device__ inline double ZETA(double x, double s) {
    if (x > 0) return ZETA_POSITIVE(x, s);
    if (x == trunc(x) && x != -INF_D) return INF_D;
    double r = x - rint(x);
    double below = ZETA_POSITIVE(r > 0 ? 1 - r : -r, s) - ZETA_POSITIVE(1 - x, s);
    return ZETA_POSITIVE(r > 0 ? r : 1 + r, s) + (fmod(s, 2.0) == 0 ? below : -below);
}
__device__ inline float ZETA(float x, float s) { return (float)ZETA((double)x, (double)s); }

// ln(e^x + e^y); equal infinities have no difference.
__device__ inline float LOGADDEXP(float x, float y) {
    return x == y ? x + 0.69314718f : MAXIMUM(x, y) + log1pf(expf(-fabsf(x - y)));
}
__device__ inline double LOGADDEXP(double x, double y) {
    return x == y ? x + 0.6931471805599453 : MAXIMUM(x, y) + log1p(exp(-fabs(x - y)));
}

// Division that rounds down, and its remainder, as Python's; integers report a zero divisor.
#define FLOORED(T, MOD, FLOOR_, SIGN_) \
    __device__ inline T REM(T x, T y) { \
        T rest = MOD(x, y); \
        return rest != 0 && (y < 0) != (rest < 0) ? rest + y : rest; \
    } \
    __device__ inline T FLOOR_DIV(T x, T y) { \
        if (y == 0) return x / y; \
        T rest = MOD(x, y); \
        T exact = (x - rest) / y; \
        if (rest != 0 && (y < 0) != (rest < 0)) exact -= 1; \
        if (exact == 0) return SIGN_((T)0, x / y); \
        T down = FLOOR_(exact); \
        return exact - down > (T)0.5 ? down + 1 : down; \
    } \
    __device__ inline T FMOD(T x, T y) { return MOD(x, y); }
FLOORED(float, fmodf, floorf, copysignf)
FLOORED(double, fmod, floor, copysign)

__device__ inline INT FMOD(INT x, INT y) {
    if (y == 0) { FAULT(DIV_BY_ZERO); return 0; }
    // The one overflow: the smallest integer by -1.
    return y == -1 ? 0 : x % y;
}
__device__ inline INT REM(INT x, INT y) {
    INT rest = FMOD(x, y);
    return rest != 0 && (y < 0) != (rest < 0) ? rest + y : rest;
}
__device__ inline INT FLOOR_DIV(INT x, INT y) {
    if (y == 0) { FAULT(DIV_BY_ZERO); return 0; }
    if (y == -1) return (INT)(0ULL - (unsigned INT)x);
    return x / y - (x % y != 0 && (y < 0) != (x % y < 0));
}

__device__ inline float POW(float x, float y) { return powf(x, y); }
__device__ inline double POW(double x, double y) { return pow(x, y); }
// Wraps; a negative exponent is reported.
__device__ inline INT POW(INT x, INT y) {
    if (y < 0) { FAULT(NEGATIVE_POWER); return 0; }
    unsigned INT base = (unsigned INT)x, result = 1;
    for (; y != 0; y >>= 1) {
        if (y & 1) result *= base;
        base *= base;
    }
    return (INT)result;
}

// Truncates; NaN gives 0, what is too large the nearest integer.
__device__ inline INT TO_I64(float x) { return x != x ? 0 : __float2ll_rz(x); }
__device__ inline INT TO_I64(double x) { return x != x ? 0 : __double2ll_rz(x); }
__device__ inline INT TO_I64(INT x) { return x; }
__device__ inline INT TO_I64(bool x) { return x; }

// Half types as they lie in memory. Converted by instructions, as the headers that wrap them come with the toolkit.
struct F16 { unsigned short bits; };
struct BF16 { unsigned short bits; };

__device__ inline bool READ(bool x) { return x; }
__device__ inline INT READ(INT x) { return x; }
__device__ inline float READ(float x) { return x; }
__device__ inline double READ(double x) { return x; }
__device__ inline float READ(F16 x) {
    float y;
    asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
    return y;
}
__device__ inline float READ(BF16 x) { return __uint_as_float((unsigned int)x.bits << 16); }

__device__ inline F16 TO_F16(float x) {
    F16 y;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
    return y;
}
// Rounds to the nearest, halves to even, by its bits.
__device__ inline BF16 TO_BF16(float x) {
    unsigned int bits = __float_as_uint(x);
    BF16 y;
    y.bits = x != x ? 0x7fc0 : (unsigned short)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
    return y;
}
__device__ inline float ROUND_F16(float x) { return READ(TO_F16(x)); }
__device__ inline float ROUND_BF16(float x) { return READ(TO_BF16(x)); }

// How the elements of a view lie: sizes and strides by dim, of which there are `rank`.
struct View {
    INT dims[8], strides[8];
    int rank;
    __device__ inline INT at(INT i) const {
        INT offset = 0;
        for (int d = rank - 1; d >= 0; --d) {
            offset += i % dims[d] * strides[d];
            i /= dims[d];
        }
        return offset;
    }
};
