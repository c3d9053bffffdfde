// Logarithms and trigonometric functions of doubles, rounded to the nearest double. JavaScript's own may be off in
// the last place, and differ from those of the C library, which nearly always rounds correctly. Computed in fixed point:
// a BigInt counts units of 2^-bits.

import { denominatorOf, fromDoubleExactly, numeratorOf, ratio, toDouble } from "./number.ts";

/** Enough for the nearest double, whatever cancels; more is added for what is very large or very small. */
const guardBits = 192;

/** The binary exponent of a finite double that is not zero. */
function exponentOf(x: number): number {
  return Math.max(-1074, Math.floor(Math.log2(Math.abs(x))));
}

function bitsFor(x: number): bigint {
  return BigInt(guardBits + Math.abs(exponentOf(x)));
}

function toFixed(x: number, bits: bigint): bigint {
  const exact = fromDoubleExactly(x);
  if (exact === undefined) throw new Error(`${x} has no exact value`);
  return (numeratorOf(exact) << bits) / denominatorOf(exact);
}

/** value * 2^(exponent - bits) as a double. */
function fromFixed(value: bigint, bits: bigint, exponent = 0n): number {
  const shift = bits - exponent;
  return shift >= 0n ? toDouble(ratio(value, 1n << shift)) : toDouble(ratio(value << -shift, 1n));
}

/** Of a divisor above zero. */
function roundedQuotient(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const quotient = doubled / (2n * b);
  return doubled < 0n && doubled % (2n * b) !== 0n ? quotient - 1n : quotient;
}

/** The sum of 1 / ((2n + 1) base^(2n + 1)), with changing signs for an arc tangent, else for its hyperbolic kin. */
function inverseSeries(base: bigint, bits: bigint, alternates: boolean): bigint {
  let power = (1n << bits) / base;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += alternates && n % 4n === 3n ? -(power / n) : power / n;
    power /= base * base;
  }
  return sum;
}

const constants = new Map<string, bigint>();

function constant(name: string, bits: bigint, compute: (bits: bigint) => bigint): bigint {
  const key = `${name} ${bits}`;
  const known = constants.get(key);
  if (known !== undefined) return known;
  const value = compute(bits + 16n) >> 16n;
  constants.set(key, value);
  return value;
}

/** After Machin. */
const halfPi = (bits: bigint): bigint =>
  constant("pi", bits, (more) => 8n * inverseSeries(5n, more, true) - 2n * inverseSeries(239n, more, true));

const ln2 = (bits: bigint): bigint => constant("ln", bits, (more) => 2n * inverseSeries(3n, more, false));

/** The sum of x^n / n! from `first` on in steps of two, with changing signs. */
function trigonometricSeries(x: bigint, bits: bigint, first: 0n | 1n): bigint {
  const square = (x * x) >> bits;
  let term = first === 0n ? 1n << bits : x;
  let sum = 0n;
  for (let n = first; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -((term * square) >> bits) / ((n + 1n) * (n + 2n));
  }
  return sum;
}

/** Sine and cosine of a fixed-point number, by what is left of it after quarter turns. */
function turn(x: bigint, bits: bigint): { readonly sin: bigint; readonly cos: bigint } {
  const quarters = roundedQuotient(x, halfPi(bits));
  const rest = x - quarters * halfPi(bits);
  const sin = trigonometricSeries(rest, bits, 1n);
  const cos = trigonometricSeries(rest, bits, 0n);
  switch (BigInt.asUintN(2, quarters)) {
    case 0n:
      return { sin, cos };
    case 1n:
      return { sin: cos, cos: -sin };
    case 2n:
      return { sin: -sin, cos: -cos };
    default:
      return { sin: -cos, cos: sin };
  }
}

export function sin(x: number): number {
  return x === 0 || !Number.isFinite(x) ? Math.sin(x) : fromFixed(turnOf(x).sin, bitsFor(x));
}

export function cos(x: number): number {
  return x === 0 || !Number.isFinite(x) ? Math.cos(x) : fromFixed(turnOf(x).cos, bitsFor(x));
}

