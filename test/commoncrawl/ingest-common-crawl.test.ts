import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";

import { serveCrawl } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { ended, manifestOf, runColophon, startColophon } from "../fixtures/run-colophon.ts";
import { crawl, smallCrawl, type SmallCrawl } from "./small-crawl.ts";

let small: SmallCrawl;
before(async () => {
  small = await smallCrawl();
});
after(() => small[Symbol.dispose]());

interface Report {
  readonly copies: {
    readonly records: number;
    readonly fetchedBytes: number;
    readonly refused: readonly { readonly reason: string; readonly url: string | null }[];
    readonly archives: readonly { readonly path: string }[];
  };
}

const domain = ["--cc", crawl, "--match", "*.example", "--match", "encyclopedia.example/wiki/*"];

function at(name: string): string {
  return join(small.path, name);
}

function pages(): number {
  return small.made.rows.filter(({ subset }) => subset === "warc").length;
}

function queried(corpus: string, sql: string): unknown[] {
  using ledger = openLedger(join(corpus, "ledger.sqlite"), { mode: "read" });
  return ledger.statement(sql).all();
}

suite("ingest --cc", () => {
  test("gives the same manifest by either index, from a server that is busy and from a mirror, and verifies", async () => {
    await using served = await serveCrawl(small.folder, {
      // Only now and then: each repeated request waits for a second.
      fault: (_, number) => (number === 4 ? { status: 503, headers: { "Retry-After": "1" } } : null),
    });
    const server = ["--cc-base", served.base, "--cc-index", served.base, "--allow-private"];
    const roots: string[] = [];
    for (const [name, options] of [
      ["columnar", server],
      ["cdx", [...server, "--index", "cdx"]],
      ["mirror", ["--cc-base", `file://${small.folder}`]],
    ] as const) {
      const run = await runColophon("ingest", ...domain, ...options, "--with-robots", "--json", "--corpus", at(name));
      assert.equal(run.status, 0, run.err);
      const { copies } = JSON.parse(run.out) as Report;
      const robots = small.made.rows.filter(({ subset }) => subset === "robotstxt").length;
      assert.deepEqual([copies.records, copies.refused], [pages() + robots, []]);
      roots.push(manifestOf(at(name)).root);
    }
    assert.equal(new Set(roots).size, 1);
    const agents = served.asked.map(({ headers }) => headers["user-agent"] ?? "");
    assert.ok(agents.every((agent) => agent.startsWith("Colophon/")));
    const verified = await runColophon("verify", at("columnar"));
    assert.equal(verified.status, 0, verified.out + verified.err);
  });

  test("keeps where each capture came from, whatever the slices, and never as its licence; explain tells it", async () => {
    const corpus = at("slices");
    mkdirSync(corpus);
    writeFileSync(join(corpus, "corpus.yaml"), "name: slices\nsliceBytes: 65536\n");
    const options = ["--cc-base", small.folder, "--with-robots", "--corpus", corpus];
    assert.equal((await runColophon("ingest", ...domain, ...options)).status, 0);
    const rows = queried(
      corpus,
      "SELECT c.url, k.crawl, k.subset, k.file, k.offset, k.length, k.digest, k.fields FROM copies k JOIN captures c USING (key)",
    ) as { url: string; file: string; offset: number; length: number; digest: string; fields: string }[];
    const wanted = small.made.rows.filter(({ subset }) => subset !== "crawldiagnostics");
    assert.deepEqual(
      rows.map(({ url, file, offset, length, digest }) => [url, file, offset, length, digest].join(" ")).toSorted(),
      wanted
        .map(({ url, filename, offset, length, digest }) => [url, filename, offset, length, digest].join(" "))
        .toSorted(),
    );
    assert.ok(queried(corpus, "SELECT DISTINCT slice FROM captures").length > 1);
    assert.deepEqual(queried(corpus, "SELECT licence FROM documents WHERE licence LIKE '%ommon%rawl%'"), []);
    const { out } = await runColophon("explain", "https://encyclopedia.example/", "--corpus", corpus);
    assert.match(out, /copied from {2}CC-MAIN-2025-38: \d+ bytes at \d+ of crawl-data\/.*\/warc\/.*\.warc\.gz/);
    assert.match(out, /its index said: digest [A-Z2-7]{32}, .*fetchedAt 2024-03-02T06:00:14Z/);
    assert.match(
      out,
      /robots\.txt {3}captured .*, HTTP 200, SHA-256 [0-9a-f]{64}, https:\/\/encyclopedia\.example\/robots\.txt/,
    );
  });

  test("takes whole files too, and says of each capture which file it was", async () => {
    await using served = await serveCrawl(small.folder);
    const options = ["--cc-whole", "--cc-base", served.base, "--allow-private", "--no-publish"];
    const run = await runColophon("ingest", ...domain.slice(0, 4), ...options, "--corpus", at("whole"));
    assert.equal(run.status, 0, run.err);
    const [counts] = queried(
      at("whole"),
      "SELECT count(*) AS copies, count(DISTINCT file) AS files, count(DISTINCT crawl) AS crawls FROM copies",
    );
    assert.deepEqual(counts, { copies: pages(), files: 2, crawls: 1 });
  });

  test("goes on after kill -9 in the middle of a download: nothing is fetched twice, the root is the same", async () => {
    const corpus = at("killed");
    let held: () => void = () => undefined;
    const holding = new Promise<void>((resolve) => (held = resolve));
    let killed = false;
    await using served = await serveCrawl(small.folder, {
      fault: ({ path }) =>
        !killed && path.includes("/1757100000000.00/warc/") ? { holdAfterBytes: 100_000, onHold: () => held() } : null,
    });
    // One stream, so that the first file is done when the second hangs.
    const args = [
      "ingest",
      ...domain,
      "--cc-base",
      served.base,
      "--allow-private",
      "--cc-streams",
      "1",
      "--json",
      "--corpus",
      corpus,
    ];
    const child = startColophon(args);
    after(() => child.kill("SIGKILL"));
    await holding;
    killed = true;
    child.kill("SIGKILL");
    assert.equal((await ended(child)).signal, "SIGKILL");
    const asked = served.asked.length;
    const again = await runColophon(...args);
    assert.equal(again.status, 0, again.err);
    const later = served.asked.slice(asked).map(({ path }) => path);
    assert.deepEqual(
      [later.length, later[0]?.includes("/1757100000000.00/warc/")],
      [1, true],
      "more was asked for than what was missing",
    );
    const undisturbed = await runColophon(
      "ingest",
      ...domain,
      "--cc-base",
      small.folder,
      "--json",
      "--corpus",
      at("undisturbed"),
    );
    assert.equal(undisturbed.status, 0, undisturbed.err);
    assert.equal(manifestOf(corpus).root, manifestOf(at("undisturbed")).root);
  });

  test("names each record for which the index lies, ends with status 3, and publishes the others", async () => {
    using lying = await smallCrawl({
      lie: (row) => {
        if (row.url === "https://encyclopedia.example/") return { ...row, offset: row.offset + 1 };
        if (row.url === "https://encyclopedia.example/wiki/saltrigg")
          return { ...row, filename: "crawl-data/../../../etc/passwd" };
        return row;
      },
    });
    await using served = await serveCrawl(lying.folder);
    for (const index of ["columnar", "cdx"]) {
      const corpus = join(lying.path, index);
      const options = [
        "--cc-base",
        served.base,
        "--cc-index",
        served.base,
        "--index",
        index,
        "--allow-private",
        "--json",
      ];
      const run = await runColophon("ingest", ...domain.slice(0, 4), ...options, "--corpus", corpus);
      assert.equal(run.status, 3, run.err);
      const { copies } = JSON.parse(run.out) as Report;
      assert.deepEqual(copies.refused.map(({ reason }) => reason).toSorted(), ["index-row", "not-member"]);
      assert.match(run.err, /not copied, not-member: https:\/\/encyclopedia\.example\/ \(byte \d+ of /);
      assert.equal(copies.records, pages() - 2);
      assert.ok(manifestOf(corpus).totals.documents > 50);
    }
    assert.ok(served.asked.every(({ path }) => !path.includes("passwd")));
  });

  test("selects by language, type and limit, and has nothing to do when nothing fits", async () => {
    const options = ["--cc-base", small.folder, "--no-publish", "--json"];
    const english = await runColophon(
      "ingest",
      "--cc",
      crawl,
      "--lang",
      "en",
      "--limit",
      "3",
      ...options,
      "--corpus",
      at("english"),
    );
    assert.equal(english.status, 0, english.err);
    const languages = queried(at("english"), "SELECT json_extract(fields, '$.languages') AS l FROM copies") as {
      l: string;
    }[];
    assert.deepEqual(
      languages.map(({ l }) => l.slice(0, 3)),
      ["eng", "eng", "eng"],
    );
    const none = await runColophon(
      "ingest",
      "--cc",
      crawl,
      "--match",
      "nobody.test/*",
      ...options,
      "--corpus",
      at("none"),
    );
    assert.deepEqual([none.status, (JSON.parse(none.out) as Report).copies.records], [0, 0]);
  });

  test("asks nobody without a contact, and stops at the first 403", async () => {
    const silent = await runColophon("ingest", "--cc", crawl, "--match", "*.example", "--corpus", at("silent"));
    assert.deepEqual([silent.status, /--contact/.test(silent.err)], [2, true], silent.err);
    const nothing = await runColophon("ingest", "--corpus", at("nothing"));
    assert.equal(nothing.status, 2);
    await using served = await serveCrawl(small.folder, { fault: () => ({ status: 403 }) });
    const closed = await runColophon("ingest", ...domain, "--cc-base", served.base, "--corpus", at("closed"));
    assert.deepEqual([closed.status, /--allow-private/.test(closed.err), served.asked.length], [10, true, 0]);
    const refused = await runColophon(
      "ingest",
      ...domain,
      "--cc-base",
      served.base,
      "--allow-private",
      "--corpus",
      at("refused"),
    );
    assert.deepEqual([refused.status, served.asked.length], [10, 1], refused.err);
  });

  test("asks the index again when the selection beside its archives is valid JSON of another shape", async () => {
    const corpus = at("foreign-selection");
    const args = ["ingest", ...domain, "--cc-base", small.folder, "--no-publish", "--json", "--corpus", corpus];
    const first = await runColophon(...args);
    const folder = join(corpus, "archives", "common-crawl");
    const name = readdirSync(folder).find((one) => one.startsWith("selection-"));
    assert.ok(name !== undefined);
    const noted = readFileSync(join(folder, name));
    for (const foreign of [[], { groups: [{ crawl, file: "x", rows: "all" }], refused: [] }]) {
      writeFileSync(join(folder, name), gzipSync(JSON.stringify(foreign)));
      const again = await runColophon(...args);
      assert.equal(again.status, 0, again.err);
      const [before, after] = [first, again].map(({ out }) => (JSON.parse(out) as Report).copies.archives);
      assert.deepEqual(after, before);
      assert.ok(readFileSync(join(folder, name)).equals(noted));
    }
  });

  test("keeps nothing under the name of an archive that is not whole", () => {
    for (const corpus of ["columnar", "killed", "slices"]) {
      const folder = join(at(corpus), "archives", "common-crawl");
      const names = readdirSync(folder);
      assert.ok(names.some((name) => name.endsWith(".warc.gz")));
      assert.deepEqual(
        names.filter((name) => name.startsWith(".unfinished-")),
        [],
      );
      for (const name of names.filter((one) => one.endsWith(".warc.gz"))) {
        assert.ok(readFileSync(join(folder, name)).length > 0);
      }
    }
  });
});
