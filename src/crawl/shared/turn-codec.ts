import type { Note } from "../../frontier/frontier.ts";
import type { FoundUrl, RefusedCount, Turn, UrlOutcome } from "../../frontier/turn.ts";
import type { EndedTurn } from "../host-turn.ts";

/** A turn as another process is asked to do it. */
export interface TurnAsk {
  readonly turn: Turn;
  /** What the frontier has written down that the turn needs. */
  readonly notes: readonly Note[];
  /** What the clock of whoever asks is ahead of Redis': all times of the turn are to be those of the asker. */
  readonly aheadMs: number;
}

export function turnAskBytes(ask: TurnAsk): Buffer {
  return Buffer.from(JSON.stringify(ask));
}

export function turnAskOf(bytes: Buffer): TurnAsk {
  return JSON.parse(bytes.toString("utf8")) as TurnAsk;
}

/** What comes before the pieces. */
interface EndHead extends Pick<EndedTurn, "notBeforeMs" | "blockedReason" | "notes" | "ip"> {
  readonly ends: readonly (readonly [number, UrlOutcome])[];
  readonly found: readonly FoundUrl[];
  readonly refused: readonly (readonly [string, RefusedCount])[];
}

const lengthBytes = 4;

/** The end of a turn in one file: the length of its head, the head as JSON, and the pieces of archive as they are. */
export function turnEndBytes(end: EndedTurn): Buffer {
  const { notBeforeMs, blockedReason, notes, ip } = end;
  const head: EndHead = {
    notBeforeMs,
    blockedReason,
    notes,
    ip,
    ends: [...end.outcomes],
    found: foundOnce(end.found),
    refused: [...end.refused],
  };
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, ...end.pieces]);
}

export function turnEndOf(bytes: Buffer, turn: Turn): EndedTurn {
  const begin = lengthBytes + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString("utf8", lengthBytes, begin)) as EndHead;
  const pieces = begin < bytes.length ? [bytes.subarray(begin)] : [];
  const { ends, refused, ...rest } = head;
  return { ...rest, turn, outcomes: new Map(ends), refused: new Map(refused), pieces };
}

/** Pages of one host lead to the same places: each is told once, by its shortest way, in the order of the finding. */
function foundOnce(found: readonly FoundUrl[]): FoundUrl[] {
  const byUrl = new Map<string, FoundUrl>();
  for (const one of found) {
    const known = byUrl.get(one.url);
    if (known === undefined || one.depth < known.depth) byUrl.set(one.url, one);
  }
  return [...byUrl.values()];
}
