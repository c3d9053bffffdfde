// What a machine costs for the time that it is there.

export interface Priced {
  /** "started-hour": each hour begun since its creation is paid whole. */
  readonly billing: "started-hour" | "second" | "free";
  /** Net of VAT. */
  readonly eurPerHour: number;
}

/** Euros for that many hours, net of VAT. */
export function costOfHours({ billing, eurPerHour }: Priced, hours: number): number {
  switch (billing) {
    case "free":
      return 0;
    case "second":
      return hours * eurPerHour;
    case "started-hour":
      return Math.max(1, Math.ceil(hours)) * eurPerHour;
  }
}
