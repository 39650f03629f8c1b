import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { buildCorpusManifest } from "../../../src/manifest/build-corpus.ts";
import type { BuildInput } from "../../../src/manifest/build.ts";
import { corpusDigestList, corpusRoot, type CorpusHead } from "../../../src/manifest/corpus-head.ts";
import { manifestText } from "../../../src/manifest/manifest-text.ts";
import { inclusionProof, leafHash, verifyInclusion } from "../../../src/manifest/merkle.ts";
import { derivableOf } from "../../../src/manifest/verify/archives.ts";
import { verifyCorpusManifest } from "../../../src/manifest/verify/corpus.ts";
import { writeShard } from "../../../src/manifest/write-shard.ts";
import { checksAlone, sampleBuild, sampleHead, sampleRows, sampleText, scratch } from "../sample-manifest.ts";

const partitions = 3;

/** Rows dealt out to partitions, as `deal` says. */
function inputs(
  deal: (index: number) => readonly number[] = (index) => [index % partitions],
): readonly Omit<BuildInput, "directory">[] {
  return Array.from({ length: partitions }, (_, number) => {
    const rows = sampleRows(12).filter((_row, index) => deal(index).includes(number));
    return {
      head: sampleHead(rows.length),
      rows,
      makeShard: async (path, texts) => writeShard(path, texts, ({ position }) => sampleText(position)),
      shardBytes: 400,
    };
  });
}

/** What `verify` names of a manifest that was changed after it was built. */
async function foundAfter(change: (directory: string) => unknown, made = inputs()): Promise<readonly string[]> {
  await using place = await scratch();
  const directory = join(place.path, "manifest");
  await buildCorpusManifest(directory, "sample", made);
  await change(directory);
  const report = await verifyCorpusManifest(directory);
  assert.equal(report.ok, report.disagreementCount === 0);
  return [...new Set(report.disagreements.map(({ what, where }) => `${what} ${where}`))];
}

/** Rewrites `corpus.json` and what names its digest, as somebody who lies with care does. */
function rewriteHead(directory: string, change: (head: CorpusHead) => CorpusHead): void {
  const head = change(JSON.parse(readFileSync(join(directory, "corpus.json"), "utf8")) as CorpusHead);
  const text = manifestText(head);
  writeFileSync(join(directory, "corpus.json"), text);
  writeFileSync(join(directory, "SHA256SUMS"), corpusDigestList(head, createHash("sha256").update(text).digest("hex")));
}

/** Changes the head of the second partition. */
function ofSecond(change: Partial<CorpusHead["partitions"][number]>): (head: CorpusHead) => CorpusHead {
  return (head) => ({
    ...head,
    partitions: head.partitions.map((one, number) => (number === 1 ? { ...one, ...change } : one)),
  });
}

