import { once } from "node:events";

/** Writes one line and waits for a slow reader. */
export async function writeLine(out: NodeJS.WritableStream, line: string): Promise<void> {
  if (!out.write(`${line}\n`)) await once(out, "drain");
}

/**
 * Control characters of text that came from the web, escaped: a title must not move the cursor of a terminal, nor turn the
 * direction of the words around it. Newline and tab stay.
 */
export function printable(text: string): string {
  return text.replaceAll(unsafe, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** As `printable`, and on one line: a title must not look like the line after it. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/[\n\t]+/g, " "));
}

/** JSON leaves some control characters as they are; written as escapes they mean the same to every reader of JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(unsafe, (char) => `\\u${hex(char.charCodeAt(0), 4)}`);
}

/** C0 but newline and tab, DEL, C1, line and paragraph separator, embeddings, overrides and isolates of direction. */
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
