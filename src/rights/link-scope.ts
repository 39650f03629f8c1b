import type { Link } from "../core/page.ts";
import type { Subject } from "../core/rights.ts";
import { quoteAround, quoteLength, quoteOf } from "./quote.ts";
import { chromeRegions, isChrome, partRegions, subjectAt } from "./region-scope.ts";
import type { NamedLicence, PageLayout } from "./region-scope.ts";
import { grantEndIn, sentenceScopeAt } from "./sentence-scope.ts";
import { topicOf } from "./topic-words.ts";
import { visibleTextOf } from "./visible-text.ts";

/** Code units of a block that are searched for the link's own words; of a longer block only the beginning is. */
const searchLength = 20_000;

/** What a link to a licence is about, and the words around it. */
export function linkScope(
  layout: PageLayout,
  link: Link,
  named: NamedLicence,
): { readonly subject: Subject; readonly quote: string } {
  if (link.region === "head") return { subject: "page", quote: quoteOf(link.text) };
  const block = layout.page.blocks[link.block];
  if (block === undefined || partRegions.has(link.region)) {
    return { subject: subjectWithoutBlock(link, named), quote: quoteOf(block?.text ?? link.text) };
  }
  const text = block.text.slice(0, searchLength);
  const words = visibleTextOf(link.text);
  const found = indexOfWords(text, words);
  if (found === -1) return badgeScope(layout, link, named, text);
  const [start, end] = [found, found + words.length];
  const subject = subjectAt(layout, link.block, sentenceScopeAt(text, start, end), named);
  const quote = quoteAround(text, start, end);
  return { subject, quote: quote === "" ? quoteOf(link.text) : quote };
}

/**
 * Index of the first occurrence as whole words ("license" is not in "licensed"), else of any occurrence; -1 for none.
 */
function indexOfWords(text: string, words: string): number {
  if (words === "") return -1;
  const first = text.indexOf(words);
  let at = first;
  for (let tries = 0; at !== -1 && tries < 20; tries += 1) {
    if (!/^\p{L}{2}/u.test(words.slice(-1) + text.charAt(at + words.length))) return at;
    at = text.indexOf(words, at + 1);
  }
  return first;
}

/** A badge has no words of its own in its block: the block's grant decides what it is about, or else its region. */
function badgeScope(
  layout: PageLayout,
  link: Link,
  named: NamedLicence,
  text: string,
): { readonly subject: Subject; readonly quote: string } {
  const at = grantEndIn(text);
  if (at !== null) {
    const scope = sentenceScopeAt(text, at, at);
    return { subject: subjectAt(layout, link.block, scope, named), quote: quoteAround(text, at, at) };
  }
  if (topicOf(text.slice(0, quoteLength)) === "picture") return { subject: "part", quote: quoteOf(text) };
  return {
    subject: isChrome(layout, link.block) ? "site" : subjectWithoutBlock(link, named),
    quote: quoteOf(text === "" ? link.text : text),
  };
}

/** An icon alone in a side column is in no block of text. */
function subjectWithoutBlock(link: Link, named: NamedLicence): Subject {
  if (partRegions.has(link.region)) return "part";
  if (chromeRegions.has(link.region)) return "site";
  return named.marked ? "page" : "part";
}
