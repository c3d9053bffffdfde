// What a secret may look like in a text: its value, the values that it is made of, and each of them as steps encode them. A value
// comes in, the texts that are to be blanked go out.

/** Shorter ones are words of every log, and blanking them would hide the log rather than the secret. */
const shortestValue = 4;
/** The same of a part of a value: it is known for a secret less surely. */
const shortestPart = 8;
/** Of an encoded form, which is made of more letters than what it encodes. */
const shortestForm = 6;
/** A value of more parts is a bundle, such as of certificates: its parts are looked for as they are. */
const mostEncodedParts = 100;
/** Base64 is broken into lines at any place: so much of it in one line is enough to know it. */
const base64Window = 20;
/** A longer value is looked for in base64 as a whole, and in lines of the lengths that programs break it into. */
const longestWindowedBytes = 4096;
const base64LineLengths = [64, 76] as const;

/** All of them, the value among them; none of a value that is too short. */
export function secretForms(value: string | Uint8Array): ReadonlySet<string> {
  const bytes = Buffer.from(value);
  const whole = bytes.toString().trim();
  const forms = new Set<string>();
  if (whole.length < shortestValue) return forms;
  const parts = partsOf(whole);
  addEncodings(forms, bytes);
  if (whole !== bytes.toString()) addEncodings(forms, Buffer.from(whole));
  for (const part of parts) {
    forms.add(part);
    if (parts.size <= mostEncodedParts) addEncodings(forms, Buffer.from(part));
  }
  // Line ends around it are no part of what tells it.
  forms.delete(bytes.toString());
  return forms.add(whole);
}

/** Lines, what stands behind NAME= or NAME:, texts in JSON, passwords in URLs. */
function partsOf(whole: string): ReadonlySet<string> {
  const lines = whole.includes("\n") ? whole.split("\n").map((line) => line.trim()) : [];
  const assigned = whole.split("\n").flatMap((line) => {
    const value = /^\s*(?:export\s+)?[\w.-]+\s*[:=]\s*(.+?)\s*,?\s*$/.exec(line)?.[1];
    return value === undefined ? [] : [value, value.replace(/^(["'])(.*)\1$/, "$2")];
  });
  const passwords = Array.from(
    whole.matchAll(/:\/\/[^/\s@:]*:([^/\s@]+)@/g),
    ([, password = ""]) => password,
  );
  const all = [...lines, ...assigned, ...textsInJson(whole), ...passwords];
  return new Set(all.filter((part) => part.length >= shortestPart && part !== whole));
}

function textsInJson(text: string): readonly string[] {
  if (!/^[{["]/.test(text)) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return textsIn(parsed);
  } catch {
    return [];
  }
}

function textsIn(json: unknown): readonly string[] {
  if (typeof json === "string") return [json.trim()];
  return typeof json === "object" && json !== null ? Object.values(json).flatMap(textsIn) : [];
}

function addEncodings(forms: Set<string>, bytes: Buffer): void {
  const text = bytes.toString();
  const url = encodeURIComponent(text);
  const strictUrl = url.replaceAll(
    /[!'()*~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const encoded = [url, strictUrl].flatMap((one) => [
    one,
    one.replaceAll("%20", "+"),
    one.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  ]);
  const hex = bytes.toString("hex");
  // As `set -x`, Go and JSON spell a text of several lines.
  const escaped = JSON.stringify(text).slice(1, -1);
  const base64 = [...base64Forms(bytes), ...base64Forms(Buffer.concat([bytes, Buffer.from("\n")]))];
  for (const form of [...encoded, hex, hex.toUpperCase(), escaped, ...base64])
    if (form.length >= shortestForm) forms.add(form);
}

/** As it stands for itself, and what of it is the same wherever in a longer text it begins. */
function base64Forms(bytes: Buffer): readonly string[] {
  const alone = bytes.toString("base64");
  const wrapped = base64LineLengths.flatMap((length) => {
    if (alone.length <= length) return [];
    const lines = alone.match(new RegExp(`.{1,${length}}`, "g")) ?? [];
    return [lines.join("\n")].concat(lines.filter((line) => line.length >= base64Window));
  });
  const within = [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    // A letter is 6 bits: what borders on a neighbour's byte is left out.
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor((shifted.length * 8) / 6);
    const stable = shifted.toString("base64").slice(first, last);
    if (stable.length <= base64Window || bytes.length > longestWindowedBytes) return [stable];
    return Array.from({ length: stable.length - base64Window + 1 }, (_, at) =>
      stable.slice(at, at + base64Window),
    );
  });
  const forms = [alone, ...wrapped, ...within];
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}
