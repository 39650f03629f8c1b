import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";

import type { PolicyWarning } from "../../src/corpus/policy-warning.ts";
import { pageHtml, responseMember } from "../fixtures/archive-of-pages.ts";
import { manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const denied = [
  "http://evil.example/1",
  "http://EVIL.example/2",
  "http://evil.example./3",
  "http://EVIL.example.:80/4",
  "http://user@evil.example/5",
  "http://evil。example/6",
  "http://ｅｖｉｌ.example/7",
  "http://%65vil.example/8",
  "http:\\\\evil.example\\9",
  "http:/evil.example/10",
  "http:///evil.example/11",
  "http://evil.example\\@good.example/12",
  "http://ev\u00adil.example/13",
  "http://www.evil.example:8080/14",
  // No browser could read this host, so no list can clear it.
  "http://evil.example:99999/15",
];
const pages = ["https://good.example/a", "https://good.example/b?x=1"];

suite("a policy that names hosts and addresses", () => {
  const folder = temporaryFolder();
  const corpus = join(folder.path, "corpus");
  const path = join(corpus, "policy.yaml");
  let original = "";
  after(() => folder[Symbol.dispose]());

  before(async () => {
    const archive = join(folder.path, "pages.warc.gz");
    const urls = [...denied, ...pages];
    writeFileSync(archive, Buffer.concat(urls.map((url, at) => responseMember(url, pageHtml(at)))));
    const { status, err } = await runColophon("ingest", archive, "--corpus", corpus, "--no-publish");
    assert.equal(status, 0, err);
    original = readFileSync(path, "utf8");
  });

  /** Publishes under the default policy with one text in it replaced by another. */
  const publish = async (from: string, to: string): Promise<{ err: string; warnings: readonly PolicyWarning[] }> => {
    assert.ok(original.includes(from));
    writeFileSync(
      path,
      original.replace(from, () => to),
    );
    const { status, out, err } = await runColophon("publish", "--corpus", corpus, "--json");
    assert.equal(status, 0, err);
    return { err, warnings: (JSON.parse(out) as { warnings: readonly PolicyWarning[] }).warnings };
  };
  const published = (): string[] =>
    zstdDecompressSync(readFileSync(join(corpus, "manifest/documents.jsonl.zst")))
      .toString()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { url: string }).url)
      .toSorted();

  test("publishes all of them as long as it names none, and warns of nothing", async () => {
    const { err, warnings } = await publish("hosts:", "hosts:");
    assert.deepEqual([err, warnings], ["", []]);
    assert.deepEqual(published(), [...denied, ...pages].toSorted());
  });

  test("publishes nothing of a denied host, in whatever spelling it was archived", async () => {
    const { warnings } = await publish("  deny: []", "  deny: [EVIL.example.]");
    assert.deepEqual(published(), pages);
    assert.deepEqual(warnings, []);
    assert.equal(manifestOf(corpus).funnel.refusedReasons["host:evil.example"], 13);
  });

  test("takes one page down by its address, and says by which entry", async () => {
    const entry = "HTTPS://good.example:443/%61#part";
    const { warnings } = await publish(
      "hosts:",
      `urls: { deny: ["${entry}", "http:///evil.example/*", "evil.example/*"] }\nhosts:`,
    );
    assert.ok(published().includes("https://good.example/b?x=1") && !published().includes("https://good.example/a"));
    assert.equal(manifestOf(corpus).funnel.refusedReasons[`url:${entry}`], 1);
    assert.deepEqual(warnings, []);
  });

  test("warns of what it names and no capture has, with what was probably meant, in words and in JSON", async () => {
    const { err, warnings } = await publish(
      "hosts:\n  allow: []\n  deny: []",
      'hosts: { allow: [], deny: [evli.example, entirely-other.example] }\nurls: { deny: ["gud.example/*", "good.example/c"] }',
    );
    assert.deepEqual(
      warnings.map(({ field, entry, didYouMean }) => [field, entry, didYouMean]),
      [
        ["hosts.deny", "evli.example", "evil.example"],
        ["hosts.deny", "entirely-other.example", null],
        ["urls.deny", "gud.example/*", "good.example"],
        ["urls.deny", "good.example/c", null],
      ],
    );
    assert.match(
      err,
      /^colophon: warning: hosts\.deny: no capture is of the host "evli\.example"; did you mean "evil\.example"\?$/m,
    );
    assert.match(err, /^colophon: warning: urls\.deny: no document has the address "good\.example\/c"$/m);
    // All but the one whose address nobody can read.
    assert.equal(published().length, denied.length + pages.length - 1);
  });

  test("is checked for names that nobody knows before it is applied", async () => {
    writeFileSync(
      path,
      original
        .replace("refuse: [tdm, ai, train-ai, crawl]", "refuse: [tdm, train_ai]")
        .replace(" gptbot,", " gtpbot,")
        .replace("  ids: []", "  ids: [cc-by-nc-4.0, CC-BY, MIT, LicenseRef-House]")
        .replace("  deny: []", "  deny: [evli.example]"),
    );
    const alone = await runColophon("policy", "check", path, "--json");
    const seen = JSON.parse(alone.out) as { warnings: readonly PolicyWarning[] };
    assert.equal(alone.status, 0);
    assert.deepEqual(
      seen.warnings.map(({ field, entry, didYouMean }) => [field, entry, didYouMean]),
      [
        ["licences.ids", "cc-by-nc-4.0", "CC-BY-NC-4.0"],
        ["licences.ids", "CC-BY", "CC-BY-4.0"],
        ["licences.ids", "LicenseRef-House", null],
        ["signals.refuse", "train_ai", "train-ai"],
        ["signals.agents", "gtpbot", "gptbot"],
      ],
    );
    const { status, err } = await runColophon("policy", "check", path, "--corpus", corpus);
    assert.equal(status, 0);
    assert.match(err, /no capture is of the host "evli\.example"/);
    assert.match(err, /no agent is known as "gtpbot"; did you mean "gptbot"\?/);
  });
});
