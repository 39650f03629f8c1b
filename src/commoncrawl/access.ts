import { fileURLToPath } from "node:url";

import { PipelineError } from "../core/errors.ts";
import { portsOf } from "../fetch/address-rules.ts";
import { connectToRuleOf } from "../fetch/connector.ts";
import { asksOnlyThisMachine, requestHeaders, type Requester } from "../fetch/requester.ts";
import { streamer } from "../fetch/stream.ts";
import { addressOf } from "../url/normalize.ts";
import type { CdxServer } from "./cdx-index.ts";
import type { CrawlFiles } from "./crawl-files.ts";
import { localFiles } from "./local-files.ts";
import { remoteFiles } from "./remote-files.ts";
import { requestPacer, usualPatience, type Patience } from "./request-pacing.ts";

/** How Common Crawl, or a mirror of it, is reached. Plain JSON: a worker elsewhere opens the same. */
export interface CommonCrawlAccess {
  /** URL, `file:` URL or folder with the layout of data.commoncrawl.org. */
  readonly base: string;
  /** URL of an index server; `null` when none is asked. */
  readonly indexBase: string | null;
  readonly requester: Requester;
  readonly allowPrivate: boolean;
  /** `HOST1:PORT1:HOST2:PORT2`, as curl has them. */
  readonly connectTo: readonly string[];
  /** Streams at the same time, each of another file. */
  readonly connections: number;
  /** How often and how slowly a failed request is repeated; `null`: the considerate default. */
  readonly patience: Patience | null;
}

export interface CommonCrawl extends AsyncDisposable {
  readonly files: CrawlFiles;
  readonly server: CdxServer | null;
  readonly connections: number;
  /** The files below another URL, under the same pacer. */
  readonly filesAt: (base: string) => CrawlFiles;
}

const connectMs = 20_000;
const idleMs = 60_000;

/**
 * @throws {PipelineError} `usage` when a base cannot be read, or when requests leave this machine without a contact
 * address
 */
export function openCommonCrawl(access: CommonCrawlAccess): CommonCrawl {
  const folder = folderOf(access.base);
  const base = folder ?? urlBaseOf(access.base);
  const indexBase = access.indexBase === null ? null : urlBaseOf(access.indexBase);
  const connectTo = access.connectTo.map(connectToRuleOf);
  const asked = [folder === null ? base : null, indexBase].map((url) => (url === null ? null : addressOf(url)));
  const servers = asked.filter((address) => address !== null);
  const { requester, allowPrivate } = access;
  if (requester.contact === null && !asksOnlyThisMachine(servers, connectTo)) {
    throw new PipelineError(
      "usage",
      "who asks Common Crawl must say whom to write to: name a mail address or a page with --contact, or `contact` in corpus.yaml",
    );
  }
  const streams = streamer({
    ports: portsOf(servers),
    allowPrivate,
    connectTo,
    connectMs,
    lookup: null,
    certificateAuthority: null,
    connections: access.connections,
    idleMs,
  });
  const headers = requestHeaders(requester).filter(([name]) => name !== "Accept");
  const patience = access.patience ?? usualPatience;
  const filesAt = (url: string): CrawlFiles => remoteFiles(url, streams, headers, requestPacer(patience));
  return {
    files: folder === null ? filesAt(base) : localFiles(folder),
    server: indexBase === null ? null : { base: indexBase, streams, headers, pacer: requestPacer(patience) },
    connections: access.connections,
    filesAt,
    [Symbol.asyncDispose]: async () => streams[Symbol.asyncDispose](),
  };
}

function folderOf(base: string): string | null {
  if (base.startsWith("file:")) return fileURLToPath(base);
  return /^https?:\/\//i.test(base) ? null : base;
}

function urlBaseOf(base: string): string {
  const url = URL.parse(base.endsWith("/") ? base : `${base}/`);
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "") return url.href;
  throw new PipelineError("usage", `${JSON.stringify(base)} is neither an http(s) address nor a folder`);
}
