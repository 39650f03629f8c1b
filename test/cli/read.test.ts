import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { ownBuild } from "../../src/core/build/build.ts";
import { softwareVersion } from "../../src/corpus/software.ts";
import type { Story } from "../../src/ledger/capture-history.ts";
import type { StatsRow } from "../../src/ledger/stats.ts";
import type { Extracted } from "../../src/measure/inspect.ts";
import { archiveOfPages, pageHtml, responseMember } from "../fixtures/archive-of-pages.ts";
import { ended, runColophon, temporaryFolder, type Run } from "../fixtures/run-colophon.ts";

const bin = new URL("../../bin/colophon.js", import.meta.url).pathname;
const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());

const archive = join(folder.path, "pages.warc.gz");
// A path with a space and a letter beyond ASCII, as users have them.
const corpus = join(folder.path, "a corpus ü");
const escapes = "\u001b[2J\u009b31m\u202ekept";
const formula = "=HYPERLINK(1)";

before(async () => {
  const quiet = (html: string): string =>
    html.replace("<head>", `<head><meta name="robots" content="noai,\n\ndecision\n  kept under default${escapes}">`);
  writeFileSync(
    archive,
    Buffer.concat([
      archiveOfPages("pages.example", 0, 3),
      responseMember("https://hostile.example/", quiet(pageHtml(90).replace("Page 90", `Title${escapes}`))),
      responseMember("https://formula.example/", pageHtml(91).replace("Page 91", formula)),
    ]),
  );
  const { status, err } = await runColophon("ingest", archive, "--corpus", corpus);
  assert.equal(status, 0, err);
});

test("--version and explain name the build", async () => {
  const { out } = await runColophon("--version");
  assert.equal(out, `${softwareVersion()} build ${ownBuild.id}\n`);
  const story = await on("explain", "https://hostile.example/");
  assert.ok(story.out.includes(`measured by  ${softwareVersion()}, build ${ownBuild.id}\n`), story.out);
});

/** One command on the corpus. */
async function on(...args: readonly string[]): Promise<Run> {
  return runColophon(...args, "--corpus", corpus);
}

async function piped(input: string | Buffer, ...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  return ended(child);
}

