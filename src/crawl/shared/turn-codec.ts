import { PipelineError } from "../../core/errors.ts";
import {
  byKind,
  count,
  countTo,
  flag,
  listOf,
  nullable,
  number,
  object,
  objectWith,
  oneOf,
  pairOf,
  parsed,
  text,
  type Shape,
} from "../../core/json-shape.ts";
import type { Note } from "../../frontier/frontier.ts";
import { pageChanges } from "../../frontier/turn.ts";
import type { FoundUrl, RefusedCount, Turn, UrlOutcome, Validators } from "../../frontier/turn.ts";
import { hostKeyOf } from "../../url/normalize.ts";
import { pathNote } from "../crawl-settings.ts";
import { paceNote } from "../host-paces.ts";
import type { EndedTurn } from "../host-turn.ts";
import { robotsNote } from "../robots/robots-keeper.ts";
import { tdmrepNote } from "../tdmrep-keeper.ts";

/** A turn as another process is asked to do it. */
export interface TurnAsk {
  readonly turn: Turn;
  /** What the frontier has written down that the turn needs. */
  readonly notes: readonly Note[];
  /** What the clock of the asking process is ahead of Redis': all times of the turn are to be those of that clock. */
  readonly aheadMs: number;
}

/** What comes before the pieces. */
interface EndHead extends Pick<EndedTurn, "found" | "notBeforeMs" | "blockedReason" | "notes" | "ip" | "beside"> {
  readonly ends: readonly (readonly [number, UrlOutcome])[];
  readonly refused: readonly (readonly [string, RefusedCount])[];
}

/** Milliseconds since 1970-01-01 UTC that a date can have; whole or not. */
const farthestMs = 8.64e15;
const time: Shape<number> = (value, at) => {
  countTo(farthestMs)(Math.trunc(Math.max(0, number(value, at))), at);
  return number(value, at);
};

const validators: Shape<Validators> = object({
  etag: nullable(text),
  lastModified: nullable(text),
  payloadDigest: text,
  capturedAt: countTo(farthestMs),
  recordId: text,
  visitedAt: countTo(farthestMs),
  status: nullable(countTo(999)),
  optOuts: nullable(text),
});

const turn: Shape<Turn> = object({
  host: text,
  lease: count,
  urls: listOf(
    object({
      id: count,
      url: text,
      rawUrl: text,
      depth: count,
      attempts: count,
      validators: nullable(validators),
    }),
  ),
});

const notes: Shape<readonly Note[]> = listOf(pairOf(text, nullable(text)));

const turnAsk: Shape<TurnAsk> = object({ turn, notes, aheadMs: number });

const outcome: Shape<UrlOutcome> = byKind({
  done: objectWith(
    { status: countTo(999), validators: nullable(validators) },
    { bytes: count, spentMs: number, textDigest: text, change: oneOf(pageChanges), optedOut: flag },
  ),
  retry: object({ notBeforeMs: time, reason: text }),
  refused: object({ reason: text }),
  failed: object({ reason: text }),
});

const found: Shape<readonly FoundUrl[]> = listOf(
  object({
    url: text,
    rawUrl: text,
    depth: count,
    priority: number,
    // Only who begins a crawl names its seeds.
    via: oneOf(["link", "redirect", "sitemap", "feed"]),
  }),
);

const endHead: Shape<EndHead> = object({
  notBeforeMs: time,
  blockedReason: nullable(text),
  notes,
  ip: nullable(text),
  beside: object({ bytes: count, spentMs: time }),
  ends: listOf(pairOf(count, outcome)),
  found,
  refused: listOf(pairOf(text, object({ links: count, example: text }))),
});

export function turnAskBytes(ask: TurnAsk): Buffer {
  return Buffer.from(JSON.stringify(ask));
}

/** @throws {PipelineError} `object-broken` when the bytes are no turn of one host */
export function turnAskOf(bytes: Buffer): TurnAsk {
  const what = "a turn that is asked for";
  const ask = parsed(turnAsk, bytes.toString("utf8"), (why) => broken(what, why));
  const { host, urls } = ask.turn;
  const other = urls.find((one) => hostKeyOf(one.rawUrl) !== host);
  if (other !== undefined) throw broken(what, `URL ${other.id} is not one of ${JSON.stringify(host)}`);
  return ask;
}

const lengthBytes = 4;

/** The result of a turn in one file: the length of its head, the head as JSON, and the pieces of archive as they are. */
export function turnResultBytes(ended: EndedTurn): Buffer {
  const { notBeforeMs, blockedReason, ip, beside } = ended;
  const head: EndHead = {
    notBeforeMs,
    blockedReason,
    notes: ended.notes,
    ip,
    beside,
    ends: [...ended.outcomes],
    found: foundOnce(ended.found),
    refused: [...ended.refused],
  };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, ...ended.pieces]);
}

/** @throws {PipelineError} `object-broken` when the bytes are no result of this turn */
export function turnResultOf(bytes: Buffer, turn: Turn): EndedTurn {
  const what = `the result of turn ${turn.lease} of ${turn.host}`;
  const begin = bytes.length < lengthBytes ? Infinity : lengthBytes + bytes.readUInt32BE(0);
  if (begin > bytes.length) throw broken(what, "it is cut short");
  const json = bytes.toString("utf8", lengthBytes, begin);
  const { ends, refused, ...rest } = parsed(endHead, json, (why) => broken(what, why));
  const wrong = otherTurnIn(turn, ends, rest);
  if (wrong !== null) throw broken(what, wrong);
  const pieces = begin < bytes.length ? [bytes.subarray(begin)] : [];
  return { ...rest, turn, outcomes: new Map(ends), refused: new Map(refused), pieces };
}

/** Why a result is not that of a turn; `null`: it may be. What else the frontier has noted is not a turn's to change. */
function otherTurnIn(
  { host, urls }: Turn,
  ends: EndHead["ends"],
  { notes, found }: Pick<EndHead, "notes" | "found">,
): string | null {
  const ids = new Set(urls.map(({ id }) => id));
  const foreign = ends.find(([id]) => !ids.has(id));
  if (foreign !== undefined) return `it ends URL ${foreign[0]}, which the turn does not have`;
  const ofHost = new Set([robotsNote(host), tdmrepNote(host), paceNote(host)]);
  const note = notes.find(([name]) => !ofHost.has(name) && !name.startsWith(pathNote("")));
  if (note !== undefined) return `it notes ${JSON.stringify(note[0])}`;
  const address = found.find(({ url, rawUrl }) => !ofWeb.test(url) || !ofWeb.test(rawUrl));
  return address === undefined ? null : `it found ${JSON.stringify(address.url)}`;
}

const ofWeb = /^https?:\/\/./;

function broken(what: string, why: string): PipelineError {
  return new PipelineError("object-broken", `${what} is broken in the store: ${why}`);
}

/** Pages of one host lead to the same places: each is named once, by its shortest path, in the order of the finding. */
function foundOnce(found: readonly FoundUrl[]): FoundUrl[] {
  const byUrl = new Map<string, FoundUrl>();
  for (const one of found) {
    const known = byUrl.get(one.url);
    if (known === undefined || one.depth < known.depth) byUrl.set(one.url, one);
  }
  return [...byUrl.values()];
}
