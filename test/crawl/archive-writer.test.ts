import assert from "node:assert/strict";
import { appendFileSync, readFileSync, readdirSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { finishedArchives, openArchiveWriter, type ArchiveState } from "../../src/crawl/archive-writer.ts";
import { gzipMember, recordBytes } from "../../src/warc/write.ts";
import { crawlPlace, recordsIn, urlsOf, type CrawlPlace } from "./crawl-in-process.ts";

const member = (url: string): Buffer => {
  const block = Buffer.from("HTTP/1.1 200 OK\r\n\r\nhello");
  const id = `urn:test:${url}`;
  return gzipMember(recordBytes({ type: "response", id, dateMs: 0, url, contentType: "application/http", block }));
};

const writerIn = (place: CrawlPlace, state: ArchiveState | null): ReturnType<typeof openArchiveWriter> =>
  openArchiveWriter({ folder: place.archives, state, warcinfo: [["software", "test"]], nowMs: () => 0 });

/** Writes the members, and leaves as a process that dies does. */
async function written(place: CrawlPlace, state: ArchiveState | null, ...urls: string[]): Promise<ArchiveState> {
  await using writer = await writerIn(place, state);
  return writer.append(urls.map(member));
}

test("what was written but not noted is cut off, a torn member with it, and what was noted stays", async () => {
  using place = crawlPlace();
  const noted = await written(place, { number: 1, bytes: 0 }, "http://a/1");
  await written(place, noted, "http://a/2");
  const open = join(place.archives, "crawl-00001.warc.gz.open");
  appendFileSync(open, member("http://a/3").subarray(0, 40));
  const before = readFileSync(open).length;
  await using writer = await writerIn(place, noted);
  assert.equal(writer.droppedBytes, before - noted.bytes);
  await writer.append([member("http://a/4")]);
  assert.equal(await writer.roll(), join(place.archives, "crawl-00001.warc.gz"));
  assert.deepEqual(urlsOf(await recordsIn(place)), ["http://a/1", "http://a/4"]);
});

test("a file that was renamed before that could be noted is whole, and the next one follows", async () => {
  using place = crawlPlace();
  const noted = await written(place, null, "http://a/1");
  renameSync(join(place.archives, "crawl-00001.warc.gz.open"), join(place.archives, "crawl-00001.warc.gz"));
  await using writer = await writerIn(place, noted);
  assert.deepEqual(writer.state(), { number: 2, bytes: 0 });
  await writer.append([member("http://a/2")]);
  assert.deepEqual(readdirSync(place.archives).toSorted(), ["crawl-00001.warc.gz", "crawl-00002.warc.gz.open"]);
  assert.deepEqual(await finishedArchives(place.archives), [join(place.archives, "crawl-00001.warc.gz")]);
});

test("nothing is written over when the frontier is lost: numbers go on behind the files that are there", async () => {
  using place = crawlPlace();
  await written(place, null, "http://a/1");
  await using writer = await writerIn(place, null);
  assert.deepEqual(writer.state(), { number: 2, bytes: 0 });
  assert.deepEqual(await finishedArchives(place.archives), [join(place.archives, "crawl-00001.warc.gz")]);
});

test("an archive that has fewer bytes than were noted is an error that names it", async () => {
  using place = crawlPlace();
  const noted = await written(place, null, "http://a/1");
  truncateSync(join(place.archives, "crawl-00001.warc.gz.open"), noted.bytes - 1);
  await assert.rejects(
    writerIn(place, noted),
    (error) => error instanceof PipelineError && error.code === "archive-changed" && /00001/.test(error.message),
  );
});

test("a file without a record is never left behind as an archive", async () => {
  using place = crawlPlace();
  await using writer = await writerIn(place, null);
  assert.equal(await writer.roll(), null);
  assert.deepEqual(readdirSync(place.archives), []);
});

test("more members than one system call takes are all written", async () => {
  using place = crawlPlace();
  const urls = Array.from({ length: 2500 }, (_, at) => `http://a/${at}`);
  await written(place, null, ...urls);
  assert.deepEqual(urlsOf(await recordsIn(place)), urls.toSorted());
});

test("bytes of an open file that nobody noted go, even when the file was only begun", async () => {
  using place = crawlPlace();
  await written(place, null, "http://a/1");
  writeFileSync(join(place.archives, "crawl-00001.warc.gz.open"), "not yet a record");
  await using writer = await writerIn(place, { number: 1, bytes: 0 });
  await writer.append([member("http://a/2")]);
  assert.deepEqual(urlsOf(await recordsIn(place)), ["http://a/2"]);
});
