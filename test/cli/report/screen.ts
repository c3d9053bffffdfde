// A terminal as far as the live display uses one: text and control sequences in, what a person sees out.

export class Screen {
  #lines: string[] = [""];
  #row = 0;
  #column = 0;
  cursorIsVisible = true;

  write(text: string): void {
    // oxlint-disable-next-line no-control-regex -- control sequences are what it reads
    for (const [token] of text.matchAll(/\x1b\[[?\d;]*[A-Za-z]|[\s\S]/gu)) this.#take(token);
  }

  /** Without colours and without spaces at the ends of lines. */
  text(): string {
    return this.#lines.map((line) => line.trimEnd()).join("\n");
  }

  #take(token: string): void {
    if (token === "\n") {
      this.#row++;
      this.#column = 0;
      if (this.#row === this.#lines.length) this.#lines.push("");
    } else if (token === "\r") this.#column = 0;
    else if (token.startsWith("\x1b[")) this.#control(token.slice(2));
    else {
      const line = (this.#lines[this.#row] ?? "").padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + token + line.slice(this.#column + token.length);
      this.#column += token.length;
    }
  }

  #control(sequence: string): void {
    const line = this.#lines[this.#row] ?? "";
    if (sequence.endsWith("A")) this.#row = Math.max(0, this.#row - Number(sequence.slice(0, -1)));
    else if (sequence === "K") this.#lines[this.#row] = line.slice(0, this.#column);
    else if (sequence === "J") {
      this.#lines = this.#lines.slice(0, this.#row + 1);
      this.#lines[this.#row] = line.slice(0, this.#column);
    } else if (sequence === "?25l") this.cursorIsVisible = false;
    else if (sequence === "?25h") this.cursorIsVisible = true;
    else if (!sequence.endsWith("m") && !sequence.startsWith("?2026"))
      throw new Error(`unknown: ${sequence}`);
  }
}