function jsonLines<T>(out: string): T[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

const controls = /[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

suite("reading a corpus", () => {
  test("explain tells one story by address, by id and by the first eight digits of one, and ends with 8 for none", async () => {
    const [byUrl] = jsonLines<Story>((await on("explain", "https://pages.example/page/1", "--json")).out);
    const id = String(byUrl?.capture["id"]);
    assert.equal(byUrl?.document?.["licence"], "CC-BY-4.0");
    for (const wanted of [id, id.slice(0, 8)]) {
      assert.deepEqual(jsonLines<Story>((await on("explain", wanted, "--json")).out), [byUrl]);
    }
    const words = (await on("explain", id)).out;
    for (const said of [archive, "kept under default", "gopher/word-count", "rel-license"]) {
      assert.ok(words.includes(said), said);
    }
    for (const none of ["https://pages.example/page/none", id.slice(0, 7), ""]) {
      const { status, out, err } = await on("explain", none);
      assert.deepEqual([status, out], [8, ""]);
      assert.match(err, /no capture of/);
    }
  });

  test("no control character of a page reaches the output, and none of its lines looks like one of the program's", async () => {
    const commands = [
      ["explain", "https://hostile.example/"],
      ["explain", "https://hostile.example/", "--json"],
      ["query", "SELECT title, quote FROM documents LEFT JOIN signals USING (key)"],
      ["query", "SELECT title, quote FROM documents LEFT JOIN signals USING (key)", "--json"],
      ["query", "SELECT title, quote FROM documents LEFT JOIN signals USING (key)", "--format", "csv"],
    ];
    for (const args of commands) {
      const { status, out } = await on(...args);
      assert.equal(status, 0, args.join(" "));
      assert.ok(out.includes("Title"), args.join(" "));
      assert.doesNotMatch(out.replaceAll("\r\n", "\n"), controls, args.join(" "));
    }
    const { out } = await on("explain", "https://hostile.example/");
    assert.equal(out.split("\n").filter((line) => line.startsWith("decision")).length, 1);
    for (const args of [
      ["extract", archive],
      ["extract", archive, "--json"],
    ]) {
      assert.doesNotMatch((await runColophon(...args)).out, controls, args.join(" "));
    }
  });

  test("JSON says the same with its escapes as without", async () => {
    const { out } = await on("query", "SELECT title FROM documents WHERE host = 'hostile.example'", "--json");
    assert.deepEqual(jsonLines(out), [{ title: `Title${escapes}` }]);
  });

  test("a cell that a spreadsheet would take for a formula is made text in CSV", async () => {
    const { out } = await on(
      "query",
      "SELECT title, words FROM documents WHERE host = 'formula.example'",
      "--format",
      "csv",
    );
    assert.match(out, /^title,words\r\n'=HYPERLINK\(1\),\d+\r\n$/);
  });

  test("query names two columns of one name apart, and an answer cut off ends with 9", async () => {
    const { out } = await on("query", "SELECT 1 AS a, 2 AS a", "--json");
    assert.deepEqual(jsonLines(out), [{ a: 1, "a:1": 2 }]);
    const cut = await on("query", "SELECT id FROM documents", "--rows", "2", "--json");
    assert.deepEqual([cut.status, jsonLines(cut.out).length], [9, 2]);
    assert.match(cut.err, /raise --rows/);
    const wide = await on("query", "SELECT hex(zeroblob(40000000))");
    assert.equal(wide.status, 9);
    assert.match(wide.err, /shorter values/);
  });

  test("query prints a table of more rows than a call takes arguments", async () => {
    const count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT i FROM n";
    const { status, out, err } = await on("query", count, "--rows", "300000");
    assert.equal(status, 0, err);
    assert.ok(out.trimEnd().endsWith("200000"));
  });

  test("query refuses what is not one reading statement with 2 and in one line", async () => {
    for (const sql of [
      "ATTACH 'x' AS y",
      "PRAGMA journal_mode",
      "SELECT 1; SELECT 2",
      "SELECT ?",
      "SELECT nothing FROM captures",
    ]) {
      const { status, out, err } = await on("query", sql);
      assert.deepEqual([status, out], [2, ""], sql);
      assert.match(err, /^colophon: [^\n]+\n$/, sql);
    }
  });

  test("stats counts by each key, and status says what stats counts", async () => {
    const sums: number[] = [];
    for (const by of ["licence", "host", "language", "type"]) {
      const rows = jsonLines<StatsRow>((await on("stats", "--by", by, "--json")).out);
      sums.push(rows.reduce((sum, { count }) => sum + count, 0));
    }
    assert.deepEqual(sums, [5, 5, 5, 5]);
    const { kept, refused } = (
      JSON.parse((await on("status", "--json")).out) as { documents: { kept: number; refused: number } }
    ).documents;
    assert.equal(kept + refused, 5);
    const [reason] = jsonLines<StatsRow>((await on("stats", "--by", "reason", "--json")).out);
    assert.deepEqual([reason?.value.startsWith("signal:"), reason?.count, refused], [true, 1, 1]);
    const hosts = await on("stats", "--by", "host", "--rows", "1");
    assert.match(hosts.out, /pages\.example +3/);
    assert.equal((await on("stats", "--by", "nothing")).status, 2);
  });

  test("a folder without a corpus ends each reading command with 8 and the way to make one", async () => {
    for (const command of [["status"], ["stats"], ["explain", "x"], ["query", "SELECT 1"], ["publish"]]) {
      const { status, err } = await runColophon(...command, "--corpus", join(folder.path, "none"));
      assert.equal(status, 8, command[0]);
      assert.match(err, /colophon ingest/);
    }
  });
});

suite("policies and configuration", () => {
  test("policy init writes a policy that policy check takes, and writes over none unless told to", async () => {
    const path = join(folder.path, "policy.yaml");
    assert.equal((await runColophon("policy", "init", path)).status, 0);
    const first = await runColophon("policy", "check", path, "--json");
    assert.equal((JSON.parse(first.out) as { name: string }).name, "default");
    assert.equal((await runColophon("policy", "init", path)).status, 2);
    assert.equal((await runColophon("policy", "init", path, "--force")).status, 0);
  });

  test("a fault of a policy or of corpus.yaml is named with its file, and its line where it has one, and ends with 6", async () => {
    const faults = [
      ["name: x\nrules: [1\n", /policy\.yaml:3:1: /],
      ["name: x\nname: y\n", /policy\.yaml:2:1: Map keys must be unique\n$/],
      ["", /the file must be object/],
      ["name: x\nrule: {}\n", /the unknown field "rule"/],
    ] as const;
    const path = join(folder.path, "faulty-policy.yaml");
    for (const [text, words] of faults) {
      writeFileSync(path, text);
      const { status, err } = await runColophon("policy", "check", path);
      assert.equal(status, 6, text);
      assert.match(err, words);
    }
    const other = join(folder.path, "faulty");
    mkdirSync(other);
    writeFileSync(join(other, "corpus.yaml"), "name: x\nslices: 1\n");
    const { status, err } = await runColophon("ingest", archive, "--corpus", other);
    assert.equal(status, 6);
    assert.match(err, /corpus\.yaml: the file has the unknown field "slices"/);
  });

  test("a path that cannot be written is named in one line, and is no internal error", async () => {
    const { status, err } = await runColophon("policy", "init", join(archive, "policy.yaml"));
    assert.equal(status, 8);
    assert.match(err, /^colophon: ENOTDIR[^\n]+policy\.yaml[^\n]+\n$/);
  });
});

suite("extract", () => {
  test("takes HTML, an archive, or neither from standard input", async () => {
    const page = await piped(pageHtml(5), "extract", "-", "--json", "--url", "https://page.example/");
    const [seen] = jsonLines<Extracted>(page.out);
    assert.deepEqual([seen?.url, seen?.outcome, seen?.licence?.id], ["https://page.example/", "document", "CC-BY-4.0"]);
    const many = await piped(archiveOfPages("piped.example", 0, 3), "extract", "-", "--json");
    assert.deepEqual(
      jsonLines<Extracted>(many.out).map(({ outcome }) => outcome),
      ["document", "document", "document"],
    );
    const binary = await piped(Buffer.from("7f454c4602010100", "hex"), "extract", "-", "--json");
    assert.deepEqual(
      jsonLines<Extracted>(binary.out).map(({ outcome, reason }) => [outcome, reason]),
      [["skipped", "media-type"]],
    );
    const nothing = await piped("", "extract", "-");
    assert.deepEqual([nothing.status, nothing.out, nothing.err], [3, "", "colophon: the input is empty\n"]);
    assert.equal((await piped(pageHtml(5), "extract", "-", "--url", "nowhere")).status, 2);
  });

  test("reads what is whole of an archive that is cut off, says what is lost and ends with 3", async () => {
    const { status, out, err } = await piped(
      archiveOfPages("cut.example", 0, 3).subarray(0, -300),
      "extract",
      "-",
      "--json",
    );
    assert.equal(status, 3);
    assert.ok(jsonLines(out).length >= 2);
    assert.match(err, /bytes at \d+ are in no record/);
  });

  test("ends with 0 when its reader has seen enough", async () => {
    const child = spawn(process.execPath, [bin, "extract", archive, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.once("data", () => child.stdout.destroy());
    const [status] = await new Promise<[number | null]>((resolve) => child.on("exit", (code) => resolve([code])));
    assert.equal(status, 0);
  });
});

test("completion offers every command with its summary", async () => {
  const { out } = await runColophon("complete", "--", "");
  assert.match(out, /^ingest\tTake archives, or pages of Common Crawl, the whole way to a manifest$/m);
  const choices = await runColophon("complete", "--", "stats", "--by", "");
  assert.match(choices.out, /^licence\b/m);
  assert.match((await runColophon("complete", "bash")).out, /complete -F/);
});
