import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import type { CommonCrawlAccess } from "../../src/commoncrawl/access.ts";
import { PipelineError } from "../../src/core/errors.ts";
import { bandsHandler } from "../../src/jobs/bands/handler.ts";
import { copyHandler } from "../../src/jobs/copy/handler.ts";
import { submitCopies } from "../../src/jobs/copy/submit.ts";
import { exportHandler } from "../../src/jobs/export/handler.ts";
import { sliceHandler } from "../../src/jobs/slice/handler.ts";
import { submitSlices } from "../../src/jobs/slice/submit.ts";
import { turnHandler } from "../../src/jobs/turn/handler.ts";
import { jobOf } from "../../src/queue/job.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import type { Job, JobHandler, JobKind, JobPayload } from "../../src/queue/queue.ts";
import { segmentCache } from "../../src/segment/cache.ts";
import { folderStore } from "../../src/store/folder-store.ts";
import { copyName, crawlName, shardResultName, sliceResultName, turnName } from "../../src/store/layout.ts";
import type { Store } from "../../src/store/store.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

const software = "colophon test";
const digest = "ab".repeat(32);
const { signal } = new AbortController();
const context = { signal, attempt: 1, progress: () => undefined };
const pool = { measure: () => assert.fail("nothing is to be measured") };
const scripts = { run: async () => null, serverTimeMs: async () => 0 };

interface Stage extends Disposable {
  readonly store: Store;
  readonly handlers: Readonly<Record<JobKind, JobHandler>>;
}

