import { createGunzip } from "node:zlib";

import { xmlElements, type XmlHandler } from "../page/xml-elements.ts";
import { addressOf, hostKeyOf } from "../url/normalize.ts";
import type { Address } from "../url/normalize.ts";
import { feedHandler } from "./feed-links.ts";

/** Bounds of one sitemap or feed. Source: sitemaps.org, protocol; the depth is ours (the protocol allows one index). */
export const sitemapLimits = { bytes: 50 * 1024 * 1024, addresses: 50_000, depth: 3 } as const;

/** What a sitemap or feed lists, as written. */
export interface Sitemap {
  /** `other`: neither a sitemap nor a feed, in whatever form. */
  readonly kind: "pages" | "index" | "text" | "feed" | "other";
  readonly addresses: readonly string[];
  /** Why there may be more than was read: a bound, or a gzip stream that breaks off; `null` = all was read. */
  readonly cut: "bytes" | "addresses" | "gzip" | null;
}

const sliceBytes = 64 * 1024;
/** Code units of one address as written: more is none. */
const addressLimit = 4096;

/**
 * Reads a sitemap (XML, index, or text with an address a line) or a feed (RSS, Atom), gzipped or not, in memory that does
 * not grow with it. Extensions (news, images, hreflang) are passed over. Never throws for what the bytes hold.
 * @param bytes a whole body, content codings taken off
 */
export async function sitemapOf(bytes: Uint8Array): Promise<Sitemap> {
  const reader = sitemapReader();
  let read = 0;
  let cut: Sitemap["cut"] = null;
  let decoder: TextDecoder | null = null;
  try {
    for await (const chunk of unpacked(bytes)) {
      const piece = chunk.subarray(0, sitemapLimits.bytes - read);
      decoder ??= new TextDecoder(encodingOf(piece));
      read += piece.length;
      reader.write(decoder.decode(piece, { stream: true }));
      if (piece.length < chunk.length) cut = "bytes";
      if (cut !== null || reader.isFull()) break;
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))) throw error;
    cut = "gzip";
  }
  return reader.end(cut);
}

type SitemapRefusal = "sitemap-address" | "sitemap-other-host" | "sitemap-depth";

export interface SitemapLinks {
  readonly pages: readonly Address[];
  readonly sitemaps: readonly Address[];
  /** Addresses as written that are not to be taken, by reason. */
  readonly refused: ReadonlyMap<SitemapRefusal, readonly string[]>;
}

/**
 * What of a sitemap's addresses may be taken at its word. A sitemap speaks for its own host (http and https alike) and
 * for hosts whose robots.txt names it; a feed's items may be anywhere. An index at `sitemapLimits.depth` leads no further
 * and none leads to itself. Source: sitemaps.org, "Sitemap file location" and "Sitemaps & Cross Submits"; its rule that
 * a sitemap speaks for its own folder only is not kept, as by no search engine.
 * @param at `depth` of a sitemap that no other one named is 0; `namedBy` are hosts (`hostKeyOf`) whose robots.txt did
 */
export function sitemapLinksOf(
  { kind, addresses }: Sitemap,
  at: { readonly url: string; readonly depth: number; readonly namedBy?: readonly string[] },
): SitemapLinks {
  const hosts = new Set([at.url, ...(at.namedBy ?? [])].map(schemelessHostOf));
  const taken = new Map<string, Address>();
  const refused = new Map<SitemapRefusal, string[]>();
  for (const written of addresses) {
    const address = addressOf(written, at.url);
    const reason = refusalOf(address);
    if (reason !== null) refuse(reason, written);
    else if (address !== null && address.url !== at.url) taken.set(address.url, address);
  }
  const all = [...taken.values()];
  return kind === "index" ? { pages: [], sitemaps: all, refused } : { pages: all, sitemaps: [], refused };

  function refuse(reason: SitemapRefusal, written: string): void {
    const list = refused.get(reason);
    if (list === undefined) refused.set(reason, [written]);
    else list.push(written);
  }

  function refusalOf(address: Address | null): SitemapRefusal | null {
    if (address === null) return "sitemap-address";
    if (kind !== "feed" && !hosts.has(schemelessHostOf(address.url))) return "sitemap-other-host";
    return kind === "index" && at.depth >= sitemapLimits.depth ? "sitemap-depth" : null;
  }
}

