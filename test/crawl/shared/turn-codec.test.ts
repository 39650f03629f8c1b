import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { PipelineError } from "../../../src/core/errors.ts";
import { undoneTurn, type EndedTurn } from "../../../src/crawl/host-turn.ts";
import {
  turnAskBytes,
  turnAskOf,
  turnResultBytes,
  turnResultOf,
  type TurnAsk,
} from "../../../src/crawl/shared/turn-codec.ts";
import type { Turn, UrlOutcome } from "../../../src/frontier/turn.ts";

const validators = {
  etag: '"1"',
  lastModified: null,
  payloadDigest: "sha1:X",
  capturedAt: 5,
  recordId: "<urn:x>",
  visitedAt: 6,
  status: null,
  optOuts: "ai *||",
};
const turn: Turn = {
  host: "http://a.test",
  lease: 7,
  urls: [0, 1, 2, 3].map((id) => {
    const url = `http://a.test/${id}`;
    return { id, url, rawUrl: url, depth: id, attempts: 0, validators: id === 1 ? validators : null };
  }),
};
const ask: TurnAsk = { turn, notes: [["pace http://a.test", "{}"]], aheadMs: -3.5 };
const outcomes: [number, UrlOutcome][] = [
  [0, { kind: "done", status: 200, validators, bytes: 10, spentMs: 1.5, textDigest: "sha1:X" }],
  [1, { kind: "done", status: 304, validators: null }],
  [2, { kind: "retry", notBeforeMs: 9.5, reason: "status-503" }],
  [3, { kind: "failed", reason: "tls" }],
];
const ended: EndedTurn = {
  ...undoneTurn(turn, 12.5),
  outcomes: new Map(outcomes),
  found: [{ url: "http://b.test/", rawUrl: "http://b.test/#x", depth: 1, priority: 0, via: "link" }],
  pieces: [Buffer.from("pieces of "), Buffer.from("archive")],
  refused: new Map([["scope-place", { links: 2, example: "http://c.test/" }]]),
  notes: [["way http://b.test/", null]],
  ip: "127.0.0.1",
  blockedReason: "host-failing",
};

const isRefused = (error: unknown): boolean => error instanceof PipelineError && error.code === "object-broken";

/** The bytes of a result whose head is this. */
function withHead(head: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

suite("a turn on its way between processes", () => {
  test("comes over as it was, and so does its result", () => {
    assert.deepEqual(turnAskOf(turnAskBytes(ask)), ask);
    const { pieces, ...rest } = turnResultOf(turnResultBytes(ended), turn);
    const { pieces: sent, ...wanted } = ended;
    assert.deepEqual(rest, wanted);
    assert.deepEqual(Buffer.concat(pieces), Buffer.concat(sent));
  });

  test("a turn of another shape is refused, with the place of what is wrong", () => {
    const [url] = turn.urls;
    const broken: unknown[] = [
      null,
      [],
      { ...ask, aheadMs: null },
      { ...ask, notes: [["pace"]] },
      { ...ask, turn: { ...turn, lease: "7" } },
      { ...ask, turn: { ...turn, urls: [{ ...url, validators: {} }] } },
    ];
    for (const one of broken) assert.throws(() => turnAskOf(Buffer.from(JSON.stringify(one))), isRefused);
    assert.throws(() => turnAskOf(Buffer.from("{")), isRefused);
    assert.throws(
      () => turnAskOf(Buffer.from(JSON.stringify({ ...ask, turn: { ...turn, urls: [{}] } }))),
      /urls\[0\]\.id/,
    );
  });

  test("a result that is cut short or of another shape is refused", () => {
    const whole = turnResultBytes({ ...ended, pieces: [] });
    for (const bytes of [0, 3, 4, 5, whole.length - 1]) {
      assert.throws(() => turnResultOf(whole.subarray(0, bytes), turn), isRefused, `${bytes} bytes`);
    }
    const head = JSON.parse(whole.toString("utf8", 4)) as Record<string, unknown>;
    assert.equal(turnResultOf(withHead(head), turn).outcomes.size, 4);
    const broken: unknown[] = [
      {},
      { ...head, ends: [[0, { kind: "lost", reason: "x" }]] },
      { ...head, ends: [[0, { kind: "done" }]] },
      { ...head, found: [{ url: "http://b.test/" }] },
      { ...head, found: [{ url: "x", rawUrl: "x", depth: 0, priority: 0, via: "guess" }] },
      { ...head, refused: [["scope-place", 2]] },
    ];
    for (const one of broken) assert.throws(() => turnResultOf(withHead(one), turn), isRefused, JSON.stringify(one));
  });
});