suite("a manifest in partitions", () => {
  test("is in order as it was built, empty partitions among them", async () => {
    assert.deepEqual(await foundAfter(() => undefined), []);
    assert.deepEqual(
      await foundAfter(
        () => undefined,
        inputs(() => [2]),
      ),
      [],
    );
  });

  test("has the RFC 6962 root over the roots, so that a partition can be proven to belong to it", async () => {
    await using place = await scratch();
    const directory = join(place.path, "manifest");
    const { root, documents } = await buildCorpusManifest(directory, "sample", inputs());
    const head = JSON.parse(readFileSync(join(directory, "corpus.json"), "utf8")) as CorpusHead;
    const leaves = head.partitions.map((one) => leafHash(Buffer.from(one.root, "hex")));
    for (const [index, leaf] of leaves.entries()) {
      const proof = inclusionProof(leaves, index);
      assert.ok(verifyInclusion({ leaf, index, size: partitions, proof, root: Buffer.from(root, "hex") }));
    }
    assert.equal(documents, 12);
    assert.deepEqual(await verifyCorpusManifest(directory), {
      ok: true,
      root,
      documents: 12,
      texts: 12,
      rederived: 0,
      checks: checksAlone,
      disagreements: [],
      disagreementCount: 0,
    });
  });

  const zeros = "0".repeat(64);
  const lies: readonly (readonly [
    what: string,
    change: (directory: string) => unknown,
    expected: readonly string[],
  ])[] = [
    ["another root", (directory) => rewriteHead(directory, (head) => ({ ...head, root: zeros })), ["root root"]],
    [
      "another sum",
      (directory) => rewriteHead(directory, (head) => ({ ...head, documents: 13 })),
      ["totals documents"],
    ],
    [
      "another name",
      (directory) => rewriteHead(directory, (head) => ({ ...head, corpus: "other" })),
      [0, 1, 2].map((number) => `partition-differs partition-0000${number} corpus`),
    ],
    [
      "another root of a partition",
      (directory) => rewriteHead(directory, ofSecond({ root: zeros })),
      ["partition partition-00001 root"],
    ],
    [
      "another digest of a partition",
      (directory) => rewriteHead(directory, ofSecond({ manifestSha256: zeros })),
      ["partition partition-00001 manifestSha256"],
    ],
    [
      "other documents of a partition",
      (directory) => rewriteHead(directory, ofSecond({ documents: 5 })),
      ["totals documents", "partition partition-00001 documents"],
    ],
    [
      "a list of digests that is not its own",
      (directory) => writeFileSync(join(directory, "SHA256SUMS"), ""),
      ["digest-list SHA256SUMS"],
    ],
    [
      "another layout",
      (directory) => {
        rewriteHead(directory, (head) => head);
        const text = readFileSync(join(directory, "corpus.json"), "utf8").replace("\n", "\n\n");
        writeFileSync(join(directory, "corpus.json"), text);
      },
      ["manifest-form corpus.json", "digest-list SHA256SUMS"],
    ],
    ["no JSON", (directory) => writeFileSync(join(directory, "corpus.json"), "{"), ["manifest-unreadable corpus.json"]],
    [
      "one partition only",
      (directory) => rewriteHead(directory, (head) => ({ ...head, partitions: head.partitions.slice(0, 1) })),
      ["manifest-schema corpus.json"],
    ],
    [
      "a file nobody listed",
      (directory) => mkdirSync(join(directory, "partition-00003")),
      ["file-unlisted partition-00003"],
    ],
    [
      "a partition that is gone",
      (directory) => rmSync(join(directory, "partition-00001"), { recursive: true }),
      ["file-missing partition-00001/manifest.json"],
    ],
    [
      "partitions in another order",
      (directory) => {
        renameSync(join(directory, "partition-00000"), join(directory, "x"));
        renameSync(join(directory, "partition-00001"), join(directory, "partition-00000"));
        renameSync(join(directory, "x"), join(directory, "partition-00001"));
      },
      [0, 1]
        .flatMap((number) => ["manifestSha256", "root"].map((key) => `partition partition-0000${number} ${key}`))
        .concat("root root"),
    ],
    [
      "a partition that was published with a row less, whole in itself",
      async (directory) => {
        const path = join(directory, "partition-00001");
        rmSync(path, { recursive: true });
        await sampleBuild(path, 3, {
          rows: sampleRows(12)
            .filter((_, index) => index % 3 === 1)
            .slice(1),
        });
      },
      [
        "partition partition-00001 manifestSha256",
        "partition partition-00001 root",
        "partition partition-00001 documents",
        "root root",
      ],
    ],
    [
      "a byte of a text",
      (directory) => {
        const path = join(directory, "partition-00001", "text", "00000.jsonl.zst");
        const bytes = readFileSync(path);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
      ["file-digest partition-00001: text/00000.jsonl.zst"],
    ],
  ];
  for (const [what, change, expected] of lies) {
    test(`is found to lie with ${what}`, async () => {
      const found = await foundAfter(change);
      for (const one of expected) assert.ok(found.includes(one), `${one} is not among ${found.join("; ")}`);
      if (what !== "a byte of a text") assert.deepEqual(found, expected);
    });
  }

  test("is found to name a document in two partitions, however well all sums agree", async () => {
    const twice = inputs((index) => (index === 4 ? [0, 1] : [index % partitions]));
    assert.deepEqual(await foundAfter(() => undefined, twice), [`partition-twice ${sampleRows(5)[4]?.id}`]);
  });

  test("is found to mix policies or archives", async () => {
    const [first, second, third] = inputs();
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const policy = { ...second.head, policy: { ...second.head.policy, name: "another" } };
    assert.deepEqual(await foundAfter(() => undefined, [first, { ...second, head: policy }, third]), [
      "partition-differs partition-00001 policy",
    ]);
    const [source] = third.head.sources;
    assert.ok(source !== undefined);
    const sources = { ...third.head, sources: [{ ...source, slices: 2 }] };
    const again = inputs();
    assert.deepEqual(
      await foundAfter(() => undefined, [...again.slice(0, 2), { ...(again[2] ?? third), head: sources }]),
      ["partition-differs partition-00002 sources"],
    );
  });

  test("has each archive looked at once, and shares a sample among its partitions", async () => {
    await using place = await scratch();
    const directory = join(place.path, "manifest");
    await buildCorpusManifest(
      directory,
      "sample",
      inputs((index) => [index < 8 ? 0 : 2]),
    );
    const looked: string[] = [];
    const report = await verifyCorpusManifest(directory, {
      sample: 3,
      inspect: async ({ name }) => {
        looked.push(name);
        return { state: "changed", found: "another" };
      },
      rederive: (row) => ({ fields: derivableOf(row) }),
    });
    assert.deepEqual(looked, ["sample-00.warc.gz"]);
    assert.deepEqual(
      report.disagreements.map(({ what }) => what),
      ["archive-changed"],
    );
    assert.equal(report.rederived, 3);
  });

  test("counts what it does not list", async () => {
    await using place = await scratch();
    const directory = join(place.path, "manifest");
    await buildCorpusManifest(directory, "sample", inputs());
    const report = await verifyCorpusManifest(directory, { limit: 2, rederive: () => ({ failure: "gone" }) });
    assert.equal(report.disagreements.length, 2);
    assert.equal(report.disagreementCount, 12);
  });

  test("replaces the one before it as a whole, and stays when the new one fails", async () => {
    await using place = await scratch();
    const directory = join(place.path, "manifest");
    await sampleBuild(directory, 3);
    const { root } = await buildCorpusManifest(directory, "sample", inputs());
    const [first, ...rest] = inputs();
    assert.ok(first !== undefined);
    const broken = [{ ...first, rows: sampleRows(4).toReversed() }, ...rest];
    await assert.rejects(buildCorpusManifest(directory, "sample", broken), { code: "manifest-broken" });
    const report = await verifyCorpusManifest(directory);
    assert.deepEqual([report.ok, report.root], [true, root]);
    cpSync(directory, join(place.path, "copy"), { recursive: true });
    assert.ok((await verifyCorpusManifest(join(place.path, "copy"))).ok);
  });
});

test("the root over roots depends on their order and on each of them", () => {
  const [a, b] = ["a", "b"].map((digit) => digit.repeat(64));
  assert.ok(a !== undefined && b !== undefined);
  assert.notEqual(corpusRoot([a, b]), corpusRoot([b, a]));
  assert.notEqual(corpusRoot([a, b]), corpusRoot([a, a]));
});
