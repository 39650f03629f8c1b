import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";

import { robotsKeeper, robotsNote, type RobotsKeeper } from "../../../src/crawl/robots/robots-keeper.ts";
import type { RobotsAnswer } from "../../../src/crawl/robots/robots-outcome.ts";

const host = "http://a.test";
const nowMs = Date.UTC(2026, 0, 1);
const file = "user-agent: *\ndisallow: /x\n";

function keeperOf(notes: ReadonlyMap<string, string>): RobotsKeeper {
  return robotsKeeper({ note: (name) => notes.get(name) ?? null }, "colophon", () => nowMs);
}

const fileAnswer: RobotsAnswer = { ok: true, status: 200, truncated: null, headers: [], payload: Buffer.from(file) };
const answers: readonly (readonly [name: string, answer: RobotsAnswer])[] = [
  ["a file", fileAnswer],
  ["a packed file", { ...fileAnswer, headers: [["Content-Encoding", "gzip"]], payload: gzipSync(file) }],
  ["a file cut off", { ...fileAnswer, truncated: "disconnect" }],
  ["a file that is not there", { ...fileAnswer, status: 404 }],
  ["a wait", { ...fileAnswer, status: 429, headers: [["Retry-After", "3600"]] }],
  ["no answer", { ok: false, reason: "connect", retry: true }],
  ["redirects that lead nowhere", { ok: null, reason: "redirects-too-many" }],
];

suite("the robots.txt of hosts", () => {
  for (const [name, answer] of answers) {
    test(`is known to the next process as it is to this one: ${name}`, () => {
      const keeper = keeperOf(new Map());
      const known = keeper.learn(host, { hops: [], answer });
      const note = keeper.newNote(host);
      assert.ok(note !== null && note[1] !== null);
      assert.deepEqual(keeperOf(new Map([[note[0], note[1]]])).known(host), known);
    });
  }

  test("is read from a note that an earlier release wrote", () => {
    const note = `{"askedMs":${nowMs},"failures":0,"ok":true,"reason":"","retry":true,"status":200,"truncated":null,"headers":[["content-encoding","identity"]],"payload":"${Buffer.from(file).toString("base64")}"}`;
    const known = keeperOf(new Map([[robotsNote(host), note]])).known(host);
    assert.ok(known?.outcome.kind === "rules");
    assert.equal(known.outcome.rules.rules[0]?.pieces[0], "/x");
  });

  const whole = {
    askedMs: nowMs,
    failures: 0,
    ok: true,
    reason: "",
    retry: true,
    status: 200,
    truncated: null,
    headers: [],
    payload: "",
  };
  const broken = [
    "",
    "null",
    "[]",
    `"x"`,
    ...Object.keys(whole).map((key) => JSON.stringify({ ...whole, [key]: undefined })),
    JSON.stringify({ ...whole, headers: [["retry-after", 1]] }),
    JSON.stringify({ ...whole, truncated: "other" }),
  ];
  for (const note of broken) {
    test(`is asked for again after a note that cannot be read: ${note}`, () => {
      assert.equal(keeperOf(new Map([[robotsNote(host), note]])).known(host), null);
    });
  }
  test("is not asked for again after a note that can", () => {
    assert.notEqual(keeperOf(new Map([[robotsNote(host), JSON.stringify(whole)]])).known(host), null);
  });
});
