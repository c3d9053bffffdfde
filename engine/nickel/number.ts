// Nickel's numbers: exact rationals. An integer below 2^53 in magnitude is a JavaScript number; everything else
// is a pair of BigInts in lowest terms. Every function takes and returns numbers in that canonical form.

/** In lowest terms, denominator above zero, and never an integer below 2^53 in magnitude. */
export class Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;

  constructor(numerator: bigint, denominator: bigint) {
    this.numerator = numerator;
    this.denominator = denominator;
  }
}

/** A safe integer, or a rational that is not one. Negative zero does not occur. */
export type Num = number | Rational;

const limit = 9007199254740992n;

/** The canonical form of a fraction. @throws RangeError when the denominator is zero. */
export function ratio(numerator: bigint, denominator: bigint): Num {
  if (denominator === 0n) throw new RangeError("a fraction with denominator zero");
  let n = denominator < 0n ? -numerator : numerator;
  let d = denominator < 0n ? -denominator : denominator;
  if (d !== 1n) {
    const divisor = greatestCommonDivisor(n < 0n ? -n : n, d);
    if (divisor !== 1n) {
      n /= divisor;
      d /= divisor;
    }
  }
  return d === 1n && n < limit && n > -limit ? Number(n) : new Rational(n, d);
}

/** Of two that are not negative. As soon as both fit, in machine numbers: those divide many times as fast. */
function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a;
  let y = b;
  while (y !== 0n) {
    if (x < limit && y < limit) return BigInt(smallCommonDivisor(Number(x), Number(y)));
    [x, y] = [y, x % y];
  }
  return x;
}

function smallCommonDivisor(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function magnitudeOf(n: bigint): bigint {
  return n < 0n ? -n : n;
}

/** The canonical form of a fraction that is in lowest terms. */
function reduced(numerator: bigint, denominator: bigint): Num {
  return denominator === 1n ? fromBigInt(numerator) : new Rational(numerator, denominator);
}

export function numeratorOf(x: Num): bigint {
  return typeof x === "number" ? BigInt(x) : x.numerator;
}

export function denominatorOf(x: Num): bigint {
  return typeof x === "number" ? 1n : x.denominator;
}

export function fromBigInt(n: bigint): Num {
  return n < limit && n > -limit ? Number(n) : new Rational(n, 1n);
}

export function add(a: Num, b: Num): Num {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  // Knuth, The Art of Computer Programming, 4.5.1: divisors of the denominators and of what they share, which are small
  // beside the sum. A sum of 2,000 fractions takes a fifteenth of the time.
  const left = denominatorOf(a);
  const right = denominatorOf(b);
  const shared = greatestCommonDivisor(left, right);
  if (shared === 1n) return reduced(numeratorOf(a) * right + numeratorOf(b) * left, left * right);
  const ofLeft = left / shared;
  const numerator = numeratorOf(a) * (right / shared) + numeratorOf(b) * ofLeft;
  const common = greatestCommonDivisor(shared, magnitudeOf(numerator));
  return reduced(numerator / common, ofLeft * (right / common));
}

export function negate(a: Num): Num {
  if (typeof a === "number") return a === 0 ? 0 : -a;
  return new Rational(-a.numerator, a.denominator);
}

export function subtract(a: Num, b: Num): Num {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return add(a, negate(b));
}

export function multiply(a: Num, b: Num): Num {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  // Crosswise, so that nothing large has to be reduced: as above.
  const acrossLeft = greatestCommonDivisor(magnitudeOf(numeratorOf(a)), denominatorOf(b));
  const acrossRight = greatestCommonDivisor(magnitudeOf(numeratorOf(b)), denominatorOf(a));
  return reduced(
    (numeratorOf(a) / acrossLeft) * (numeratorOf(b) / acrossRight),
    (denominatorOf(a) / acrossRight) * (denominatorOf(b) / acrossLeft),
  );
}

/** `undefined` when the divisor is zero. */
export function divide(a: Num, b: Num): Num | undefined {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") {
    const quotient = a / b;
    if (Number.isSafeInteger(quotient) && quotient * b === a) return quotient === 0 ? 0 : quotient;
  }
  return ratio(numeratorOf(a) * denominatorOf(b), denominatorOf(a) * numeratorOf(b));
}

/** The remainder of the truncated quotient: it has the sign of the dividend. `undefined` for a zero divisor. */
export function remainder(a: Num, b: Num): Num | undefined {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") {
    const rest = a % b;
    return rest === 0 ? 0 : rest;
  }
  const left = numeratorOf(a) * denominatorOf(b);
  const right = numeratorOf(b) * denominatorOf(a);
  return ratio(left % right, denominatorOf(a) * denominatorOf(b));
}

