// Infinite recursion: a value that needs itself. The failure gathers by which values on its way out, up to the one that
// was asked for twice.

import type { Note } from "../../core/diagnostic.ts";
import type { Span } from "../../core/source.ts";
import { complain } from "../diagnostics.ts";
import { infiniteRecursion } from "./diagnostics.ts";
import { type Diagnostics, NickelFailure } from "./failure.ts";
import { isLibrary } from "./library.ts";
import type { Place } from "./value.ts";

/** Of longer circles only the beginning is told. */
const mostLinks = 6;

/** What was asked for while it was being computed; identity is what counts. */
interface Link {
  readonly span: Place;
}

export class LoopFailure extends NickelFailure {
  readonly #head: Link;
  /** From the innermost value outwards. */
  readonly #links: Span[] = [];
  #isClosed = false;
  #told: Diagnostics | undefined;

  constructor(head: Link) {
    super([complain(infiniteRecursion, { names: [] }, head.span)]);
    this.#head = head;
  }

  override get diagnostics(): Diagnostics {
    this.#told ??= tell(this.#head.span, this.#links.toReversed());
    return this.#told;
  }

  override leaving(link: Link): NickelFailure {
    if (this.#isClosed) return super.leaving(link);
    const { span } = link;
    this.#told = undefined;
    this.#isClosed = link === this.#head;
    if (span !== undefined && !isLibrary(span) && this.#links.at(-1) !== span) this.#links.push(span);
    return this;
  }
}

function tell(head: Place, links: readonly Span[]): Diagnostics {
  // A file that needs itself is told where it does: by what it asks for last.
  const isFile = head !== undefined && head.start === 0 && head.end === head.file.text.length;
  const inner = links.filter((one) => !isFile || one !== head);
  if (isFile && inner.length > 0) {
    const params = { names: [], file: shownName(head) };
    return [complain(infiniteRecursion, params, inner.at(-1), [])];
  }
  const [first] = links;
  const span = head !== undefined && !isLibrary(head) ? head : first;
  const shown = links.filter((one) => one !== span).slice(0, mostLinks);
  const path = span === undefined ? shown : [span, ...shown];
  const names = path.map(definedName);
  const known = names.filter((name) => name !== undefined);
  const isWhole = known.length === names.length && shown.length === links.length - 1;
  const notes = shown.map((one, index): Note => {
    const name = names[index + 1];
    return { message: name === undefined ? "by way of this" : `by way of \`${name}\``, span: one };
  });
  const isPlain = span !== undefined && span.file.text.slice(span.start, span.end) === known[0];
  const params = isWhole ? { names: known, isPlain: isPlain && names.length === 1 } : { names: [] };
  return [complain(infiniteRecursion, params, span, notes)];
}

function shownName({ file }: Span): string {
  return file.path.slice(file.path.lastIndexOf("/") + 1);
}

const definition =
  /((?:[\w'-]+|"[^"\n]*")(?:\.(?:[\w'-]+|"[^"\n]*"))*)\s*(?:[|:][^=,;{}]*)?(?<![=<>!])=\s*\(*$/;

/** The field or variable that the term at a place defines, going by the text before it. */
function definedName(span: Span): string | undefined {
  return definition.exec(span.file.text.slice(Math.max(0, span.start - 300), span.start))?.[1];
}
