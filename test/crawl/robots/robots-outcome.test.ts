import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { suite, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";

import {
  fetchRobots,
  robotsOutcomeOf,
  type RobotsAnswer,
  type RobotsOutcome,
} from "../../../src/crawl/robots/robots-outcome.ts";
import type { Exchanged, ExchangeResult, NotExchanged } from "../../../src/fetch/result.ts";
import { robotsVerdict } from "../../../src/robots/verdict.ts";

const timings = { startMs: 0, connectMs: 0, firstByteMs: 0, totalMs: 0 };
const nothing = Buffer.alloc(0);
const nowMs = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

function answered(status: number, body: string | Buffer = "", fields: Partial<Exchanged> = {}): Exchanged {
  const payload = Buffer.from(body);
  return {
    ok: true,
    status,
    statusLine: `HTTP/1.1 ${status} X`,
    headers: [],
    responseHead: nothing,
    body: payload,
    payload,
    truncated: null,
    fault: null,
    excessBytes: 0,
    interimResponses: 0,
    ip: "192.0.2.1",
    protocol: "HTTP/1.1",
    tls: null,
    timings,
    requestHead: nothing,
    ...fields,
  };
}

function unanswered(reason: NotExchanged["reason"]): NotExchanged {
  return { ok: false, reason, detail: "", retry: true, ip: null, timings, requestHead: nothing };
}

const outcomeOf = (answer: RobotsAnswer, failures = 0): RobotsOutcome =>
  robotsOutcomeOf(answer, { productToken: "colophon", nowMs, failures });

const file = "user-agent: *\ndisallow: /x\ncontent-signal: ai-train=no\n";

suite("outcomes", () => {
  test("a file is read, named by its digest, and good for a day", () => {
    const outcome = outcomeOf(answered(200, file));
    assert.ok(outcome.kind === "rules");
    assert.equal(robotsVerdict(outcome.rules, "/x").allowed, false);
    assert.equal(outcome.fileSha256, createHash("sha256").update(file).digest("hex"));
    assert.equal(outcome.expiresAtMs, nowMs + dayMs);
    assert.deepEqual([outcome.statements.length, outcome.cut], [1, false]);
  });

  test("a packed file is the same file", () => {
    const packed = outcomeOf(answered(200, gzipSync(file), { headers: [["Content-Encoding", "gzip"]] }));
    assert.deepEqual(packed, outcomeOf(answered(200, file)));
  });

  const allowing: readonly (readonly [title: string, answer: RobotsAnswer])[] = [
    ["400", answered(400)],
    ["401", answered(401)],
    ["403", answered(403)],
    ["404", answered(404, "user-agent: *\ndisallow: /")],
    ["410", answered(410)],
    ["a redirect that leads nowhere", { ok: null, reason: "redirects-too-many" }],
  ];
  for (const [title, answer] of allowing) {
    test(`after ${title} all is allowed for a day`, () => {
      assert.partialDeepStrictEqual(outcomeOf(answer), { kind: "allow-all", expiresAtMs: nowMs + dayMs });
    });
  }

  const refusing: readonly (readonly [title: string, answer: RobotsAnswer])[] = [
    ["500", answered(500, "user-agent: *\nallow: /")],
    ["503", answered(503)],
    ["599", answered(599)],
    ["no connection", unanswered("connect")],
    ["no name", unanswered("dns-name")],
    ["no certificate", unanswered("tls")],
    ["no answer in time", unanswered("timeout")],
    ["bad framing", unanswered("framing")],
    ["a file cut off by a disconnect", answered(200, file, { truncated: "disconnect" })],
    ["a file cut off by time", answered(200, file, { truncated: "time" })],
    [
      "a packed file that cannot be unpacked",
      answered(200, gzipSync(file).subarray(0, 30), { headers: [["content-encoding", "gzip"]] }),
    ],
    [
      "a file that is packed in an unknown way",
      answered(200, brotliCompressSync(file), { headers: [["content-encoding", "dcb"]] }),
    ],
  ];
  for (const [title, answer] of refusing) {
    test(`after ${title} nothing is allowed, and the file is asked for again`, () => {
      assert.partialDeepStrictEqual(outcomeOf(answer), { kind: "disallow-all", retryAtMs: nowMs + 5 * minuteMs });
    });
  }

  const misnamed = ["UTF-8", "text/plain", "charset=utf-8, x, y, z", "rot13", "utf-8, gzip"];
  for (const coding of misnamed) {
    test(`a file that is text all the same is read, whatever coding its server names: ${coding}`, () => {
      const headers: [string, string][] = [["Content-Encoding", coding]];
      assert.deepEqual(outcomeOf(answered(200, file, { headers })), outcomeOf(answered(200, file)));
      assert.deepEqual(outcomeOf(answered(200, gzipSync(file), { headers })), outcomeOf(answered(200, file)));
    });
  }

  test("each failure in a row doubles the wait, up to a day", () => {
    const waits = [0, 1, 2, 8, 9, 99].map((failures) => {
      const outcome = outcomeOf(answered(500), failures);
      return outcome.kind === "disallow-all" ? (outcome.retryAtMs - nowMs) / minuteMs : null;
    });
    assert.deepEqual(waits, [5, 10, 20, 1280, 1440, 1440]);
  });

  test("429 is a wait, as long as it asks for when that is longer", () => {
    const waitOf = (retryAfter: string) => outcomeOf(answered(429, "", { headers: [["Retry-After", retryAfter]] }));
    assert.deepEqual(waitOf("3600"), { kind: "wait", reason: "status-429", retryAtMs: nowMs + 60 * minuteMs });
    assert.partialDeepStrictEqual(waitOf("1"), { retryAtMs: nowMs + 5 * minuteMs });
    assert.partialDeepStrictEqual(waitOf("999999999"), { retryAtMs: nowMs + dayMs });
  });

  test("a file over the limits is read up to them", () => {
    const outcome = outcomeOf(answered(200, `${file}${"#\n".repeat(300_000)}`, { truncated: "length" }));
    assert.ok(outcome.kind === "rules" && outcome.cut && outcome.rules.rules.length === 1);
    const bomb = outcomeOf(
      answered(200, gzipSync(Buffer.alloc(64 << 20)), { headers: [["content-encoding", "gzip"]] }),
    );
    assert.ok(bomb.kind === "rules" && bomb.cut);
  });
});

suite("looks", () => {
  const rules = { ports: [], allowPrivate: false };
  /** Answers by address; what is not there is 404. */
  function web(answers: Record<string, ExchangeResult>) {
    const asked: string[] = [];
    const exchange = ({ url }: { url: string }): Promise<ExchangeResult> => {
      asked.push(url);
      return Promise.resolve(answers[url] ?? answered(404));
    };
    return { asked, look: () => fetchRobots(exchange, "http://a.test", { headers: [] }, rules) };
  }
  const to = (location: string): Exchanged => answered(301, "", { headers: [["location", location]] });

  test("a redirect to another host is followed, and each hop kept for the archive", async () => {
    const { look, asked } = web({
      "http://a.test/robots.txt": to("https://b.test/r"),
      "https://b.test/r": answered(200, file),
    });
    const { hops, answer } = await look();
    assert.deepEqual(asked, ["http://a.test/robots.txt", "https://b.test/r"]);
    assert.equal(hops.length, 2);
    assert.equal(outcomeOf(answer).kind, "rules");
  });

  for (const [redirects, kind] of [
    [5, "rules"],
    [6, "allow-all"],
  ] as const) {
    test(`after ${redirects} redirects the outcome is ${kind}, after at most six requests`, async () => {
      const answers: Record<string, ExchangeResult> = { "http://a.test/robots.txt": to("/1") };
      for (let hop = 1; hop < redirects; hop += 1) answers[`http://a.test/${hop}`] = to(`/${hop + 1}`);
      answers[`http://a.test/${redirects}`] = answered(200, file);
      const { look, asked } = web(answers);
      assert.equal(outcomeOf((await look()).answer).kind, kind);
      assert.equal(asked.length, 6);
    });
  }

  test("a loop ends, and a redirect to the inside is not followed", async () => {
    const loop = web({ "http://a.test/robots.txt": to("/robots.txt") });
    assert.equal(outcomeOf((await loop.look()).answer).kind, "allow-all");
    assert.equal(loop.asked.length, 6);
    const inside = web({ "http://a.test/robots.txt": to("http://169.254.169.254/robots.txt") });
    const { answer } = await inside.look();
    assert.deepEqual(answer, { ok: null, reason: "redirect-ssrf-address" });
    assert.equal(inside.asked.length, 1);
  });

  test("what cannot be reached behind a redirect is unreachable", async () => {
    const { look } = web({ "http://a.test/robots.txt": to("http://b.test/"), "http://b.test/": unanswered("connect") });
    assert.equal(outcomeOf((await look()).answer).kind, "disallow-all");
  });
});
