import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { undoneTurn } from "../../src/crawl/host-turn.ts";
import { turnAskBytes, turnAskOf, turnResultBytes } from "../../src/crawl/shared/turn-codec.ts";
import type { Turn, UrlOutcome } from "../../src/frontier/turn.ts";
import type { StoredCrawl, TurnJob } from "../../src/jobs/turn/contract.ts";
import { submitTurns } from "../../src/jobs/turn/submit.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import type { JobHandler } from "../../src/queue/queue.ts";
import { turnName } from "../../src/store/layout.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";

const crawl: StoredCrawl = {
  requester: { software: "colophon test", project: "test", contact: null },
  scope: { scope: "domain:test", seeds: [] },
  ports: [],
  pace: {},
  connectTo: [],
  allowPrivate: true,
  followSitemaps: false,
  siteFiles: false,
  refusedSignals: { refuse: [], agents: [], unreadable: "keep" },
};
const turn: Turn = {
  host: "http://a.test",
  lease: 7,
  urls: [0, 1, 3].map((attempts, id) => {
    const url = `http://a.test/${id}`;
    return { id, url, rawUrl: url, depth: 0, attempts, validators: null };
  }),
};
const done: UrlOutcome = { kind: "done", status: 200, validators: null };

interface Stage {
  readonly store: Store;
  /** Does the turn whose URLs are these. */
  readonly work: (urls: readonly number[], signal: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly away?: (call: keyof Store) => boolean;
  /** Changes what workers leave. */
  readonly forge?: (end: Buffer) => Buffer;
}

/** The end of the turn when workers do what `work` does before they deliver. */
async function endedBy({
  store,
  work,
  signal = new AbortController().signal,
  away = () => false,
  forge = (end) => end,
}: Stage) {
  const handler: JobHandler = async ({ payload }, context) => {
    const job = payload as TurnJob;
    const asked = turnAskOf((await store.get(turnName(job, "ask"))) ?? assert.fail("there is no ask"));
    const ids = asked.turn.urls.map(({ id }) => id);
    await work(ids, context.signal);
    const end = { ...undoneTurn(asked.turn, 5), outcomes: new Map(ids.map((id) => [id, done])) };
    await store.put(turnName(job, "end"), forge(turnResultBytes(end)));
    return {};
  };
  await using queue = localQueue({ retry: { firstDelayMs: 1, longestDelayMs: 1, tries: 2 } });
  queue.consume("turn", handler, { concurrency: 1 });
  const scripts = { run: async () => null, serverTimeMs: async () => Date.now() };
  const unsteady: Store = {
    ...store,
    async put(...given) {
      if (away("put")) throw new PipelineError("store-unreachable", "no answer");
      return store.put(...given);
    },
    async get(...given) {
      if (away("get")) throw new PipelineError("store-unreachable", "no answer");
      return store.get(...given);
    },
  };
  const shared = { queue, store: unsteady, scripts };
  const { runTurn } = await submitTurns(shared, { run: "run", crawl, notes: { note: () => null } }, signal);
  return await runTurn(turn);
}

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "colophon-remote-"));
  try {
    await using store = await openStore(join(folder, "store"));
    await work(store);
    for (let tries = 0; (await Array.fromAsync(store.list("turns/"))).length > 0; tries++) {
      assert.ok(tries < 100, "a turn stayed in the store");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const kindsOf = ({ outcomes }: { readonly outcomes: ReadonlyMap<number, UrlOutcome> }): unknown =>
  Object.fromEntries([...outcomes].map(([id, one]) => [id, "reason" in one ? `${one.kind} ${one.reason}` : one.kind]));

suite("a turn handed to workers", () => {
  test("comes back with all that they brought", async () => {
    await withStore(async (store) => {
      const end = await endedBy({ store, work: async () => undefined });
      assert.deepEqual(kindsOf(end), { 0: "done", 1: "done", 2: "done" });
      assert.equal(end.turn, turn);
      assert.equal(end.notBeforeMs, 5);
    });
  });

  test("that kills its workers is asked for page by page, and only the deadly page fails", async () => {
    await withStore(async (store) => {
      const end = await endedBy({
        store,
        async work(urls) {
          if (urls.includes(1)) throw new PipelineError("worker-crashed", "it died");
        },
      });
      assert.deepEqual(kindsOf(end), { 0: "done", 1: "failed job-quarantined", 2: "done" });
    });
  });

  test("that cannot be done is tried again later, each page as often as any", async () => {
    await withStore(async (store) => {
      const end = await endedBy({
        store,
        async work() {
          throw new PipelineError("archive-changed", "something that may pass");
        },
      });
      assert.deepEqual(kindsOf(end), {
        0: "retry archive-changed",
        1: "retry archive-changed",
        2: "failed archive-changed",
      });
    });
  });

  test("waits while the store cannot be reached", async () => {
    await withStore(async (store) => {
      const left = { put: 2, get: 1 };
      const away = (call: keyof Store): boolean => (call === "put" || call === "get") && left[call]-- > 0;
      const end = await endedBy({ store, work: async () => undefined, away });
      assert.deepEqual(kindsOf(end), { 0: "done", 1: "done", 2: "done" });
      assert.ok(left.put < 0 && left.get < 0);
    });
  });

  test("ends the crawl when no worker is of its version, with the reason", async () => {
    await withStore(async (store) => {
      const work = async (): Promise<void> => {
        throw new PipelineError("version-differs", "start workers of the same version");
      };
      await assert.rejects(endedBy({ store, work }), /same version/);
    });
  });

  test("whose result is forged is tried again later, and nothing of the result is written", async () => {
    const forgeries: Readonly<Record<string, (head: Record<string, unknown>) => unknown>> = {
      "URLs of another turn": (head) => ({ ...head, ends: [[99, done]] }),
      "a note that is the crawl's": (head) => ({ ...head, notes: [["crawl", '{"seeds":["http://evil.test/"]}']] }),
      "a note of another host": (head) => ({ ...head, notes: [["robots http://b.test", null]] }),
      "a seed": (head) => ({
        ...head,
        found: [{ url: "http://b.test/", rawUrl: "http://b.test/", depth: 0, priority: 0, via: "seed" }],
      }),
      "an address that is none of the web": (head) => ({
        ...head,
        found: [{ url: "file:///etc/passwd", rawUrl: "file:///etc/passwd", depth: 0, priority: 0, via: "link" }],
      }),
      "a wait without end": (head) => ({ ...head, notBeforeMs: 1e300 }),
      "a status of many digits": (head) => ({ ...head, ends: [[0, { ...done, status: 1e15 }]] }),
      "a head that is none": () => null,
      "a member less": (head) => ({ ...head, ends: undefined }),
      "members of a prototype": (head) => JSON.parse(`{"__proto__":${JSON.stringify(head)}}`) as unknown,
    };
    for (const [what, change] of Object.entries(forgeries)) {
      await withStore(async (store) => {
        const forge = (end: Buffer): Buffer => {
          const head = JSON.parse(end.toString("utf8", 4)) as Record<string, unknown>;
          const json = Buffer.from(JSON.stringify(change(head)));
          const length = Buffer.alloc(4);
          length.writeUInt32BE(json.length);
          return Buffer.concat([length, json]);
        };
        const end = await endedBy({ store, work: async () => undefined, forge });
        const again = { 0: "retry object-broken", 1: "retry object-broken", 2: "failed object-broken" };
        assert.deepEqual(kindsOf(end), again, what);
        assert.deepEqual([end.found, end.notes, end.pieces, end.blockedReason], [[], [], [], null], what);
      });
    }
  });

  test("is the one that was asked for, whatever lay under its name before", async () => {
    await withStore(async (store) => {
      const other = { ...turn, urls: [{ ...(turn.urls[0] ?? assert.fail("no URL")), id: 55 }] };
      const early: Store = {
        ...store,
        async put(name, content, stop) {
          if (name.endsWith("/ask")) await store.put(name, turnAskBytes({ turn: other, notes: [], aheadMs: 0 }));
          return store.put(name, content, stop);
        },
      };
      // The forger comes first once; what the crawl puts then is the same again and stays.
      const asked: string[] = [];
      const once: Store = {
        ...store,
        put: async (name, content, stop) =>
          (asked.includes(name) ? store : (asked.push(name), early)).put(name, content, stop),
      };
      const end = await endedBy({ store: once, work: async () => undefined });
      assert.deepEqual(kindsOf(end), { 0: "done", 1: "done", 2: "done" });
    });
  });

  test("takes what an earlier process left in the store away", async () => {
    await withStore(async (store) => {
      await store.put("turns/run/3/end", Buffer.from("left over"));
      await store.put("turns/run/7/end", Buffer.from("of a frontier that was set back"));
      const end = await endedBy({ store, work: async () => undefined });
      assert.deepEqual(kindsOf(end), { 0: "done", 1: "done", 2: "done" });
    });
  });
});