function schemelessHostOf(url: string): string {
  return hostKeyOf(url).replace(/^https?:/, "");
}

async function* unpacked(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
    return;
  }
  const gunzip = createGunzip({ chunkSize: sliceBytes });
  gunzip.end(bytes);
  for await (const chunk of gunzip) yield chunk as Buffer;
}

/** Of the byte order mark, else of the XML declaration, else UTF-8. */
function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const text = String.fromCharCode(...head.subarray(0, 200));
  const label = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(text)?.[1] ?? "utf-8";
  // A declaration that could be read as ASCII is not of UTF-16, whatever it says.
  if (/^utf-?16/i.test(label)) return "utf-8";
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return "utf-8";
  }
}

interface SitemapReader {
  readonly write: (text: string) => void;
  readonly isFull: () => boolean;
  readonly end: (cut: Sitemap["cut"]) => Sitemap;
}

function sitemapReader(): SitemapReader {
  const addresses: string[] = [];
  let isOver = false;
  const add = (address: string): void => {
    if (address === "" || address.length > addressLimit) return;
    if (addresses.length >= sitemapLimits.addresses) isOver = true;
    else addresses.push(address);
  };
  let kind: Sitemap["kind"] | null = null;
  let handler: XmlHandler | null = null;
  const readXml = xmlElements({
    open(name, attributes) {
      if (kind === null) [kind, handler] = handlerOf(name, add);
      else handler?.open(name, attributes);
    },
    text: (piece) => handler?.text(piece),
    close: (name) => handler?.close(name),
  });
  let line = "";
  let isXml: boolean | null = null;
  const lines = (text: string | null): void => {
    const parts = (line + (text ?? "\n")).split(/[\r\n]+/);
    line = (parts.pop() ?? "").slice(0, addressLimit + 1);
    for (const part of parts) add(part.trim());
  };
  return {
    write(text) {
      const start = text.trimStart();
      if (isXml === null && start !== "") isXml = start.startsWith("<");
      if (isXml === true) readXml(text);
      if (isXml === false) lines(text);
    },
    isFull: () => isOver || kind === "other",
    end(cut) {
      if (isXml === false && cut === null) lines(null);
      const isText = isXml === false && addresses.some((address) => /^https?:\/\//i.test(address));
      const read = isXml === false ? (isText ? "text" : "other") : (kind ?? "other");
      return { kind: read, addresses: read === "other" ? [] : addresses, cut: isOver ? "addresses" : cut };
    },
  };
}

/** What the first element of a document says that it is, and who reads the rest. */
function handlerOf(root: string, add: (address: string) => void): [Sitemap["kind"], XmlHandler | null] {
  const colon = root.indexOf(":");
  const name = root.slice(colon + 1);
  if (name === "urlset") return ["pages", locations(root.slice(0, colon + 1), add)];
  if (name === "sitemapindex") return ["index", locations(root.slice(0, colon + 1), add)];
  if (name === "rss" || name === "feed" || name === "RDF") return ["feed", feedHandler(add)];
  return ["other", null];
}

/** Gathers `loc` elements with the prefix of the root: those of extensions have another. */
function locations(prefix: string, add: (address: string) => void): XmlHandler {
  let isInside = false;
  let pieces = "";
  return {
    open(name) {
      isInside = name === `${prefix}loc`;
      pieces = "";
    },
    text(piece) {
      if (isInside && pieces.length < addressLimit) pieces += piece.slice(0, addressLimit);
    },
    close() {
      if (isInside) add(pieces.trim());
      isInside = false;
    },
  };
}
