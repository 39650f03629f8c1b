import { nestsTooDeep } from "../../core/json-nesting.ts";

/** One entry of a tdmrep.json. */
export interface TdmrepEntry {
  /** `null` when it names no place. */
  readonly location: string | null;
  readonly reservation: string;
  readonly policy: string | undefined;
  /** In the file, from 0. */
  readonly index: number;
}

/** What could be read of a tdmrep.json. */
export interface TdmrepFile {
  readonly entries: readonly TdmrepEntry[];
  /**
   * Index of the first entry that speaks of a reservation and cannot be read, 0 for all of the file; `Infinity` for none.
   * It may be about any page.
   */
  readonly firstUnread: number;
}

/** Any spelling of the name. */
const mention = /tdm[^a-z0-9]?reservation/iu;

/**
 * Reads the list of entries; a single one may stand without a list. Where a name is given twice in one object, nobody
 * knows which of the two values holds, so all of the file cannot be read.
 * @param complete false when part of the file was not seen
 */
export function tdmrepFileOf(text: string, complete: boolean): TdmrepFile {
  const value = nestsTooDeep(Buffer.from(text)) ? undefined : parsed(text);
  if (value === undefined || hasDoubledNames(text, value)) {
    const speaks = mention.test(text) || mention.test(JSON.stringify(value) ?? "");
    return { entries: [], firstUnread: speaks || !complete ? 0 : Infinity };
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const entries: TdmrepEntry[] = [];
  let firstUnread = complete ? Infinity : list.length;
  for (const [index, one] of list.entries()) {
    const entry = entryOf(one, index);
    if (entry !== null) entries.push(entry);
    else if (firstUnread > index && mention.test(JSON.stringify(one))) firstUnread = index;
  }
  return { entries, firstUnread };
}

/** Where the reservation is first spoken of; 0 when it is not. */
export function mentionIn(text: string): number {
  return Math.max(0, text.search(mention));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entryOf(value: unknown, index: number): TdmrepEntry | null {
  if (typeof value !== "object" || value === null) return null;
  const { location, ...members }: { readonly [name: string]: unknown } = { ...value };
  const { "tdm-reservation": reservation, "tdm-policy": policy, ...rest } = members;
  if (reservation === undefined || Object.keys(rest).some((name) => mention.test(name))) return null;
  if (location !== undefined && location !== null && typeof location !== "string") return null;
  return {
    location: typeof location === "string" && location.trim() !== "" ? location : null,
    reservation: typeof reservation === "number" || typeof reservation === "string" ? String(reservation) : "?",
    policy: typeof policy === "string" ? policy : undefined,
    index,
  };
}

/** Of equal names in an object only the last is left when it is parsed: then fewer members are there than were written. */
function hasDoubledNames(json: string, value: unknown): boolean {
  return membersIn(json) > membersOf(value);
}

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];

/** Colons outside of strings: one a member. */
function membersIn(json: string): number {
  let count = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === colon) count += 1;
    if (code !== quote) continue;
    for (at += 1; at < json.length && json.charCodeAt(at) !== quote; at += 1) {
      if (json.charCodeAt(at) === backslash) at += 1;
    }
  }
  return count;
}

/** @param value nested no deeper than `nestsTooDeep` allows */
function membersOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value);
  return inner.reduce<number>((sum, one) => sum + membersOf(one), Array.isArray(value) ? 0 : inner.length);
}
