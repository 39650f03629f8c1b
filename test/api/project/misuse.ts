import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import {
  estimatedSimilarity,
  extractPage,
  PipelineError,
  readArchive,
  readManifest,
  recordBytes,
  recordUrn,
  signatureOf,
} from "colophon";

/** Links of the files that this process has open, on Linux. */
const open = "/proc/self/fd";

const folder = mkdtempSync(join(tmpdir(), "colophon-misuse-"));
const path = join(folder, "one.warc");
writeFileSync(
  path,
  recordBytes({
    type: "resource",
    id: recordUrn("1"),
    dateMs: 0,
    url: "https://a.test/",
    contentType: "text/plain",
    block: Buffer.from("Words."),
  }),
);

async function urlsOf(input: Parameters<typeof readArchive>[0]): Promise<(string | null)[]> {
  const urls: (string | null)[] = [];
  for await (const item of readArchive(input)) if (item.kind === "record") urls.push(item.url);
  return urls;
}

test("an archive is the same by its path, its address and its bytes, a view of a larger buffer included", async () => {
  const bytes = new Uint8Array(readFileSync(path));
  const view = new Uint8Array([0, 0, ...bytes, 0]).subarray(2, 2 + bytes.length);
  for (const input of [path, pathToFileURL(path), pathToFileURL(path).href, bytes, view]) {
    assert.deepEqual(await urlsOf(input), ["https://a.test/"]);
  }
});

test("a stream, an address on the web and a missing file are refused in words that say what to give instead", async () => {
  // What the types forbid, as a caller in JavaScript would pass it.
  const stream = Readable.from([readFileSync(path)]) as unknown as Uint8Array;
  await assert.rejects(async () => urlsOf(stream), { name: "TypeError", message: /await buffer\(stream\)/ });
  await assert.rejects(async () => urlsOf("https://a.test/one.warc.gz"), {
    name: "TypeError",
    message: /fetch it first/,
  });
  await assert.rejects(
    urlsOf(join(folder, "none.warc")),
    (error) => error instanceof PipelineError && error.code === "archive-missing",
  );
});

test(
  "a file is open while it is read and closed when the caller leaves the loop",
  { skip: !existsSync(open) },
  async () => {
    const isOpen = (): boolean =>
      readdirSync(open).some((name) => {
        const link = join(open, name);
        return existsSync(link) && readlinkSync(link) === path;
      });
    for await (const item of readArchive(path)) {
      assert.ok(isOpen(), item.kind);
      break;
    }
    assert.ok(!isOpen());
  },
);

test("a page needs an absolute address and a type that can be read", () => {
  assert.throws(() => extractPage("<p>Words", { url: "/page" }), { name: "TypeError", message: /absolute http/ });
  assert.throws(() => extractPage("%PDF", { url: "https://a.test/", contentType: "application/pdf" }), {
    name: "TypeError",
    message: /not application\/pdf/,
  });
});

test("a string is a decoded page whatever charset it names, and plain text is read as such", () => {
  const { text } = extractPage(
    '<meta charset="iso-8859-1"><main><p>Wörter genug für einen Absatz, в любом письме.</p></main>',
    { url: "https://a.test/" },
  );
  assert.equal(text, "Wörter genug für einen Absatz, в любом письме.");
  assert.equal(extractPage("a < b\n\nc", { url: "https://a.test/", contentType: "text/plain" }).text, "a < b\n\nc");
});

test("what is no signature is not compared", () => {
  assert.throws(() => estimatedSimilarity(new Uint32Array(64), signatureOf("words")), {
    name: "TypeError",
    message: /signatureOf/,
  });
});

test("a folder without a manifest is named, with the advice where one is", async () => {
  await assert.rejects(
    readManifest(folder),
    (error) => error instanceof PipelineError && error.code === "not-found" && /colophon publish/.test(error.message),
  );
  writeFileSync(join(folder, "corpus.json"), "{}");
  await assert.rejects(readManifest(folder), { message: /partitions/ });
  writeFileSync(join(folder, "manifest.json"), "{}");
  await assert.rejects(readManifest(folder), { code: "manifest-broken" });
});
