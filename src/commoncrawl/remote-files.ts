import { PipelineError } from "../core/errors.ts";
import type { Streamer } from "../fetch/stream.ts";
import type { Fields } from "../warc/record.ts";
import type { CrawlFiles, FileAnswer, FileRange } from "./crawl-files.ts";
import { isCrawlPath } from "./index-row.ts";
import type { RequestPacer } from "./request-pacing.ts";
import { asked, discard } from "./request.ts";

/** The files of a crawl on a server that supports byte ranges. @param base URL that ends in a slash */
export function remoteFiles(base: string, streams: Streamer, headers: Fields, pacer: RequestPacer): CrawlFiles {
  return {
    location: base,
    localPath: () => null,
    again: async (failedTries, signal) => pacer.again(failedTries, null, signal),
    async open(path, range, signal) {
      if (!isCrawlPath(path)) throw new PipelineError("index-broken", `${JSON.stringify(path)} is no path of a crawl`);
      const url = base + path;
      const answer = await asked(
        { url, headers: [...headers, ...rangeHeaders(range)], signal },
        streams,
        pacer,
        [200, 206, 404, 412, 416],
      );
      return answerOf(answer, url, range);
    },
    [Symbol.asyncDispose]: async () => streams[Symbol.asyncDispose](),
  };
}

function rangeHeaders({ from, to, version }: FileRange): Fields {
  if (from === 0 && to === null) return [];
  return [
    ["range", from < 0 ? `bytes=${from}` : `bytes=${from}-${to === null ? "" : to - 1}`],
    // The server sends a range only if the file is still the same; else all of it, with status 200 (RFC 9110, 13.1.5).
    ...(version === null ? [] : [["if-range", version] as const]),
  ];
}

type Answer = Awaited<ReturnType<typeof asked>>;

async function answerOf({ status, headers, body }: Answer, url: string, range: FileRange): Promise<FileAnswer> {
  const version = versionOf(headers);
  const whole = range.from === 0 && range.to === null;
  if (status === 404) return dropped(body, { state: "missing" });
  if (status === 412) return dropped(body, { state: "changed" });
  if (status === 416) return dropped(body, { state: "beyond" });
  // Whether strong or weak, a version other than that of the bytes we have means another file.
  if (range.version !== null && version !== range.version) return dropped(body, { state: "changed" });
  if (status === 200 && !whole) {
    await dropped(body, null);
    throw new PipelineError(
      "source-refused",
      `${url}: the server gives no byte ranges; take whole files with --cc-whole`,
      {
        url,
      },
    );
  }
  if (status === 200) return { state: "part", version, fileBytes: lengthOf(headers), bytes: body };
  const [, from = "", to = "", size = ""] =
    /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const first = range.from < 0 ? Math.max(0, Number(size) + range.from) : range.from;
  if (Number(from) !== first || from === "" || (range.to !== null && Number(to) >= range.to)) {
    await dropped(body, null);
    throw new PipelineError(
      "source-refused",
      `${url}: asked for bytes ${range.from}-${range.to === null ? "" : range.to - 1}, the server gives ${JSON.stringify(headers.get("content-range") ?? "nothing")}`,
      { url },
    );
  }
  return { state: "part", version, fileBytes: size === "*" ? null : Number(size), bytes: body };
}

/** `If-Range` takes only a strong ETag, or a date, which is all that old servers send. */
function versionOf(headers: ReadonlyMap<string, string>): string | null {
  const tag = headers.get("etag") ?? "";
  if (/^"[^"]*"$/.test(tag)) return tag;
  return headers.get("last-modified") ?? null;
}

function lengthOf(headers: ReadonlyMap<string, string>): number | null {
  const stated = headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(stated) ? Number(stated) : null;
}

async function dropped<T>(body: AsyncIterable<Buffer>, result: T): Promise<T> {
  await discard(body);
  return result;
}
