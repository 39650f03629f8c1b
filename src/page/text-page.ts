import type { Block, Page } from "../core/page.ts";
import { charsetOf, decode } from "./charset/charset.ts";
import { pageLimits, type LimitName } from "./page-limits.ts";
import type { PageInput } from "./parse-page.ts";

/**
 * A page of plain text, as `text/plain` responses and the conversion records of WET files hold it. Its blocks are the
 * paragraphs, separated by blank lines, with their line ends kept; all of them are main text.
 */
export function textPageOf({ url, bytes, contentType }: PageInput): Page {
  const read = bytes.subarray(0, pageLimits.bytes);
  const charset = charsetOf(read, contentType, "text");
  const truncated = new Set<LimitName>();
  if (bytes.length > pageLimits.bytes) truncated.add("bytes");
  const paragraphs = paragraphsOf(decode(read, charset));
  if (paragraphs.length > pageLimits.blocks) truncated.add("blocks");
  return {
    charset,
    kind: "text",
    title: null,
    canonicalUrl: null,
    languageAttribute: null,
    baseUrl: url,
    metas: [],
    links: [],
    blocks: paragraphs.slice(0, pageLimits.blocks).map(blockOf),
    truncated: [...truncated].toSorted(),
  };
}

function paragraphsOf(text: string): readonly string[] {
  const paragraphs: string[] = [];
  let lines: string[] = [];
  for (const line of text.split(/\r\n?|\n/)) {
    if (line.trim() !== "") lines.push(line.trimEnd());
    else if (lines.length > 0) {
      paragraphs.push(lines.join("\n"));
      lines = [];
    }
  }
  return lines.length > 0 ? [...paragraphs, lines.join("\n")] : paragraphs;
}

function blockOf(text: string): Block {
  return { text, tag: "p", region: "body", linkLength: 0, main: true };
}
