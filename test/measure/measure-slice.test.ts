import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { gunzipSync } from "node:zlib";

import type { CaptureRow, SegmentHead, SliceSpec } from "../../src/core/records.ts";
import { measureSlice } from "../../src/measure/measure-slice.ts";
import type { Holes } from "../../src/measure/sparse-source.ts";
import { loadStages } from "../../src/measure/stages.ts";
import { openSegment } from "../../src/segment/read.ts";
import { gzipMember, recordBytes, recordUrn } from "../../src/warc/write.ts";
import { pageHtml, responseMember } from "../fixtures/archive-of-pages.ts";
import { html, http, record } from "../fixtures/response-record.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";
import { segmentsOf } from "../fixtures/segmented-page.ts";

const stages = loadStages();

/** Rows of one slice. @param over of the slice, and holes of the file */
async function measured(
  archive: Buffer,
  { holes = null, ...over }: Partial<SliceSpec> & { readonly holes?: Holes | null } = {},
): Promise<{ readonly rows: readonly CaptureRow[]; readonly head: SegmentHead }> {
  using folder = temporaryFolder();
  const path = join(folder.path, "archive.warc");
  writeFileSync(path, archive);
  const whole = { archive: "ab".repeat(32), index: 0, nominalStart: 0, nominalEnd: archive.length, exactStart: null };
  const slice = { ...whole, ...over };
  const segments = join(folder.path, "segments");
  const { segment } = await measureSlice(
    { slice, path, segments, poison: [] },
    { stages, software: "colophon test", watch: () => undefined, holes },
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

suite("a page in segments", () => {
  const block = http(`200 OK\r\n${html}`, `${pageHtml(1)}<footer>All of it is under CC BY-NC-ND 4.0.</footer>`);
  const segments = segmentsOf(block, Math.ceil(block.length / 3));
  const archive = Buffer.concat(segments);

  test("has its end and a payload digest of the whole, beside the block digest of its first segment", async () => {
    const plain = record({ url: "https://example.org/long" }, block);
    const [joined, ...rest] = (await measured(archive)).rows;
    const [expected] = (await measured(plain)).rows;
    assert.equal(joined?.truncated, null);
    assert.deepEqual(joined?.document, expected?.document);
    assert.equal(joined?.document?.licence, "CC-BY-NC-ND-4.0");
    assert.deepEqual(
      [joined?.payloadSha256, joined?.payloadBytes, joined?.blockSha256 === expected?.blockSha256],
      [expected?.payloadSha256, expected?.payloadBytes, false],
    );
    assert.deepEqual(
      rest.map(({ reason, truncated }) => [reason, truncated]),
      [
        ["continuation", null],
        ["continuation", null],
      ],
    );
  });

  test("that is not all there is cut off, so that what it does not say is unknown", async () => {
    const [row] = (await measured(Buffer.concat(segments.slice(0, 2)))).rows;
    assert.deepEqual([row?.outcome, row?.truncated], ["document", "segmented"]);
  });

  test("is the same wherever slices end, and where bytes behind its slice are not there yet", async () => {
    const [expected] = (await measured(archive)).rows;
    const [first] = segments;
    const asked: number[] = [];
    const holes: Holes = {
      held: [{ begin: 0, end: first?.length ?? 0 }],
      fill: ({ begin, end }) => {
        asked.push(end);
        return [{ begin: 0, end: Math.max(begin, end) }];
      },
    };
    for (const nominalEnd of [1, first?.length ?? 0, archive.length - 1]) {
      for (const one of [null, holes]) {
        const { rows } = await measured(archive, { nominalEnd, holes: one });
        assert.deepEqual(rows[0], expected, `slice up to ${nominalEnd}`);
      }
    }
    assert.ok(asked.some((end) => end > (first?.length ?? 0)));
  });

  test("has a mismatch of its payload digest reported, which is known once it is whole", async () => {
    const stated = segments[0]
      ?.toString("latin1")
      .replace("Content-Type", "WARC-Payload-Digest: sha1:X\r\nContent-Type");
    const { head } = await measured(Buffer.concat([Buffer.from(stated ?? "", "latin1"), ...segments.slice(1)]));
    assert.deepEqual(
      head.problems.map(({ code }) => code),
      ["digest-mismatch"],
    );
  });
});
