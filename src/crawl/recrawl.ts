import { count, flag, object, type Shape, type Shaped } from "../core/json-shape.ts";
import { type Frontier, readNote } from "../frontier/frontier.ts";
import type { TurnUrl, UrlOutcome } from "../frontier/turn.ts";
import type { EndedTurn } from "./host-turn.ts";
import { robotsNote } from "./robots/robots-keeper.ts";
import { tdmrepNote } from "./tdmrep-keeper.ts";

/** What became of the pages that were due for another visit, over all runs that this visit took. */
export interface RecrawlCounts {
  /** Pages put back: those below down to `failed`, and those that still wait. */
  readonly due: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Answered 404, 410 or 451 for the first time. */
  readonly gone: number;
  /** Not asked for, for robots.txt or the scope have it so now. */
  readonly refused: number;
  readonly failed: number;
  /** Of them, those that reserve what the policy refuses and did not at the visit before, or that robots.txt closes now. */
  readonly optedOut: number;
  /** Pages that were found meanwhile and never visited before. */
  readonly added: number;
}

const counts: Shape<RecrawlCounts> = object({
  due: count,
  changed: count,
  unchanged: count,
  gone: count,
  refused: count,
  failed: count,
  optedOut: count,
  added: count,
});
/** As the frontier notes it with each commit. */
const noted = object({ isOver: flag, counts });

const recrawlNote = "recrawl";
const nothing = { changed: 0, unchanged: 0, gone: 0, refused: 0, failed: 0, optedOut: 0, added: 0 };

/**
 * Puts pages back that were last visited before then, and forgets what their sites said: robots.txt and tdmrep.json are
 * asked for again before them.
 * @returns how many pages
 */
export function beginRecrawl(frontier: Frontier, beforeMs: number): number {
  let due = 0;
  frontier.together(() => {
    due = frontier.recrawl(beforeMs);
    for (const { host, urls } of frontier.hosts()) {
      if (urls.waiting === 0) continue;
      for (const name of [robotsNote(host), tdmrepNote(host)])
        if (frontier.note(name) !== null) frontier.setNote(name, null);
    }
    note(frontier, { isOver: false, counts: { due, ...nothing } });
  });
  return due;
}

/** `null` when none is under way. */
export function openRecrawl(frontier: Frontier): RecrawlCounts | null {
  const known = readNote(frontier, recrawlNote, noted);
  return known === null || known.isOver ? null : known.counts;
}

/** Counts turns that have ended, inside the transaction that writes them down. */
export function countRecrawl(frontier: Frontier, turns: readonly EndedTurn[]): void {
  const known = readNote(frontier, recrawlNote, noted);
  if (known === null || known.isOver) return;
  const sums = { ...known.counts };
  for (const { turn, outcomes } of turns) {
    for (const url of turn.urls) {
      const outcome = outcomes.get(url.id);
      if (outcome !== undefined) add(sums, url, outcome);
    }
  }
  note(frontier, { isOver: false, counts: sums });
}

/** Nothing of it waits any more. */
export function endRecrawl(frontier: Frontier): void {
  const known = readNote(frontier, recrawlNote, noted);
  if (known !== null && !known.isOver) note(frontier, { ...known, isOver: true });
}

function add(sums: { -readonly [Name in keyof RecrawlCounts]: number }, url: TurnUrl, outcome: UrlOutcome): void {
  if (outcome.kind === "retry") return;
  if (outcome.kind === "done") {
    const { change, optedOut } = outcome;
    if (change === "new") sums.added += 1;
    else if (change !== undefined) sums[change] += 1;
    if (optedOut === true) sums.optedOut += 1;
    return;
  }
  if (url.validators === null) return;
  sums[outcome.kind] += 1;
  if (/^robots-(?:disallowed|too-complex)$/.test(outcome.reason)) sums.optedOut += 1;
}

function note(frontier: Frontier, recrawl: Shaped<typeof noted>): void {
  frontier.setNote(recrawlNote, JSON.stringify(recrawl));
}
