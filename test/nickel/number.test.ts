import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  compare,
  denominatorOf,
  divide,
  equals,
  exportNumber,
  floor,
  fromDoubleExactly,
  integerPower,
  multiply,
  type Num,
  negate,
  numeratorOf,
  parseNumber,
  printNumber,
  ratio,
  remainder,
  simplestOfDouble,
  subtract,
  toDouble,
  truncate,
} from "../../engine/nickel/number.ts";

function number(text: string): Num {
  const parsed = parseNumber(text);
  if (parsed === undefined) throw new Error(`not a number: ${text}`);
  return parsed;
}

const bigInts = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });
const numbers = fc.oneof(
  fc.maxSafeInteger(),
  fc.tuple(bigInts, fc.bigInt({ min: 1n, max: 2n ** 70n })).map(([n, d]) => ratio(n, d)),
);
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });

function isCanonical(x: Num): boolean {
  if (typeof x === "number") return Number.isSafeInteger(x) && !Object.is(x, -0);
  const divides = (d: bigint): boolean => x.numerator % d === 0n && x.denominator % d === 0n;
  const isSmall = x.denominator === 1n && x.numerator < 2n ** 53n && x.numerator > -(2n ** 53n);
  return x.denominator > 0n && !isSmall && ![2n, 3n, 5n, 7n].some(divides);
}

describe("printing", () => {
  // Upstream's own answers.
  test.each([
    ["0.000001", "1e-6", "1e-6"],
    ["0.00001", "0.00001", "0.00001"],
    ["0.0000123", "0.0000123", "0.0000123"],
    ["0.1", "0.1", "0.1"],
    ["12345.678", "12345.678", "12345.678"],
    ["1e15", "1000000000000000", "1000000000000000"],
    ["1e16", "1e16", "10000000000000000"],
    ["1e17", "1e17", "100000000000000000"],
    ["1e22", "1e22", "1e22"],
    ["9007199254740993", "9007199254740993", "9007199254740993"],
    ["18446744073709551615", "1.844674407370955e19", "18446744073709551615"],
    ["18446744073709551616", "1.844674407370955e19", "1.8446744073709552e19"],
    ["-9223372036854775808", "-9.223372036854776e18", "-9223372036854775808"],
    ["-9223372036854775809", "-9.223372036854776e18", "-9.223372036854776e18"],
    ["1234567890123456.5", "1234567890123456", "1234567890123456.5"],
    ["1234567890123457.5", "1234567890123458", "1234567890123457.5"],
    ["9999999999999999.5", "1e16", "1e16"],
    ["1e-400", "1e-400", "0.0"],
    ["1e309", "1e309", undefined],
    ["0x1F", "31", "31"],
    ["0b101", "5", "5"],
    ["0o17", "15", "15"],
  ])("%s is %s to a program and %s exported", (text, printed, exported) => {
    expect(printNumber(number(text))).toBe(printed);
    expect(exportNumber(number(text))).toBe(exported);
  });

  test("thirds have sixteen digits", () => {
    expect(printNumber(ratio(1n, 3n))).toBe("0.3333333333333333");
    expect(printNumber(ratio(-2n, 3n))).toBe("-0.6666666666666667");
    expect(exportNumber(ratio(2n, 3n))).toBe("0.6666666666666666");
  });

  test("an exported double reads back the same", () => {
    fc.assert(
      fc.property(doubles, (x) => {
        const exact = fromDoubleExactly(x);
        expect(exact === undefined ? undefined : Number(exportNumber(exact))).toBe(x === 0 ? 0 : x);
      }),
    );
  });
});

describe("parsing", () => {
  test.each(["", ".", "1e", "1.2.3", "0x", "0b2", "e5", "1_000", "--1", "0x1.5"])(
    "%j is no number",
    (text) => {
      expect(parseNumber(text)).toBeUndefined();
    },
  );

  test("is exact", () => {
    expect(number("0.1")).toEqual(ratio(1n, 10n));
    expect(number("1.50e-3")).toEqual(ratio(3n, 2000n));
    expect(number("123456789012345678901234567890")).toEqual(ratio(123456789012345678901234567890n, 1n));
  });

  test("a decimal of any double means that double", () => {
    fc.assert(
      fc.property(doubles, (x) => {
        expect(toDouble(number(String(x)))).toBe(x === 0 ? 0 : x);
      }),
    );
  });
});

