import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import Database from "better-sqlite3";

import { readArchive } from "../../src/warc/read-archive.ts";
import { fileSource } from "../../src/warc/source.ts";
import { answersItself, loopbackWeb, pageOf, type LoopbackWeb } from "../crawl/loopback-web.ts";
import { ended, startColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const kills = 8;
const [hosts, pagesOfHost] = [5, 60];

/** Every page leads to the next two of its host and to one of the next host; each answer takes a moment. */
function slowWeb(): Promise<LoopbackWeb> {
  return loopbackWeb((url, _, response) => {
    const [, host = "", page = ""] = /^h(\d)\.test\/(\d*)$/.exec(url) ?? [];
    if (host === "") return null;
    const at = Number(page);
    const next = [at * 2 + 1, at * 2 + 2].filter((other) => other < pagesOfHost).map((other) => `/${other}`);
    const html = pageOf(url, [...next, `http://h${(Number(host) + 1) % hosts}.test/`]);
    setTimeout(() => response.writeHead(200, { "content-type": "text/html" }).end(html), 4);
    return answersItself(response);
  });
}

function crawlArgs(web: LoopbackWeb, corpus: string): string[] {
  const aim = [
    "http://h0.test/",
    "--scope",
    "domain:test",
    "--corpus",
    corpus,
    "--delay",
    "0",
    "--no-ingest",
    "--json",
  ];
  return ["crawl", ...aim, "--allow-private", "--connect-to", web.connectTo];
}

/** What the frontier of a dead process says has ended, files of sites that it knows among them. */
function acknowledged(corpus: string): Set<string> {
  const db = new Database(join(corpus, "frontier.sqlite"));
  try {
    const urls = db
      .prepare("SELECT name || path FROM urls JOIN hosts ON hosts.id = host WHERE state = 2")
      .pluck()
      .all();
    const notes = db
      .prepare(
        `SELECT substr(name, 8) || CASE WHEN name LIKE 'robots %' THEN '/robots.txt' ELSE '/.well-known/tdmrep.json' END
         FROM notes WHERE name LIKE 'robots %' OR name LIKE 'tdmrep %'`,
      )
      .pluck()
      .all();
    return new Set([...urls, ...notes].map((url) => String(url).replace("http://", "")));
  } finally {
    db.close();
  }
}

async function capturesIn(corpus: string): Promise<string[]> {
  const urls: string[] = [];
  for (const path of globSync(join(corpus, "archives", "*"))) {
    using source = fileSource(path);
    for await (const item of readArchive(source)) {
      assert.equal(item.kind, "record", `${path} has bytes in no record`);
      if (item.kind === "record" && item.type === "response") urls.push(item.url?.replace("http://", "") ?? "");
    }
  }
  return urls.toSorted();
}

suite("a crawl that is killed", () => {
  test(`archives each page once after ${kills} times kill -9, and asks again only for what was in flight`, async () => {
    await using web = await slowWeb();
    using folder = temporaryFolder();
    const corpus = join(folder.path, "corpus");
    const inFlight: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const before = web.seen.length;
      const child = startColophon(crawlArgs(web, corpus));
      const over = ended(child);
      while (web.seen.length === before && child.exitCode === null) await pause(2);
      await pause(Math.random() * 80);
      child.kill("SIGKILL");
      const { signal, err } = await over;
      assert.equal(signal, "SIGKILL", `the crawl was over before it could be killed: ${err}`);
      const done = acknowledged(corpus);
      inFlight.push(...web.seen.slice(before).flatMap(({ url }) => (done.has(url) ? [] : [url])));
    }
    const last = await ended(startColophon(crawlArgs(web, corpus)));
    assert.equal(last.status, 0, last.err);
    assert.match(last.err, /the last crawl did not end by itself/);

    const expected = Array.from({ length: hosts }, (_, host) => [
      `h${host}.test/robots.txt`,
      `h${host}.test/.well-known/tdmrep.json`,
      `h${host}.test/`,
      ...Array.from({ length: pagesOfHost - 1 }, (__, page) => `h${host}.test/${page + 1}`),
    ]).flat();
    assert.deepEqual(await capturesIn(corpus), expected.toSorted(), "each page is archived, and once");
    const again = new Map<string, number>();
    for (const { url } of web.seen) again.set(url, (again.get(url) ?? -1) + 1);
    for (const url of inFlight) again.set(url, (again.get(url) ?? 0) - 1);
    assert.deepEqual(
      [...again].filter(([, times]) => times !== 0),
      [],
      "asked for twice, but not in flight",
    );
    // A host's turn is at most eight URLs; one turn may wait for its commit while the host has its next.
    assert.ok(inFlight.length <= kills * hosts * 9, `${inFlight.length} were in flight`);
  });
});
