import type { Block } from "../../core/page.ts";
import type { SeenEvidence, Subject } from "../../core/rights.ts";
import type { LicencePhrase } from "../creative-commons/phrase.ts";
import type { EvidenceKind } from "../evidence-kind.ts";
import { firstAndLast } from "../first-and-last.ts";
import { licencePhrasesIn } from "../licence-phrase.ts";
import { allRightsReserved, isCreativeCommons } from "../licence-table.ts";
import { cut, quoteAround, valueLength } from "../quote.ts";
import { isChrome, isLabelled, layoutOf, partRegions, subjectAt } from "../region-scope.ts";
import type { PageLayout } from "../region-scope.ts";
import { reservationsIn } from "../reservation.ts";
import { sentenceScopeAt } from "../sentence-scope.ts";
import { mayNameLicence, mayReserve } from "../trigger-words.ts";

/** A notice is in a short block or early in a long one; preformatted licence texts run to megabytes. */
const blockLength = 10_000;
const noticesPerBlock = 20;

/** A page that names so many licences is about licences: only a sentence about the page itself counts there. */
const manyLicences = 4;
/** A block that is little more than the name of the licence. */
const labelLength = 60;
/** "All rights reserved" inside a longer paragraph is talk about rights, not a reservation. */
const reservationLength = 160;

/** Sentences that name a licence or reserve all rights, with no link needed. */
export const textNotice = {
  name: "text-notice",
  revision: 3,
  source: "wording of licence notices on real pages; titles of the Creative Commons deeds",
  collect({ page }) {
    const layout = layoutOf(page);
    const blocks = firstAndLast(page.blocks.flatMap(wordedBlock));
    const phrases = blocks.map(({ words, names }) => (names ? licencePhrasesIn(words).slice(0, noticesPerBlock) : []));
    const named = new Set(phrases.flat().map(({ licence }) => licence?.replace(/-(?:unversioned|\d).*$/, "")));
    return blocks.flatMap(({ index, words, reserves }, at) => {
      const grants = (phrases[at] ?? []).flatMap((phrase) => {
        const subject = subjectOfPhrase(layout, index, phrase, named.size >= manyLicences);
        return subject === null ? [] : [notice({ block: page.blocks[index], words, ...phrase, subject })];
      });
      return reserves ? grants.concat(reservedIn(layout, index, words)) : grants;
    });
  },
} as const satisfies EvidenceKind;

interface WordedBlock {
  readonly index: number;
  readonly words: string;
  /** It may name a licence. */
  readonly names: boolean;
  /** It may reserve rights. */
  readonly reserves: boolean;
}

/** In preformatted text a name may be wrapped, so a line end counts as a space. Offsets do not change. */
function wordedBlock({ text }: Block, index: number): WordedBlock[] {
  const words = text.slice(0, blockLength).replaceAll("\n", " ");
  const lower = words.toLowerCase();
  const [names, reserves] = [mayNameLicence(lower), mayReserve(lower)];
  return names || reserves ? [{ index, words, names, reserves }] : [];
}

/** `null` for a mere mention. */
function subjectOfPhrase(layout: PageLayout, index: number, phrase: LicencePhrase, manyNamed: boolean): Subject | null {
  const block = layout.page.blocks[index];
  if (block === undefined) return null;
  const scope = sentenceScopeAt(block.text, phrase.start, phrase.end);
  const grants = scope.grants || isLabelled(layout.page, index);
  const subject = subjectAt(layout, index, scope, { licence: phrase.licence, marked: false });
  if (subject === "part") return scope.topic === "picture" || scope.topic === "software" || grants ? "part" : null;
  if (!grants) return isLabel(block, phrase) ? subject : null;
  const explicit = scope.topic === "work" && scope.points;
  return manyNamed && !explicit && !isChrome(layout, index) ? "part" : subject;
}

/** Little more than "CC BY-SA 3.0"; the name of another licence alone may be a link to its text, or a heading. */
function isLabel({ text, tag }: Block, { licence }: LicencePhrase): boolean {
  return text.length <= labelLength && (licence === null || isCreativeCommons(licence)) && !/^h[1-6]$/.test(tag);
}

function reservedIn(layout: PageLayout, index: number, words: string): SeenEvidence[] {
  const block = layout.page.blocks[index];
  const chrome = isChrome(layout, index);
  return reservationsIn(words)
    .slice(0, noticesPerBlock)
    .flatMap((phrase) => {
      const { start, end } = phrase;
      const quoted = /["“”„«'‘]\s?$/u.test(words.slice(Math.max(0, start - 2), start));
      if (
        block === undefined ||
        quoted ||
        !(chrome || words.length <= reservationLength || nearOwner(words, start, end))
      )
        return [];
      const { topic } = sentenceScopeAt(block.text, start, end);
      const part = partRegions.has(block.region) || (topic === "picture" && !chrome);
      return [notice({ block, licence: allRightsReserved, words, start, end, subject: part ? "part" : "site" })];
    });
}

function nearOwner(words: string, start: number, end: number): boolean {
  return /©|\(c\)|copyright (?:©|\d|by)|urheberrecht/iu.test(words.slice(Math.max(0, start - 200), end + 100));
}

/** A sentence of a block, between two code units of its words. */
interface Notice {
  readonly block: Block | undefined;
  readonly words: string;
  readonly start: number;
  readonly end: number;
  readonly licence: string | null;
  readonly subject: Subject;
}

function notice({ block, words, start, end, licence, subject }: Notice): SeenEvidence {
  const value = cut(words.slice(start, end), valueLength);
  const quote = quoteAround(words, start, end);
  return { kind: "text-notice", licence, value, place: block?.region ?? "body", quote, subject };
}