function stage(): Stage {
  const folder = temporaryFolder();
  const place = join(folder.path, "store");
  mkdirSync(place);
  const store = folderStore(place);
  const segments = segmentCache(store, join(folder.path, "cache"));
  const work = { store, segments, pool, scripts, folder: folder.path, software };
  return {
    store,
    handlers: {
      slice: sliceHandler(work),
      copy: copyHandler(work),
      turn: turnHandler(work),
      bands: bandsHandler(work),
      export: exportHandler(work),
    },
    [Symbol.dispose]() {
      segments[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

const payloads: Readonly<Record<JobKind, JobPayload>> = {
  slice: { archive: digest, index: 0, begin: 0, end: 10, exactStart: null, software },
  copy: { ask: digest },
  turn: { crawl: digest, run: "run", lease: 7, part: null },
  bands: { snapshot: digest, part: 0, of: 1 },
  export: { part: digest },
};
const turnAsk = { turn: { host: "http://a.test", lease: 7, delayMs: null, urls: [] }, notes: [], aheadMs: 0 };

const refused = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof PipelineError && error.code === code && words.test(error.message);

suite("a payload that no version of ours made", () => {
  for (const [kind, payload] of Object.entries(payloads) as [JobKind, JobPayload][]) {
    for (const member of Object.keys(payload)) {
      for (const value of [undefined, true, "../../x", -1]) {
        // A version is any text; whether it fits is another question.
        if (typeof value === "string" && member === "software") continue;
        test(`ends a ${kind} job as queue-refused when ${member} is ${JSON.stringify(value)}`, async () => {
          using on = stage();
          const job: Job = { ...jobOf(kind, payload), payload: { ...payload, [member]: value } as JobPayload };
          await assert.rejects(
            async () => on.handlers[kind](job, context),
            refused("queue-refused", new RegExp(`a ${kind} job .*: ${member} is not `)),
          );
        });
      }
    }
  }
});

suite("a payload under the id of another job", () => {
  const others: Readonly<Record<JobKind, JobPayload>> = {
    slice: { ...payloads.slice, archive: "cd".repeat(32) },
    copy: { ask: "cd".repeat(32) },
    turn: { ...payloads.turn, lease: 8 },
    bands: { ...payloads.bands, snapshot: "cd".repeat(32) },
    export: { part: "cd".repeat(32) },
  };
  for (const [kind, payload] of Object.entries(payloads) as [JobKind, JobPayload][]) {
    test(`is refused as a ${kind} job, and so is one with a member too many, and nothing is put`, async () => {
      using on = stage();
      const { id } = jobOf(kind, payload);
      const more = JSON.parse(`{"__proto__":{"a":1},${JSON.stringify(payload).slice(1)}`) as JobPayload;
      for (const other of [others[kind], { ...payload, more: 1 }, more]) {
        await assert.rejects(
          async () => on.handlers[kind]({ kind, id, payload: other }, context),
          refused("queue-refused", /its id is that of another job/),
        );
      }
      assert.deepEqual(await Array.fromAsync(on.store.list("")), []);
    });

    test(`is refused as a ${kind} job when it is none, whatever its prototype`, async () => {
      using on = stage();
      const inherited = JSON.parse(`{"__proto__":${JSON.stringify(payload)}}`) as JobPayload;
      for (const none of [null, [], "x", 7, inherited, {}]) {
        await assert.rejects(
          async () => on.handlers[kind]({ ...jobOf(kind, payload), payload: none as JobPayload }, context),
          refused("queue-refused", /asks for nothing that can be done/),
        );
      }
    });
  }

  const impossible: readonly (readonly [JobKind, JobPayload])[] = [
    ["slice", { ...payloads.slice, begin: 11 }],
    ["slice", { ...payloads.slice, index: 1e300 }],
    ["slice", { ...payloads.slice, index: 0.5 }],
    ["bands", { ...payloads.bands, part: 1 }],
    ["bands", { ...payloads.bands, of: 22 }],
    ["bands", { ...payloads.bands, of: 0 }],
    ["turn", { ...payloads.turn, run: "../../x" }],
    ["turn", { ...payloads.turn, run: "" }],
    ["turn", { ...payloads.turn, lease: 2 ** 53 }],
  ];
  for (const [kind, payload] of impossible) {
    test(`asks for nothing that can be done: ${kind} ${JSON.stringify(payload).replaceAll(digest, "…")}`, async () => {
      using on = stage();
      await assert.rejects(
        async () => on.handlers[kind](jobOf(kind, payload), context),
        refused("queue-refused", /asks for nothing that can be done: \w+ is not /),
      );
    });
  }
});

suite("an object of the store that no version of ours made", () => {
  const named: readonly (readonly [JobKind, string, string, readonly string[]])[] = [
    ["slice", "a result", sliceResultName(jobOf("slice", payloads.slice).id), []],
    ["copy", "an ask", copyName(digest, "ask"), []],
    ["turn", "a crawl", crawlName(digest), [turnName({ run: "run", lease: 7, part: null }, "ask")]],
    ["export", "a result", shardResultName(digest), []],
  ];
  for (const [kind, what, name, before] of named) {
    for (const bytes of [
      "",
      "null",
      "[]",
      "{}",
      '{"segment":',
      '{"segment":1,"sha256":1,"software":1,"requester":1}',
    ]) {
      test(`ends a ${kind} job as object-broken, with its name, when ${what} is ${JSON.stringify(bytes)}`, async () => {
        using on = stage();
        for (const one of before) await on.store.put(one, Buffer.from(JSON.stringify(turnAsk)));
        await on.store.put(name, Buffer.from(bytes));
        await assert.rejects(
          async () => on.handlers[kind](jobOf(kind, payloads[kind]), context),
          refused("object-broken", new RegExp(`^${name} of .* is broken: `)),
        );
      });
    }
  }

  test("ends a copy as object-broken, with its name, when it is the result of the copy", async () => {
    using on = stage();
    await using queue = localQueue();
    queue.consume("copy", async () => ({}), { concurrency: 1 });
    const requester = { software, project: "test", contact: null };
    const reached = { base: "/x", indexBase: null, allowPrivate: false, connectTo: [], connections: 1, patience: null };
    const access: CommonCrawlAccess = { ...reached, requester };
    const watched: Store = {
      ...on.store,
      async put(name, content, stop) {
        await on.store.put(name.replace(/ask$/, "end"), Buffer.from('{"archive":"../x"}'), stop);
        return on.store.put(name, content, stop);
      },
    };
    const copyOne = submitCopies({ queue, store: watched, access, software, folder: "/x" });
    await assert.rejects(
      copyOne({ crawl: "c", file: "f", rows: null }, () => undefined, signal),
      refused("object-broken", /^copies\/.*\/end of .* is broken: archive is not a SHA-256/),
    );
  });
});

suite("a result that no version of ours gave", () => {
  test("is refused before its names are used as paths", async () => {
    using on = stage();
    await using queue = localQueue();
    queue.consume("slice", async () => ({ segment: "../../../x" }), { concurrency: 1 });
    const empty = createHash("sha256").update("").digest("hex");
    await on.store.put(`archives/${empty}`, Buffer.from(""));
    await using measurer = submitSlices({ queue, store: on.store, software, window: 1, signal });
    const slice = { archive: empty, index: 0, nominalStart: 0, nominalEnd: 1, exactStart: null };
    await assert.rejects(
      measurer.measure({ slice, path: "/x", segments: "/x", poison: [] }),
      refused("queue-refused", /a slice job gave a result that is none: segment is not a SHA-256/),
    );
  });
});

suite("a crawl that could not be opened", () => {
  test("is looked for again by the next turn", async () => {
    using on = stage();
    const asked: string[] = [];
    const watched: Store = {
      ...on.store,
      async get(name, stop) {
        asked.push(name);
        return on.store.get(name, stop);
      },
    };
    await using handler = turnHandler({ store: watched, scripts, software });
    await on.store.put(turnName({ run: "run", lease: 7, part: null }, "ask"), Buffer.from(JSON.stringify(turnAsk)));
    for (const times of [1, 2]) {
      await assert.rejects(async () => handler(jobOf("turn", payloads.turn), context), { code: "not-found" });
      assert.equal(asked.filter((name) => name === crawlName(digest)).length, times);
    }
  });
});