describe("arithmetic", () => {
  test("stays canonical and agrees with fractions of big integers", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [n1, d1, n2, d2] = [numeratorOf(a), denominatorOf(a), numeratorOf(b), denominatorOf(b)];
        expect(add(a, b)).toEqual(ratio(n1 * d2 + n2 * d1, d1 * d2));
        expect(subtract(a, b)).toEqual(ratio(n1 * d2 - n2 * d1, d1 * d2));
        expect(multiply(a, b)).toEqual(ratio(n1 * n2, d1 * d2));
        expect(divide(a, b)).toEqual(n2 === 0n ? undefined : ratio(n1 * d2, d1 * n2));
        expect(Math.sign(compare(a, b))).toBe(Math.sign(Number(n1 * d2 - n2 * d1)));
        for (const x of [add(a, b), multiply(a, b), negate(a), floor(a), truncate(b)])
          expect(isCanonical(x)).toBe(true);
      }),
    );
  });

  test("a remainder has the dividend's sign and completes the truncated quotient", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const rest = remainder(a, b);
        const quotient = divide(a, b);
        fc.pre(rest !== undefined && quotient !== undefined);
        expect(add(multiply(truncate(quotient), b), rest)).toEqual(a);
        expect(rest === 0 || Math.sign(compare(rest, 0)) === Math.sign(compare(a, 0))).toBe(true);
      }),
    );
  });

  test("floors below, also under zero", () => {
    expect(floor(number("2.5"))).toBe(2);
    expect(floor(negate(number("2.5")))).toBe(-3);
    expect(truncate(negate(number("2.5")))).toBe(-2);
  });

  test("powers are exact", () => {
    expect(integerPower(2, 100n)).toEqual(ratio(2n ** 100n, 1n));
    expect(integerPower(number("0.5"), -3n)).toBe(8);
    expect(integerPower(0, -1n)).toBeUndefined();
  });

  test("a tenth and two tenths are three tenths", () => {
    expect(equals(add(number("0.1"), number("0.2")), number("0.3"))).toBe(true);
  });
});

describe("doubles", () => {
  test("the simplest rational of a double rounds to it, and none is simpler", () => {
    fc.assert(
      fc.property(doubles, (x) => {
        const simplest = simplestOfDouble(x);
        const exact = fromDoubleExactly(x);
        if (simplest === undefined || exact === undefined) throw new Error("finite doubles are numbers");
        expect(toDouble(simplest)).toBe(x === 0 ? 0 : x);
        expect(denominatorOf(simplest) <= denominatorOf(exact)).toBe(true);
      }),
    );
  });

  test("simple fractions come back from their doubles", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), (n, d) => {
        expect(simplestOfDouble(n / d)).toEqual(ratio(BigInt(n), BigInt(d)));
      }),
    );
  });

  test("rounds to the nearest, ties to even, down to the smallest", () => {
    expect(toDouble(number("9007199254740993"))).toBe(9007199254740992);
    expect(toDouble(number("9007199254740995"))).toBe(9007199254740996);
    expect(toDouble(number("5e-324"))).toBe(5e-324);
    expect(toDouble(number("2.4e-324"))).toBe(0);
    expect(toDouble(number("2.5e-324"))).toBe(5e-324);
    expect(toDouble(number("1e400"))).toBe(Number.POSITIVE_INFINITY);
    expect(toDouble(number("1.7976931348623158e308"))).toBe(Number.MAX_VALUE);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d has none", (x) => {
    expect(simplestOfDouble(x)).toBeUndefined();
    expect(fromDoubleExactly(x)).toBeUndefined();
  });
});
