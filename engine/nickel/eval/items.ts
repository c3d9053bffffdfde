// The elements of arrays, immutable to all who see them. A slice shares them with what it was cut from. What a loop
// builds by appending or prepending lies in one growing buffer, of which each array sees its own part, so that such a
// loop takes time linear in its result.
//
//   forwards:   a b c d            pushed at the end: what is appended; a b c may be another array's
//   backwards:  d c b a            pushed at the end: what is prepended

import type { Lazy } from "./value.ts";

export class Items {
  readonly length: number;
  readonly #buffer: readonly Lazy[];
  /** The same buffer when it may grow. */
  readonly #growing: Lazy[] | undefined;
  /** Where the first element lies. */
  readonly #start: number;
  readonly #step: 1 | -1;
  #flat: readonly Lazy[] | undefined;

  private constructor(
    buffer: readonly Lazy[],
    growing: Lazy[] | undefined,
    start: number,
    step: 1 | -1,
    length: number,
  ) {
    this.#buffer = buffer;
    this.#growing = growing;
    this.#start = start;
    this.#step = step;
    this.length = length;
  }

  /** Elements that nobody changes any more. */
  static of(elements: readonly Lazy[]): Items {
    return new Items(elements, undefined, 0, 1, elements.length);
  }

  at(index: number): Lazy | undefined {
    return index >= 0 && index < this.length ? this.#buffer[this.#start + this.#step * index] : undefined;
  }

  /** Those from one index to before another, both within the length. */
  slice(from: number, to: number): Items {
    return new Items(this.#buffer, this.#growing, this.#start + this.#step * from, this.#step, to - from);
  }

  /** These and then others. */
  concat(others: Items): Items {
    const length = this.length + others.length;
    if (others.length <= this.length) {
      const isLast = this.#step === 1 && this.#start + this.length === this.#buffer.length;
      const buffer = isLast ? (this.#growing ?? this.flat().slice()) : this.flat().slice();
      for (let index = 0; index < others.length; index += 1) push(buffer, others.at(index));
      return new Items(buffer, buffer, buffer.length - length, 1, length);
    }
    const isLast = others.#step === -1 && others.#start === others.#buffer.length - 1;
    const buffer = isLast ? (others.#growing ?? others.flat().toReversed()) : others.flat().toReversed();
    for (let index = this.length - 1; index >= 0; index -= 1) push(buffer, this.at(index));
    return new Items(buffer, buffer, buffer.length - 1, -1, length);
  }

  /** All in an array. */
  flat(): readonly Lazy[] {
    if (this.#flat === undefined) {
      const isWhole = this.#growing === undefined && this.#step === 1 && this.length === this.#buffer.length;
      this.#flat = isWhole ? this.#buffer : this.#copy();
    }
    return this.#flat;
  }

  #copy(): Lazy[] {
    const end = this.#start + this.#step * this.length;
    return this.#step === 1
      ? this.#buffer.slice(this.#start, end)
      : this.#buffer.slice(end + 1, this.#start + 1).reverse();
  }
}

function push(buffer: Lazy[], element: Lazy | undefined): void {
  if (element === undefined) throw new Error("an array lost an element");
  buffer.push(element);
}