export function tan(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return Math.tan(x);
  const { sin: opposite, cos: adjacent } = turnOf(x);
  return toDouble(ratio(opposite, adjacent));
}

function turnOf(x: number): { readonly sin: bigint; readonly cos: bigint } {
  const bits = bitsFor(x);
  return turn(toFixed(x, bits), bits);
}

/** The angle of a point, given the angle as a double may have it; coordinates in any unit. */
function refineAngle(guess: number, y: bigint, x: bigint): number {
  const bits = bitsFor(guess);
  const angle = toFixed(guess, bits);
  const { sin: s, cos: c } = turn(angle, bits);
  // What is missing is tiny: two terms of its tangent's series do.
  const rest = ((y * c - x * s) << bits) / (x * c + y * s);
  return fromFixed(angle + rest - (((rest * rest) >> bits) * rest) / (3n << bits), bits);
}

export function atan2(y: number, x: number): number {
  const guess = Math.atan2(y, x);
  if (y === 0 || x === 0 || guess === 0 || !Number.isFinite(guess)) return guess;
  const bits = BigInt(guardBits + Math.max(-exponentOf(y), -exponentOf(x), 0));
  return refineAngle(guess, toFixed(y, bits), toFixed(x, bits));
}

export function atan(x: number): number {
  return atan2(x, 1);
}

export function asin(x: number): number {
  const guess = Math.asin(x);
  if (guess === 0 || Number.isNaN(guess) || Math.abs(x) === 1) return guess;
  const bits = 2n * bitsFor(x);
  return refineAngle(guess, toFixed(x, bits), complement(x, bits));
}

export function acos(x: number): number {
  const guess = Math.acos(x);
  if (guess === 0 || Number.isNaN(guess) || Math.abs(x) === 1) return guess;
  const bits = x === 0 ? BigInt(guardBits) : 2n * bitsFor(x);
  return refineAngle(guess, complement(x, bits), toFixed(x, bits));
}

/** The root of 1 - x^2. */
function complement(x: number, bits: bigint): bigint {
  const fixed = toFixed(x, bits);
  return squareRoot((1n << (2n * bits)) - fixed * fixed);
}

/** Rounded down. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** e to the x as a fixed-point number between about 0.7 and 1.5, and a power of two. */
function exponential(x: bigint, bits: bigint): { readonly fraction: bigint; readonly exponent: bigint } {
  const exponent = roundedQuotient(x, ln2(bits));
  const rest = x - exponent * ln2(bits);
  let term = 1n << bits;
  let fraction = 0n;
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    fraction += term;
    term = ((term * rest) >> bits) / n;
  }
  return { fraction, exponent };
}

/** The natural logarithm of a positive finite double. */
function logarithm(x: number, bits: bigint): bigint {
  const guess = toFixed(Math.log(x), bits);
  const { fraction, exponent } = exponential(guess, bits);
  const scaled = exponent <= 0n ? toFixed(x, bits) << -exponent : toFixed(x, bits) >> exponent;
  // ln x = guess + 2 artanh((x - e^guess) / (x + e^guess)), of which one term and a bit are left.
  const rest = ((scaled - fraction) << bits) / (scaled + fraction);
  return guess + 2n * rest + (2n * ((rest * rest) >> bits) * rest) / (3n << bits);
}

function logarithmBits(x: number): bigint {
  const guess = Math.log(x);
  return BigInt(guardBits + Math.abs(exponentOf(x)) + (guess === 0 ? 0 : Math.abs(exponentOf(guess))));
}

const isOrdinary = (x: number): boolean => x > 0 && Number.isFinite(x) && x !== 1;

export function log(x: number): number {
  if (!isOrdinary(x)) return Math.log(x);
  const bits = logarithmBits(x);
  return fromFixed(logarithm(x, bits), bits);
}

export function log2(x: number): number {
  if (!isOrdinary(x)) return Math.log2(x);
  const bits = logarithmBits(x);
  return toDouble(ratio(logarithm(x, bits), ln2(bits)));
}

export function log10(x: number): number {
  if (!isOrdinary(x)) return Math.log10(x);
  const bits = logarithmBits(x);
  return toDouble(ratio(logarithm(x, bits), logarithm(10, bits)));
}
