import type { Page, Region } from "../core/page.ts";
import type { Subject } from "../core/rights.ts";
import { isSoftwareLicence } from "./licence-table.ts";
import { sentenceScopeAt } from "./sentence-scope.ts";
import type { SentenceScope } from "./sentence-scope.ts";

/** A page, with what is looked up on it repeatedly. */
export interface PageLayout {
  readonly page: Page;
  /** Index of the last block of the main text, -1 when there is none. */
  readonly lastMain: number;
}

export function layoutOf(page: Page): PageLayout {
  return { page, lastMain: page.blocks.findLastIndex((block) => block.main) };
}

/** Regions where a site speaks about itself on each of its pages. */
export const chromeRegions: ReadonlySet<Region> = new Set(["header", "nav", "aside", "footer"]);
/** Regions about something other than the page: pictures, and what readers wrote. */
export const partRegions: ReadonlySet<Region> = new Set(["figure", "comment"]);
const headings = /^(?:h[1-6]|dt|th|legend|caption)$/;

/** Text of a heading that announces credits is short; longer text speaks for itself. */
const headingLength = 80;

/** The licence that a link or a phrase names; `marked` = the page itself marks it as a licence (`rel=license`), so silence about the subject means the page. */
export interface NamedLicence {
  readonly licence: string | null;
  readonly marked: boolean;
}

/** What a licence named in block `index`, in a sentence of that scope, is about. */
export function subjectAt(layout: PageLayout, index: number, scope: SentenceScope, named: NamedLicence): Subject {
  const { marked } = named;
  const block = layout.page.blocks[index];
  if (block === undefined) return marked ? "page" : "part";
  if (partRegions.has(block.region) || scope.topic === "picture") return "part";
  // A marked link without a verb is in a list of labels, where "code" may be a category of the blog.
  if (scope.topic === "software" && (!marked || scope.grants)) return "part";
  if (scope.topic === "work") return subjectOfWork(layout, index, scope, marked);
  if (followsCredits(layout.page, index)) return "part";
  // A site's software is often named in its footer: such a licence must at least be granted there.
  if (isChrome(layout, index) && (marked || scope.startsWithGrant || !isSoftwareLicence(named.licence))) return "site";
  return marked || scope.startsWithGrant || isLabelled(layout.page, index) ? "page" : "part";
}

/** In the main text a sentence must point at the page: an article may speak of the licences of others. */
function subjectOfWork(layout: PageLayout, index: number, scope: SentenceScope, marked: boolean): Subject {
  if (!marked && !isChrome(layout, index) && !(scope.grants && scope.points)) return "part";
  return scope.site ? "site" : "page";
}

/** Header, navigation, side column or footer: by its region, or because nothing of the main text follows. */
export function isChrome({ page, lastMain }: PageLayout, index: number): boolean {
  const block = page.blocks[index];
  if (block === undefined) return false;
  return chromeRegions.has(block.region) || (block.region === "body" && !block.main && index > lastMain);
}

/** "Bildnachweise:" over a list of links. */
function followsCredits(page: Page, index: number): boolean {
  const previous = page.blocks[index - 1];
  if (previous === undefined || previous.text.length > headingLength) return false;
  if (!headings.test(previous.tag) && !previous.text.endsWith(":")) return false;
  return sentenceScopeAt(previous.text, previous.text.length, previous.text.length).topic === "picture";
}

/** The block before says only "License:". */
export function isLabelled(page: Page, index: number): boolean {
  const previous = page.blocks[index - 1];
  return (
    previous !== undefined &&
    /^(?:licen[sc]e|lizenz|licencia|licenza|licença|ライセンス|许可)\s?[:：]?$/iu.test(previous.text.trim())
  );
}
