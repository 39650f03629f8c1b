import { LRUCache } from "lru-cache";

import { backoffMs } from "../async/retry.ts";
import { count, nullable, number, object, parsedOrNull, text, type Shape } from "../core/json-shape.ts";
import type { Note, Notes } from "../frontier/frontier.ts";

/** What is known of a host's tdmrep.json. */
export interface KnownTdmrep {
  /** Wall clock, milliseconds. */
  readonly askedMs: number;
  /** `status-404`, `robots-disallowed`, `timeout`, `redirects-too-many`, ...: how asking for it ended. */
  readonly reason: string;
  /** What it says; `null` when there is none to be had. */
  readonly text: string | null;
  /** Attempts in a row that found out nothing; 0 when another one would find out no more. */
  readonly failures: number;
}

/** The tdmrep.json of every host: in memory for recent hosts, and in the frontier's notes for the next process. */
export interface TdmrepKeeper {
  /** `null` when it is to be asked for: never seen, a day old, or due again. */
  readonly known: (host: string) => KnownTdmrep | null;
  readonly learn: (host: string, look: Pick<KnownTdmrep, "reason" | "text">, isFailure: boolean) => void;
  /** What has been learnt since then; `null` for nothing. */
  readonly newNote: (host: string) => Note | null;
}

/** As long as a robots.txt may be used (RFC 9309, 2.4): what governs the pages of a host is as old for both. */
const lifetimeMs = 24 * 3_600_000;
const firstRetryMs = 5 * 60_000;
const rememberedHosts = 2_000;
/** Characters; a longer one is asked for again by the next process. */
const notedCharacters = 1 << 20;

const shape: Shape<KnownTdmrep> = object({ askedMs: number, reason: text, text: nullable(text), failures: count });

/** The note of a host's tdmrep.json. */
export function tdmrepNote(host: string): string {
  return `tdmrep ${host}`;
}

/** @param nowMs wall clock */
export function tdmrepKeeper(notes: Notes, nowMs: () => number): TdmrepKeeper {
  const hosts = new LRUCache<string, KnownTdmrep>({ max: rememberedHosts });
  const unsaved = new Set<string>();
  const last = (host: string): KnownTdmrep | null => {
    const known = hosts.get(host);
    if (known !== undefined) return known;
    // Notes of a shared crawl come from a store: one that is not of our form counts as missing.
    const noted = parsedOrNull(shape, notes.note(tdmrepNote(host)) ?? "null");
    if (noted !== null) hosts.set(host, noted);
    return noted;
  };
  return {
    known(host) {
      const known = last(host);
      return known !== null && nowMs() < dueMs(known) ? known : null;
    },
    learn(host, look, isFailure) {
      const failures = isFailure ? (last(host)?.failures ?? 0) + 1 : 0;
      hosts.set(host, { ...look, askedMs: nowMs(), failures });
      unsaved.add(host);
    },
    newNote(host) {
      const known = hosts.get(host);
      if (!unsaved.delete(host) || known === undefined) return null;
      const isLong = (known.text ?? "").length > notedCharacters;
      return [tdmrepNote(host), isLong ? null : JSON.stringify(known)];
    },
  };
}

function dueMs({ askedMs, failures }: KnownTdmrep): number {
  return askedMs + (failures === 0 ? lifetimeMs : backoffMs(failures, { firstMs: firstRetryMs, mostMs: lifetimeMs }));
}
