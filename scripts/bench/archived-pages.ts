/** Pages out of a WARC file, and their known texts, for the benches of extraction. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

import type { PageInput } from "../../src/page/parse-page.ts";
import { headerOf, httpHeadOf } from "../../src/warc/http.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import { fileSource } from "../../src/warc/source.ts";

export const extractionSet = fileURLToPath(
  new URL("../../../shared/data/extraction/wcxb-dev.warc.gz", import.meta.url),
);

/** Where a page's compressed bytes lie, so that a bench can unpack them itself. */
export interface PlacedPage extends PageInput {
  readonly offset: number;
  readonly length: number;
  /** First byte of the payload in the unpacked member. */
  readonly payloadOffset: number;
}

/** The HTTP responses of an archive, one a gzip member, bodies as stored. */
export async function* archivedPages(file: string): AsyncGenerator<PlacedPage> {
  using source = fileSource(file);
  const packed = readFileSync(file);
  for await (const item of readArchive(source)) {
    if (item.kind === "loss" || item.type !== "response" || item.url === null) continue;
    const head = httpHeadOf(item.block);
    if (!head.ok) continue;
    const bytes = Buffer.from(item.block.subarray(head.bodyOffset));
    const unpacked = gunzipSync(packed.subarray(item.offset, item.offset + item.length));
    const payloadOffset = unpacked.indexOf(item.block) + head.bodyOffset;
    yield {
      url: item.url,
      bytes,
      contentType: headerOf(head.headers, "content-type"),
      offset: item.offset,
      length: item.length,
      payloadOffset,
    };
  }
}

/** What people say the main text of a page is, with snippets that must or must not be in it. */
export interface GoldPage {
  readonly url: string;
  readonly type: string;
  readonly text: string;
  readonly with: readonly string[];
  readonly without: readonly string[];
}

/** The gold texts that belong to an archive (`X.warc.gz` has `X.gold.jsonl.gz` beside it), by address. */
export function goldPages(file: string): ReadonlyMap<string, GoldPage> {
  const lines = gunzipSync(readFileSync(file.replace(/\.warc\.gz$/, ".gold.jsonl.gz")))
    .toString()
    .split("\n");
  const rows = lines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Partial<GoldPage> & { url: string });
  return new Map(
    rows.map((row) => [
      row.url,
      {
        url: row.url,
        type: row.type ?? "page",
        text: row.text ?? "",
        with: row.with ?? [],
        without: row.without ?? [],
      },
    ]),
  );
}

/** Words as WCXB's own scorer has them: Python's `\w+` of the lower-cased text. */
export function scoredWords(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}
