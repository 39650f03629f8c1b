import type { Page } from "../core/page.ts";
import { textOf } from "./document-text.ts";
import { essenceOf, readingOf } from "./media-type.ts";
import { pageOf } from "./parse-page.ts";
import { textPageOf } from "./text-page.ts";

/** What is known of a payload besides its bytes. */
export interface PageOrigin {
  /** Absolute `http:` or `https:` address, which relative ones are resolved against. */
  readonly url: string;
  /** The whole `Content-Type` header, for the charset and to tell HTML from plain text; HTML in an unknown charset if left out. */
  readonly contentType?: string;
}

export interface ExtractedPage {
  /** Head, links and blocks of text; those with `main: true` make `text`. */
  readonly page: Page;
  readonly title: string | null;
  /** The main text; empty when there is none. */
  readonly text: string;
  /** False when a limit of the parser cut the page off: the absence of something then means nothing. */
  readonly complete: boolean;
}

/**
 * Parses a page of HTML or plain text and takes out its main text. Any bytes give a page; limits that were reached are named
 * in `page.truncated`.
 * @param payload bytes as served, with all HTTP codings undone; a string counts as already decoded
 * @throws {TypeError} when the address is not an absolute one of http, or `contentType` names neither HTML nor plain text
 */
export function extractPage(payload: Uint8Array | string, { url, contentType }: PageOrigin): ExtractedPage {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new TypeError(`the url of a page is its absolute http(s) address, like https://example.org/page, not ${url}`);
  }
  const essence = essenceOf(contentType ?? "text/html") ?? "";
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  const reading = readingOf(essence, bytes);
  if (reading === "none") {
    throw new TypeError(
      `a page is HTML or plain text, not ${essence}: leave other payloads out, or correct contentType`,
    );
  }
  const type = typeof payload === "string" ? `${essence}; charset=utf-8` : (contentType ?? null);
  const input = { url, bytes, contentType: type };
  const page = reading === "text" ? textPageOf(input) : pageOf(input);
  return { page, title: page.title, text: textOf(page), complete: page.truncated.length === 0 };
}
