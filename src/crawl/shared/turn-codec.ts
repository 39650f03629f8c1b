import { PipelineError } from "../../core/errors.ts";
import {
  byKind,
  count,
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
import type { EndedTurn } from "../host-turn.ts";

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

const validators: Shape<Validators> = object({
  etag: nullable(text),
  lastModified: nullable(text),
  payloadDigest: text,
  capturedAt: number,
  recordId: text,
  visitedAt: number,
  status: nullable(count),
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
    { status: count, validators: nullable(validators) },
    { bytes: count, spentMs: number, textDigest: text, change: oneOf(pageChanges), optedOut: flag },
  ),
  retry: object({ notBeforeMs: number, reason: text }),
  refused: object({ reason: text }),
  failed: object({ reason: text }),
});

const found: Shape<readonly FoundUrl[]> = listOf(
  object({
    url: text,
    rawUrl: text,
    depth: count,
    priority: number,
    via: oneOf(["seed", "link", "redirect", "sitemap", "feed"]),
  }),
);

const endHead: Shape<EndHead> = object({
  notBeforeMs: number,
  blockedReason: nullable(text),
  notes,
  ip: nullable(text),
  beside: object({ bytes: count, spentMs: number }),
  ends: listOf(pairOf(count, outcome)),
  found,
  refused: listOf(pairOf(text, object({ links: count, example: text }))),
});

export function turnAskBytes(ask: TurnAsk): Buffer {
  return Buffer.from(JSON.stringify(ask));
}

/** @throws {PipelineError} `store-refused` when the bytes are no turn */
export function turnAskOf(bytes: Buffer): TurnAsk {
  return parsed(turnAsk, bytes.toString("utf8"), (why) => broken("a turn that is asked for", why));
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

/** @throws {PipelineError} `store-refused` when the bytes are no result of a turn */
export function turnResultOf(bytes: Buffer, turn: Turn): EndedTurn {
  const what = `the result of turn ${turn.lease} of ${turn.host}`;
  const begin = bytes.length < lengthBytes ? Infinity : lengthBytes + bytes.readUInt32BE(0);
  if (begin > bytes.length) throw broken(what, "it is cut short");
  const json = bytes.toString("utf8", lengthBytes, begin);
  const { ends, refused, ...rest } = parsed(endHead, json, (why) => broken(what, why));
  const pieces = begin < bytes.length ? [bytes.subarray(begin)] : [];
  return { ...rest, turn, outcomes: new Map(ends), refused: new Map(refused), pieces };
}

function broken(what: string, why: string): PipelineError {
  return new PipelineError("store-refused", `${what} is broken in the store: ${why}; run the same command again`);
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