/** Below zero, zero or above, as the left is smaller, equal or larger. */
export function compare(a: Num, b: Num): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const left = numeratorOf(a) * denominatorOf(b);
  const right = numeratorOf(b) * denominatorOf(a);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function equals(a: Num, b: Num): boolean {
  if (typeof a === "number" || typeof b === "number") return a === b;
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

export function isInteger(a: Num): boolean {
  return typeof a === "number" || a.denominator === 1n;
}

/** The largest integer not above. */
export function floor(a: Num): Num {
  if (typeof a === "number") return a;
  const quotient = a.numerator / a.denominator;
  return fromBigInt(a.numerator < 0n && a.denominator !== 1n ? quotient - 1n : quotient);
}

/** The integer part, rounded towards zero. */
export function truncate(a: Num): Num {
  return typeof a === "number" ? a : fromBigInt(a.numerator / a.denominator);
}

/** An exact integer power; `undefined` for zero to a negative one. */
export function integerPower(base: Num, exponent: bigint): Num | undefined {
  if (exponent < 0n) {
    const inverse = divide(1, base);
    return inverse === undefined ? undefined : integerPower(inverse, -exponent);
  }
  return ratio(numeratorOf(base) ** exponent, denominatorOf(base) ** exponent);
}

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const radixPattern = /^([+-]?)(0x[0-9a-f]+|0o[0-7]+|0b[01]+)$/i;

/** The exact value of a decimal with optional fraction and exponent, or of a 0x, 0o, 0b integer, optionally signed. */
export function parseNumber(text: string): Num | undefined {
  if (text.length <= 15 && /^\d+$/.test(text)) return Number(text);
  const radix = radixPattern.exec(text);
  if (radix !== null) {
    const magnitude = BigInt(radix[2] ?? "0");
    return fromBigInt(radix[1] === "-" ? -magnitude : magnitude);
  }
  const match = decimalPattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponentText = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const exponent = Number(exponentText) - fraction.length;
  if (Math.abs(exponent) > 1_000_000) return undefined;
  const digits = BigInt(whole + fraction);
  const signed = sign === "-" ? -digits : digits;
  return exponent >= 0
    ? fromBigInt(signed * 10n ** BigInt(exponent))
    : ratio(signed, 10n ** BigInt(-exponent));
}

function bitLength(magnitude: bigint): number {
  const hex = magnitude.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? "0", 16)));
}

/** The nearest double, ties to even; infinite when beyond the range. */
export function toDouble(a: Num): number {
  if (typeof a === "number") return a;
  if (a.denominator === 1n) return Number(a.numerator);
  const negative = a.numerator < 0n;
  const n = negative ? -a.numerator : a.numerator;
  const d = a.denominator;
  const exponent = bitLength(n) - bitLength(d);
  let magnitude: number;
  if (exponent > 1026) magnitude = Number.POSITIVE_INFINITY;
  else if (exponent < -1021) {
    // Near or below the smallest normal double: count in units of the smallest subnormal and round by hand.
    const scaled = n << 1074n;
    let units = scaled / d;
    const rest = (scaled % d) * 2n;
    if (rest > d || (rest === d && (units & 1n) === 1n)) units += 1n;
    magnitude = Number(units) * Number.MIN_VALUE;
  } else {
    // 57 or more bits of quotient with a sticky last one, so that Number() rounds only once.
    const shift = 58 - exponent;
    const top = shift >= 0 ? n << BigInt(shift) : n;
    const bottom = shift >= 0 ? d : d << BigInt(-shift);
    let quotient = top / bottom;
    if (top % bottom !== 0n) quotient |= 1n;
    const half = shift >> 1;
    magnitude = Number(quotient) * 2 ** -half * 2 ** -(shift - half);
  }
  return negative ? -magnitude : magnitude;
}

const doubleView = new DataView(new ArrayBuffer(8));

/** Mantissa and binary exponent of a positive finite double: its value is mantissa * 2^exponent. */
function decompose(x: number): { mantissa: bigint; exponent: number } {
  doubleView.setFloat64(0, x);
  const bits = doubleView.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const low = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: low, exponent: -1074 }
    : { mantissa: low | 0x10000000000000n, exponent: biased - 1075 };
}

function scale(mantissa: bigint, exponent: number): Num {
  return exponent >= 0 ? fromBigInt(mantissa << BigInt(exponent)) : ratio(mantissa, 1n << BigInt(-exponent));
}

/** The exact value of a finite double; `undefined` for the others. */
export function fromDoubleExactly(x: number): Num | undefined {
  if (!Number.isFinite(x)) return undefined;
  if (Number.isSafeInteger(x)) return x === 0 ? 0 : x;
  const { mantissa, exponent } = decompose(Math.abs(x));
  const magnitude = scale(mantissa, exponent);
  return x < 0 ? negate(magnitude) : magnitude;
}

