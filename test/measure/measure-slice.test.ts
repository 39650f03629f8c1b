import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { gunzipSync } from "node:zlib";

import type { CaptureRow, SegmentHead } from "../../src/core/records.ts";
import { measureSlice } from "../../src/measure/measure-slice.ts";
import { loadStages } from "../../src/measure/stages.ts";
import { openSegment } from "../../src/segment/read.ts";
import { gzipMember, recordBytes, recordUrn } from "../../src/warc/write.ts";
import { pageHtml, responseMember } from "../fixtures/archive-of-pages.ts";
import { html, http, record } from "../fixtures/response-record.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

const stages = loadStages();

async function measured(
  archive: Buffer,
): Promise<{ readonly rows: readonly CaptureRow[]; readonly head: SegmentHead }> {
  using folder = temporaryFolder();
  const path = join(folder.path, "archive.warc");
  writeFileSync(path, archive);
  const slice = { archive: "ab".repeat(32), index: 0, nominalStart: 0, nominalEnd: archive.length, exactStart: null };
  const segments = join(folder.path, "segments");
  const { segment } = await measureSlice(
    { slice, path, segments, poison: [] },
    { stages, software: "colophon test", watch: () => undefined, holes: null },
  );
  using open = openSegment(segments, segment);
  return { rows: [...open.captures()], head: open.head };
}

const shortPage = http(`200 OK\r\n${html}`, "<p>Words in a row, whole.</p>");

suite("measuring a slice", () => {
  test("reports a digest that is not that of the bytes, of a capture and of any other record", async () => {
    const page = gunzipSync(responseMember("https://example.org/", pageHtml(1)));
    const block = Buffer.from("software: x\r\n");
    const info = recordBytes({
      type: "warcinfo",
      id: recordUrn("01"),
      dateMs: 0,
      contentType: "application/warc-fields",
      block,
    });
    const wrong = (bytes: Buffer): Buffer =>
      Buffer.from(
        bytes
          .toString("latin1")
          .replace(
            /(WARC-Block-Digest: sha1:)(.)/,
            (_, name: string, digit: string) => name + (digit === "A" ? "B" : "A"),
          ),
        "latin1",
      );
    const { rows, head } = await measured(Buffer.concat([wrong(info), wrong(page)]));
    assert.deepEqual(
      head.problems.map(({ code, offset }) => [code, offset]),
      [
        ["digest-mismatch", 0],
        ["digest-mismatch", info.length],
      ],
    );
    assert.deepEqual(
      rows.map(({ outcome, blockDigestState, payloadDigestState }) => [outcome, blockDigestState, payloadDigestState]),
      [["document", "mismatch", "match"]],
    );
  });

  for (const { name, archive, truncated } of [
    {
      name: "whose record states more bytes than its member holds",
      archive: gzipMember(
        Buffer.from(
          record({}, shortPage)
            .toString("latin1")
            .replace(/Content-Length: \d+/, "Content-Length: 4294967296"),
          "latin1",
        ),
      ),
      truncated: "length-mismatch",
    },
    {
      name: "whose body is shorter than HTTP said",
      archive: record({}, shortPage.replace(html, `${html}\r\nContent-Length: 5000`)),
      truncated: "content-length",
    },
    {
      name: "that is stored without the coding that HTTP said",
      archive: record({}, shortPage.replace(html, `${html}\r\nContent-Encoding: gzip\r\nContent-Length: 5000`)),
      truncated: null,
    },
    {
      name: "that came in chunks and is stored whole",
      archive: record({}, shortPage.replace(html, `${html}\r\nTransfer-Encoding: chunked\r\nContent-Length: 5000`)),
      truncated: null,
    },
    {
      name: "as long as HTTP said",
      archive: record({}, shortPage.replace(html, `${html}\r\nContent-Length: 27`)),
      truncated: null,
    },
  ]) {
    test(`takes a page ${name} for ${truncated === null ? "whole" : "cut off"}`, async () => {
      const { rows } = await measured(archive);
      const basis = truncated === null ? "none-found" : "incomplete";
      assert.deepEqual(
        rows.map((row) => [row.outcome, row.truncated, row.document?.licenceBasis]),
        [["document", truncated, basis]],
      );
    });
  }

  test("counts a page whose end is missing as truncated, and its missing licence as unknown", async () => {
    const cut = `<html><body><p>${"Some words of a text. ".repeat(20)}`;
    const { rows } = await measured(record({ truncated: "length" }, http(`200 OK\r\n${html}`, cut)));
    assert.equal(rows[0]?.truncated, "length");
    assert.deepEqual([rows[0].document?.licence, rows[0].document?.licenceBasis], ["NOASSERTION", "incomplete"]);
  });
});
