import type { Block } from "../../core/page.ts";
import type { Evidence, Subject } from "../../core/rights.ts";
import type { LicencePhrase } from "../creative-commons-phrase.ts";
import type { EvidenceKind } from "../kinds.ts";
import { licencePhrasesIn } from "../licence-phrase.ts";
import { allRightsReserved } from "../licence-table.ts";
import { isChrome, isLabelled, layoutOf, subjectAt } from "../place-scope.ts";
import type { PageLayout } from "../place-scope.ts";
import { cut, quoteAround, valueLength } from "../quote.ts";
import { reservationsIn } from "../reservation.ts";
import { sentenceScopeAt } from "../sentence-scope.ts";
import { mayNameLicence, mayReserve } from "../trigger-words.ts";

/** A notice stands in a short block or early in a long one; preformatted licence texts run to megabytes. */
const blockLength = 20_000;

/** A page that names so many licences is about licences: only a sentence about the page itself counts there. */
const manyLicences = 4;
/** A block that is little more than the name of the licence. */
const labelLength = 60;
/** "All rights reserved" inside a longer paragraph is talk about rights, not a reservation. */
const reservationLength = 160;

/** Sentences that name a licence or reserve all rights, without help of a link. */
export const textNotice: EvidenceKind = {
  name: "text-notice",
  revision: 1,
  source: "wording of licence notices on real pages; titles of the Creative Commons deeds",
  collect({ page }) {
    const layout = layoutOf(page);
    // Names of licences are wrapped in preformatted text: there a line's end is a space; places stay what they are.
    const texts = page.blocks.map((block) => block.text.slice(0, blockLength).replaceAll("\n", " "));
    const lower = texts.map((text) => text.toLowerCase());
    const phrases = texts.map((text, index) => (mayNameLicence(lower[index] ?? "") ? licencePhrasesIn(text) : []));
    const manyNamed =
      new Set(phrases.flat().map(({ licence }) => licence.replace(/-(?:unversioned|\d).*$/, ""))).size >= manyLicences;
    return page.blocks.flatMap((block, index) => {
      const text = texts[index] ?? "";
      const grants = (phrases[index] ?? []).flatMap((phrase) => {
        const subject = subjectOfPhrase(layout, index, phrase, manyNamed);
        return subject === null ? [] : [notice(phrase.licence, block, text, phrase.start, phrase.end, subject)];
      });
      return [...grants, ...(mayReserve(lower[index] ?? "") ? reservedIn(layout, block, index, text) : [])];
    });
  },
};

/** `null` for a mere mention. */
function subjectOfPhrase(layout: PageLayout, index: number, phrase: LicencePhrase, manyNamed: boolean): Subject | null {
  const block = layout.page.blocks[index];
  if (block === undefined) return null;
  const scope = sentenceScopeAt(block.text, phrase.start, phrase.end);
  const grants = scope.grants || isLabelled(layout.page, index);
  const subject = subjectAt(layout, index, phrase.start, phrase.end, { licence: phrase.licence, marked: false });
  if (subject === "part") return scope.topic === "picture" || scope.topic === "software" || grants ? "part" : null;
  if (!grants) return isLabel(block, phrase) ? subject : null;
  const explicit = scope.topic === "work" && scope.points;
  return manyNamed && !explicit && !isChrome(layout, index) ? "part" : subject;
}

/** Little more than "CC BY-SA 3.0"; the name of another licence alone may be a link to its text, or a heading. */
function isLabel({ text, tag }: Block, { licence }: LicencePhrase): boolean {
  return text.length <= labelLength && /^(?:LicenseRef-)?CC(?:0|-)/.test(licence) && !/^h[1-6]$/.test(tag);
}

function reservedIn(layout: PageLayout, block: Block, index: number, text: string): Evidence[] {
  return reservationsIn(text).flatMap(({ start, end }) => {
    if (/["“”„«'‘]\s?$/u.test(text.slice(Math.max(0, start - 2), start))) return [];
    const chrome = isChrome(layout, index);
    if (
      !chrome &&
      text.length > reservationLength &&
      !/©|\(c\)|copyright (?:©|\d|by)|urheberrecht/iu.test(text.slice(Math.max(0, start - 200), end + 100))
    )
      return [];
    const scope = sentenceScopeAt(block.text, start, end);
    const part = block.region === "figure" || block.region === "comment" || (scope.topic === "picture" && !chrome);
    return [notice(allRightsReserved, block, text, start, end, part ? "part" : "site")];
  });
}

function notice(licence: string, block: Block, text: string, start: number, end: number, subject: Subject): Evidence {
  const quote = quoteAround(text, start, end);
  return {
    kind: "text-notice",
    licence,
    value: cut(text.slice(start, end), valueLength),
    place: block.region,
    quote,
    subject,
  };
}
