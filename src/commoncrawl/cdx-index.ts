import { PipelineError } from "../core/errors.ts";
import type { Streamer } from "../fetch/stream.ts";
import type { Fields } from "../warc/record.ts";
import { cdxRowOf } from "./cdx-line.ts";
import type { IndexQuery } from "./index-query.ts";
import type { RowReading } from "./index-row.ts";
import type { RequestPacer } from "./request-pacing.ts";
import { asked, discard } from "./request.ts";

/** The index server: `https://index.commoncrawl.org/`. */
export interface CdxServer {
  /** Ends in a slash. */
  readonly base: string;
  readonly streams: Streamer;
  readonly headers: Fields;
  readonly pacer: RequestPacer;
}

const maxPages = 1_000_000;
const maxPageBytes = 256 << 20;

/**
 * The server's rows for a query, page by page in the order of its keys. The server is asked to filter, but the rows are
 * filtered here again.
 * @throws {PipelineError} `index-broken`, `source-refused`, `source-unreachable`, `interrupted`
 */
export async function* cdxRows(server: CdxServer, query: IndexQuery, signal: AbortSignal): AsyncGenerator<RowReading> {
  const pages = await pagesOf(server, query, signal);
  for (let page = 0; page < pages; page++) {
    const text = await answerTo(server, query, [["page", String(page)]], signal);
    for (const line of (text ?? "").split("\n")) {
      if (line.trim() !== "") yield cdxRowOf(line, query.crawl);
    }
  }
}

async function pagesOf(server: CdxServer, query: IndexQuery, signal: AbortSignal): Promise<number> {
  const text = await answerTo(server, query, [["showNumPages", "true"]], signal);
  if (text === null) return 0;
  // Plain pywb answers with the bare number.
  const stated = /"pages":\s*(\d+)/.exec(text)?.[1] ?? /^\s*(\d+)\s*$/.exec(text)?.[1];
  const pages = stated === undefined ? Number.NaN : Number(stated);
  if (pages <= maxPages) return pages;
  const begin = JSON.stringify(text.slice(0, 80));
  throw new PipelineError(
    "index-broken",
    `${server.base} does not say how many pages it has: ${begin}; is it an index server?`,
  );
}

/** `null` when there is nothing: the server says so with 404. */
async function answerTo(
  server: CdxServer,
  query: IndexQuery,
  more: readonly (readonly [string, string])[],
  signal: AbortSignal,
): Promise<string | null> {
  const url = `${server.base}${query.crawl}-index?${parametersOf(query, more)}`;
  for (let failed = 1; ; failed++) {
    const { status, body } = await asked(
      { url, headers: server.headers, signal },
      server.streams,
      server.pacer,
      [200, 404],
    );
    if (status === 404) {
      await discard(body);
      return null;
    }
    try {
      return await textOf(body, url);
    } catch (error) {
      // A page is used only when it is whole: half of one would make the selection depend on the network.
      if (!(error instanceof PipelineError) || error.code !== "source-unreachable") throw error;
      if (!(await server.pacer.again(failed, null, signal))) throw error;
    }
  }
}

function parametersOf(query: IndexQuery, more: readonly (readonly [string, string])[]): string {
  const parameters = new URLSearchParams([
    ["url", query.pattern.text],
    ["output", "json"],
  ]);
  if (query.status !== null) parameters.append("filter", `=status:${query.status}`);
  const [mime, ...otherMimes] = query.mimes;
  if (mime !== undefined && otherMimes.length === 0) parameters.append("filter", `=mime-detected:${mime}`);
  if (query.languages.length > 0) parameters.append("filter", `~languages:(${query.languages.join("|")})(,|$)`);
  for (const [name, value] of more) parameters.append(name, value);
  return parameters.toString();
}

async function textOf(body: AsyncIterable<Buffer>, url: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxPageBytes) throw new PipelineError("index-broken", `${url}: a page of over ${maxPageBytes} bytes`);
  }
  return Buffer.concat(chunks, bytes).toString("utf8");
}
