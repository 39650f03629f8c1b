import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

import Database from "better-sqlite3";

import { PipelineError } from "../../src/core/errors.ts";
import type { LocalFrontier } from "../../src/frontier/frontier.ts";
import { openFrontier, type FrontierOptions } from "../../src/frontier/sqlite-frontier.ts";
import { allPages } from "../crawl/made-up-web.ts";
import { frontierContract } from "./frontier-contract.ts";
import { addressesOf, done, endAll, found, wide } from "./frontier-samples.ts";
import type { FrontierPlace } from "./frontier-samples.ts";

interface SqlitePlace extends FrontierPlace {
  readonly path: string;
  readonly open: (options?: FrontierOptions) => LocalFrontier;
}

function place(): SqlitePlace {
  const folder = mkdtempSync(join(tmpdir(), "frontier-"));
  const path = join(folder, "frontier.db");
  return { path, open: (options) => openFrontier(path, options), remove: () => rmSync(folder, { recursive: true }) };
}

frontierContract("the SQLite frontier", place);

const child = fileURLToPath(new URL("../crawl/crawl-until-killed.ts", import.meta.url));

/** Lines that the child wrote until it ended, or was killed after so many of them. */
async function crawled(path: string, killAfter: number): Promise<readonly string[]> {
  const crawl = spawn(process.execPath, [child, path], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  crawl.stdout.setEncoding("utf8");
  crawl.stdout.on("data", (chunk: string) => {
    text += chunk;
    if (text.split("\n").length > killAfter) crawl.kill("SIGKILL");
  });
  const [status, signal] = (await once(crawl, "close")) as [number | null, string | null];
  assert.ok(status === 0 || signal === "SIGKILL", `ended with ${String(status)} ${String(signal)}`);
  return text.split("\n").slice(0, -1);
}

suite("the SQLite frontier, killed", () => {
  test("a crawl that is killed again and again ends every URL exactly once", async () => {
    const { path, remove } = place();
    try {
      const lines: string[] = [];
      const kills = [1, 40, 90, 7, 150];
      for (const killAfter of kills) lines.push(...(await crawled(path, killAfter)));
      assert.ok(lines.length < allPages.length, "it ended before it was killed: the test shows nothing");
      lines.push(...(await crawled(path, Infinity)));
      assert.equal(new Set(lines).size, lines.length, "a URL was ended twice");
      // The line of a turn can be lost between its end and its writing, that of no other.
      assert.ok(lines.length >= allPages.length - kills.length * 4, `${lines.length} lines`);
      using frontier = openFrontier(path);
      assert.partialDeepStrictEqual(frontier.counts(), {
        urls: { waiting: 0, leased: 0, done: allPages.length, refused: 0, failed: 0 },
      });
      const db = new Database(path, { readonly: true });
      assert.equal(db.pragma("integrity_check", { simple: true }), "ok");
      db.close();
    } finally {
      remove();
    }
  });
});

suite("the SQLite frontier's file", () => {
  test("takes less than 150 bytes a URL", () => {
    const { path, remove } = place();
    try {
      const frontier = openFrontier(path);
      const urls = Array.from({ length: 20_000 }, (_, index) =>
        found(`https://www.site-${index % 400}.example/section/an-article-of-some-length-${index}.html`),
      );
      frontier.add(urls);
      frontier.close();
      assert.ok(statSync(path).size / urls.length < 150, `${statSync(path).size / urls.length} bytes a URL`);
    } finally {
      remove();
    }
  });

  test("a batch that fails leaves nothing behind, in the file or in memory", () => {
    const { open, remove } = place();
    try {
      const frontier = open();
      function* broken(): Generator<ReturnType<typeof found>> {
        yield found("http://a.example/x");
        throw new Error("the list ended badly");
      }
      frontier.add([found("http://seed.example/")]);
      const [turn] = frontier.claimNow(0, { turns: 1, urlsPerTurn: 1, leaseMs: 1 });
      assert.ok(turn);
      const result = { turn, outcomes: new Map(), found: broken(), notBeforeMs: 0 };
      assert.throws(() => frontier.ack(result), /ended badly/);
      assert.equal(frontier.counts().urls.leased, 1);
      assert.deepEqual(frontier.add([found("http://a.example/x")]), { added: 1, known: 0, refused: 0 });
      frontier.close();
    } finally {
      remove();
    }
  });

  test("two processes may use one file, and neither takes the other's host", () => {
    const { open, remove } = place();
    try {
      const [first, second] = [open(), open()];
      first.add([found("http://a.example/x"), found("http://b.example/x")]);
      const limits = { turns: 1, urlsPerTurn: 1, leaseMs: 1000 };
      const hosts = [first, second, first].flatMap((one) => one.claimNow(0, limits).map(({ host }) => host));
      assert.deepEqual(hosts, ["http://a.example", "http://b.example"]);
      first.close();
      second.close();
    } finally {
      remove();
    }
  });

  test("a file of the schema with a delay for each host opens and goes on where it stood", async () => {
    const { path, open, remove } = place();
    try {
      const old = new Database(path);
      old.exec(readFileSync(new URL("frontier-1.sql", import.meta.url), "utf8"));
      old.close();
      const frontier = open();
      assert.equal(frontier.note("archive"), '{"number":1,"bytes":4096}');
      assert.partialDeepStrictEqual(frontier.counts(), {
        urls: { waiting: 3, leased: 1, done: 1, refused: 0, failed: 1 },
        bytes: 10,
      });
      assert.equal(frontier.recover(Infinity, 400), 1);
      frontier.setHost("http://b.example", { blockedReason: null });
      frontier.add([found("http://c.example/new")]);
      const turns = await frontier.claim(1000, wide);
      assert.deepEqual(addressesOf(turns).toSorted(), [
        "http://a.example/b",
        "http://a.example/d",
        "http://a.example/e",
        "http://b.example/x",
        "http://c.example/new",
      ]);
      for (const turn of turns) assert.ok(endAll(frontier, turn, done, [], 2000));
      // The page that was visited; the one that failed comes with it, and is not counted.
      assert.equal(frontier.recrawl(51), 1);
      const again = await frontier.claim(2000, wide);
      const visited = again.flatMap(({ urls }) => urls).find((one) => one.validators !== null);
      assert.partialDeepStrictEqual(visited?.validators, {
        recordId: "<urn:uuid:01234567-89ab-cdef-0123-456789abcdef>",
        capturedAt: 50,
        visitedAt: 50,
        status: null,
        optOuts: null,
      });
      assert.deepEqual(
        [...frontier.hosts()].map(({ host, urls }) => [host, urls.done]),
        [
          ["http://a.example", 3],
          ["http://b.example", 1],
          ["http://c.example", 1],
        ],
      );
      frontier.close();
    } finally {
      remove();
    }
  });

  test("a file of a schema that is yet to come is refused with advice", () => {
    const { path, open, remove } = place();
    try {
      open().close();
      const newer = new Database(path);
      newer.pragma("user_version = 4");
      newer.close();
      assert.throws(open, (error) => error instanceof PipelineError && error.code === "ledger-version");
    } finally {
      remove();
    }
  });

  test("a file that is something else is refused and left as it is", () => {
    const { path, open, remove } = place();
    try {
      writeFileSync(path, "not a database, but a good deal longer than the head of one would be".repeat(20));
      const code = (wanted: string) => (error: unknown) => error instanceof PipelineError && error.code === wanted;
      assert.throws(open, code("ledger-broken"));
      rmSync(path);
      const other = new Database(path);
      other.exec("CREATE TABLE x (y)");
      other.close();
      assert.throws(open, code("ledger-broken"));
      assert.throws(() => openFrontier(join(path, "no-folder", "x.db")), code("corpus-missing"));
    } finally {
      remove();
    }
  });
});
