// How wide texts come out in this browser's fonts, and texts cut to the room there is.

export interface Ruler {
  /** Pixels. */
  width(text: string): number;
  /** As much of it as has room, with "…" where that is not all. */
  cut(text: string, room: number): string;
}

/** `font` as in CSS, without variables. */
export function createRuler(font: string): Ruler {
  const context = document.createElement("canvas").getContext("2d");
  if (context !== null) context.font = font;
  const width = (text: string): number => context?.measureText(text).width ?? 0;
  return {
    width,
    cut: (text, room) => {
      if (width(text) <= room) return text;
      let [fits, tooLong] = [0, text.length];
      while (tooLong - fits > 1) {
        const middle = (fits + tooLong) >> 1;
        if (width(`${text.slice(0, middle)}…`) <= room) fits = middle;
        else tooLong = middle;
      }
      return `${text.slice(0, Math.max(1, fits)).trimEnd()}…`;
    },
  };
}
