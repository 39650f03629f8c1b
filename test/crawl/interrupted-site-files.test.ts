import assert from "node:assert/strict";
import { test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { contextOf, paceOf, webOf, type CrawlSettings } from "../../src/crawl/crawl-settings.ts";
import { hostPaces, pacedFetch, type PacedFetch } from "../../src/crawl/host-paces.ts";
import { hostTurn } from "../../src/crawl/host-turn.ts";
import { connectToRuleOf } from "../../src/fetch/connector.ts";
import { scopeOf } from "../../src/url/scope.ts";
import { loopbackWeb, pageOf } from "./loopback-web.ts";

test("a turn that loses its host while it asks for tdmrep.json visits no page and notes nothing of that file", async () => {
  await using web = await loopbackWeb((url) => (url.endsWith("/0") ? pageOf("A page", []) : null));
  const settings: CrawlSettings = {
    requester: { software: "colophon test", project: "test", contact: "owner@example.org" },
    scope: scopeOf({ scope: "domain:test", seeds: [] }),
    ports: [],
    pace: { minDelayMs: 0, maxDelayMs: 0 },
    allowPrivate: true,
    connectTo: [connectToRuleOf(web.connectTo)],
  };
  await using own = webOf(settings);
  const { signal } = new AbortController();
  const notes = { note: () => null };
  const clock = { steadyMs: () => performance.now(), nowMs: () => Date.now() };
  const paces = hostPaces(notes, paceOf(settings), clock);
  const fetch = pacedFetch(async (request) => own.exchange(request), paces, signal);
  // As of a worker that stood still: it may not ask, though nobody has stopped it.
  const ask: PacedFetch = async (host, request) => {
    if (request.url.endsWith("tdmrep.json")) throw new PipelineError("interrupted", "its host may be another worker's");
    return fetch(host, request);
  };
  const context = contextOf(settings, { clock, ask, paces, notes, signal });
  const url = "http://a.test/0";
  const turn = {
    lease: 1,
    host: "http://a.test",
    urls: [{ id: 1, url, rawUrl: url, depth: 0, attempts: 0, validators: null }],
  };
  const ended = await hostTurn(context, turn, { turnMs: 5000, patienceMs: 1000, pieceBytes: 1 << 20 });
  assert.equal(ended.outcomes.size, 0);
  assert.deepEqual(
    web.seen.map((one) => one.url),
    ["a.test/robots.txt"],
  );
  assert.ok(!ended.notes.some(([name]) => name.startsWith("tdmrep")));
});
