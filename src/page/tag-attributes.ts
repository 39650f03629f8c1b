import { nameHash } from "./name-hash.ts";
import { pageLimits } from "./page-limits.ts";

const names = [
  "class",
  "id",
  "role",
  "hidden",
  "style",
  "aria-hidden",
  "href",
  "rel",
  "type",
  "title",
  "alt",
  "lang",
  "xml:lang",
  "name",
  "property",
  "http-equiv",
  "itemprop",
  "content",
  "src",
  "action",
] as const;
export type AttributeName = (typeof names)[number];

const longest = Math.max(...names.map((name) => name.length));
const slotByHash = new Map(names.map((name, slot) => [nameHash(name, 0, name.length), slot]));
const slotByName = Object.fromEntries(names.map((name, slot) => [name, slot])) as Readonly<
  Record<AttributeName, number>
>;

/** The attributes of the tag being read that the collector knows, as ranges of the source. The first of a name counts. */
export interface TagAttributes {
  /** A new page, whose source this is. */
  readonly begin: (page: string) => void;
  /** Forgets the last tag's. */
  readonly clear: () => void;
  readonly name: (start: number, end: number) => void;
  readonly value: (start: number, end: number) => void;
  /** True when it has any at all. */
  readonly any: () => boolean;
  readonly has: (name: AttributeName) => boolean;
  /** As written, cut at the limit; `null` when the tag does not have it. */
  readonly raw: (name: AttributeName) => string | null;
  /** Calls `visit` with the range of the value, if there is one; for reading without making a string. */
  readonly read: (name: AttributeName, visit: (source: string, start: number, end: number) => number) => number;
}

/** @param onCut called when a value that was asked for is longer than the limit */
export function tagAttributes(onCut: () => void): TagAttributes {
  let source = "";
  const starts = new Int32Array(names.length);
  const ends = new Int32Array(names.length);
  const stamps = new Int32Array(names.length);
  let stamp = 0;
  let slot = -1;
  let hasAny = false;
  const seen = (wanted: number): boolean => stamps[wanted] === stamp;
  const endOf = (wanted: number): number => Math.min(ends[wanted] ?? 0, (starts[wanted] ?? 0) + pageLimits.attributes);
  const clear = (): void => {
    stamp++;
    hasAny = false;
    slot = -1;
  };
  return {
    begin(page) {
      source = page;
      stamps.fill(0);
      stamp = 0;
      clear();
    },
    clear,
    name(start, end) {
      slot = end - start > longest ? -1 : (slotByHash.get(nameHash(source, start, end)) ?? -1);
      if (slot < 0) return;
      if (seen(slot)) {
        slot = -1;
        return;
      }
      hasAny = true;
      stamps[slot] = stamp;
      starts[slot] = end;
      ends[slot] = end;
    },
    value(start, end) {
      if (slot < 0) return;
      starts[slot] = start;
      ends[slot] = end;
    },
    any: () => hasAny,
    has: (name) => seen(slotByName[name]),
    raw(name) {
      const wanted = slotByName[name];
      if (!seen(wanted)) return null;
      if (endOf(wanted) < (ends[wanted] ?? 0)) onCut();
      return source.slice(starts[wanted], endOf(wanted));
    },
    read(name, visit) {
      const wanted = slotByName[name];
      return seen(wanted) ? visit(source, starts[wanted] ?? 0, endOf(wanted)) : 0;
    },
  };
}