/** The rational of the smallest denominator among those that round to the double, a double's own integer; `undefined` if not finite. */
export function simplestOfDouble(x: number): Num | undefined {
  if (!Number.isFinite(x) || Number.isInteger(x)) return fromDoubleExactly(x);
  const { mantissa, exponent } = decompose(Math.abs(x));
  // Half the distance to the lower neighbour is half as wide just above a power of two.
  const narrow = mantissa === 0x10000000000000n && exponent > -1074;
  const low = scale(mantissa * 4n - (narrow ? 1n : 2n), exponent - 2);
  const high = scale(mantissa * 4n + 2n, exponent - 2);
  const closed = (mantissa & 1n) === 0n;
  const magnitude = simplestBetween(
    { n: numeratorOf(low), d: denominatorOf(low) },
    { n: numeratorOf(high), d: denominatorOf(high) },
    closed,
  );
  const result = ratio(magnitude.n, magnitude.d);
  return x < 0 ? negate(result) : result;
}

interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** By continued fractions, after Stern and Brocot; a denominator of zero stands for infinity. */
function simplestBetween(low: Fraction, high: Fraction, closed: boolean): Fraction {
  const whole = low.n / low.d;
  const exact = low.n % low.d === 0n;
  if (exact && closed) return { n: whole, d: 1n };
  const next = whole + 1n;
  const reach = next * high.d - high.n;
  if (reach < 0n || (reach === 0n && closed) || high.d === 0n) return { n: next, d: 1n };
  const inner = simplestBetween(
    { n: high.d, d: high.n - whole * high.d },
    { n: low.d, d: low.n - whole * low.d },
    closed,
  );
  return { n: whole * inner.n + inner.d, d: inner.n };
}

/** As `std.to_string` prints it: at most 16 significant digits, with an exponent from 1e16 on and below 1e-5. */
export function printNumber(a: Num): string {
  if (typeof a === "number" && Math.abs(a) < 1e16) return String(a);
  const negative = numeratorOf(a) < 0n;
  const n = negative ? -numeratorOf(a) : numeratorOf(a);
  const d = denominatorOf(a);
  const { digits, exponent } = significantDigits(n, d, 16);
  const text =
    exponent >= 16 || exponent < -5
      ? `${digits[0] ?? ""}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${exponent}`
      : placePoint(digits, exponent);
  return negative ? `-${text}` : text;
}

/** The leading digits (trailing zeros dropped, ties to even) of n/d > 0, and the decimal exponent of the first. */
function significantDigits(n: bigint, d: bigint, count: number): { digits: string; exponent: number } {
  let exponent = n.toString().length - d.toString().length;
  if (exponent >= 0 ? n < d * 10n ** BigInt(exponent) : n * 10n ** BigInt(-exponent) < d) exponent -= 1;
  const shift = count - 1 - exponent;
  const top = shift >= 0 ? n * 10n ** BigInt(shift) : n;
  const bottom = shift >= 0 ? d : d * 10n ** BigInt(-shift);
  let quotient = top / bottom;
  const rest = (top % bottom) * 2n;
  if (rest > bottom || (rest === bottom && (quotient & 1n) === 1n)) quotient += 1n;
  let digits = quotient.toString();
  if (digits.length > count) exponent += 1;
  digits = digits.replace(/0+$/, "");
  return { digits, exponent };
}

function placePoint(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, "0");
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

const largestUnsigned = (1n << 64n) - 1n;
const smallestSigned = -(1n << 63n);

/**
 * As an export prints it: an integer that fits 64 bits exactly, anything else as the shortest text of the nearest
 * double; `undefined` when that is infinite.
 */
export function exportNumber(a: Num): string | undefined {
  if (typeof a === "number") return String(a);
  if (a.denominator === 1n && a.numerator <= largestUnsigned && a.numerator >= smallestSigned) {
    return a.numerator.toString();
  }
  const x = toDouble(a);
  if (!Number.isFinite(x)) return undefined;
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  return printDouble(x);
}

/** Shortest digits, a point always, an exponent from 1e16 on and below 1e-5. */
function printDouble(x: number): string {
  const [mantissa = "", exponentText = "0"] = Math.abs(x).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  let text: string;
  if (exponent >= 16 || exponent < -5) {
    text = `${digits[0] ?? ""}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${exponent}`;
  } else {
    text = placePoint(digits, exponent);
    if (!text.includes(".")) text += ".0";
  }
  return x < 0 ? `-${text}` : text;
}
