import { isUtf8 } from "node:buffer";

import type { Hex } from "../core/records.ts";

/** The one line that a text may have in a shard, without its newline: RFC 8785. */
export function textLineOf(id: Hex, text: string): string {
  return `${head}${id}","text":${JSON.stringify(text.toWellFormed())}}`;
}

/**
 * Reads the line of a text. It has no member but these two, in this order and spelling: whatever else it said, no digest of
 * a row would stand for it.
 * @returns `null` for any other line
 */
export function readTextLine(line: Buffer): { readonly id: Hex; readonly text: string } | null {
  const [, id] = /^\{"id":"([0-9a-f]{32})","text":"/.exec(line.toString("latin1", 0, start)) ?? [];
  if (id === undefined || line.at(-1) !== closingBrace || !isUtf8(line)) return null;
  const spelled = line.toString("utf8", start - 1, line.length - 1);
  try {
    // It begins with a quotation mark: all of it is one string, or no JSON.
    const text = JSON.parse(spelled) as string;
    return JSON.stringify(text.toWellFormed()) === spelled ? { id, text } : null;
  } catch {
    return null;
  }
}

const head = '{"id":"';
/** Position of the first letter of the text. */
const start = head.length + 32 + '","text":"'.length;
const closingBrace = 0x7d;
