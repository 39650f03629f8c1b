import { licencePhrasesIn } from "./licence-phrase.ts";
import { namesSite, topicOf } from "./topic-words.ts";
import type { Topic } from "./topic-words.ts";

/** What a sentence says about the licence it names. */
export interface SentenceScope {
  readonly topic: Topic | null;
  /** It speaks of the whole site, blog or wiki. */
  readonly site: boolean;
  /** It grants: "licensed under", "License:", "steht unter". */
  readonly grants: boolean;
  /** It points: "this page", "all content", "diese Seite". */
  readonly points: boolean;
  /** It has nothing before the grant. */
  readonly startsWithGrant: boolean;
}

const grantWords = [
  String.raw`licen[sc]ed|(?:publish|releas|distribut|offer|shar|provid|dedicat|redistribut|modif|us|cop)(?:e|ed|es|y|ies|ied|ing)?(?!\p{L})[^.]{0,100}(?:under|terms)|available[^.]{0,40} (?:under|through|via)`,
  String.raw`l[iy][sz]en[sz]iert|veröffentlicht|(?<!\p{L})steh(?:t|en)(?!\p{L})|unterlieg(?:t|en)|lizenz\p{L}{0,12} unter`,
  String.raw`les termes de la|sous (?:une |la |l['’])?(?:licence|les termes)|disponible|distribué|autorisé sous|publié|licencia bajo|bajo|publicad[oa]|distribu[ií]d[oa]|rilasciat|licenciad|licencja|udost[ęe]pni|llicenciat|disponible`,
  String.raw`(?:dedicat|grant|releas|plac|put)\p{L}{0,5} [^.]{0,80}public domain|лицензи|采用|採用|许可|許可|授权|授權|ライセンス|許諾|beschikbaar|tilgjengelig|tillgänglig`,
];
const labelNames = String.raw`(?:licen[sc]e|licensing|lizenz(?:en)?|licencia|licenza|licença)`;
const grant = new RegExp(grantWords.join("|"), "iu");
const first = String.raw`^[^\p{L}\p{N}]{0,4}`;
const grantFirst = new RegExp(`${first}(?:${grantWords.join("|")})`, "iu");
/** "License:" comes before the name, or begins the words of the link. */
const labelBefore = new RegExp(String.raw`(?:^|[\s(])${labelNames}\s?[:：]?\s?$`, "iu");
const labelFirst = new RegExp(`${first}${labelNames}\\s?[:：]`, "iu");
/** "Unless stated otherwise, CC BY applies." */
const grantAfter = /^[^.]{0,30}?(?<!\p{L})(?:applies|apply|gilt|gelten|s['’]applique|altında|に従|の下に)/iu;
const pointer =
  /(?<!\p{L})(?:this|these|our|all|every|everything|text is|content is|hereby|herewith|diese[rsmn]?|alle[rsn]?|unsere[rsn]?|der inhalt|die inhalte|ce|cette?|ces|tous|toutes|le contenu|este|estos?|esta|estas|todos?|todas?|quest[oaie]|tutt[ie]|dit|deze|aquest[as]?|эт\p{L}{1,3}|все)(?!\p{L})|except where|unless otherwise|sofern nicht|soweit nicht|本|此|この|当/iu;
const exceptions =
  /(?:including|excluding|except(?: for)?|unless|soweit|sofern|mit ausnahme|mit ausnahmen|außer|inklusive|einschließlich|sauf|excepto|salvo)(?!\p{L})[^,;.]{0,80}/giu;
/** A line that continues with a lower-case letter was only wrapped. */
const sentenceEnd = /[.!?。！？]["”)]?\s+(?=[\p{Lu}\p{Lo}"“(©]|$)|[。！？]|\n(?=[^\p{Ll}]|$)/gu;
const segmentEnd = /\s?[|•·»—]\s/gu;
/** Words inside addresses are no topic, and "free software" is what a licence calls a manual. */
const noTopic =
  /https?:\/\/\S{1,200}|[\w-]{1,60}\.(?:com|org|net|de|info|edu|blog)(?![\w.])\S{0,100}|free (?:software|documentation)|freie (?:software|dokumentation)|logiciels? libres?|software libre|software foundation/giu;
const reachBefore = 300;
const reachAfter = 120;

/**
 * Reads the sentence around a mention of a licence (`start`..`end` of `text`).
 * A clause that names another licence ends what is read before the mention: "the text is under X, and code under Y".
 */
export function sentenceScopeAt(text: string, start: number, end: number): SentenceScope {
  const { before, cut } = clauseBefore(text.slice(Math.max(0, start - reachBefore), start));
  const segment = before.split(segmentEnd).at(-1) ?? "";
  const mention = text.slice(start, Math.min(end, start + reachBefore));
  const words = licencePhrasesIn(mention).length > 0 ? "" : mention;
  const after =
    text
      .slice(end, end + reachAfter)
      .split(sentenceEnd, 1)[0]
      ?.split(segmentEnd, 1)[0] ?? "";
  const topic = topicOf(segment) ?? topicOf(words) ?? pictureCredit(before) ?? topicOf(after);
  const labelled = labelBefore.test(segment) || labelFirst.test(segment + mention);
  const grants = labelled || grant.test(segment + mention) || grantAfter.test(after);
  return {
    topic,
    site: namesSite(segment + after),
    grants,
    points: pointer.test(segment + mention + after),
    startsWithGrant:
      topic === null &&
      !cut &&
      (grantFirst.test(segment + mention) ||
        labelFirst.test(segment + mention) ||
        (segment.trim() === "" && grantAfter.test(after))),
  };
}

/**
 * "Foto: A. Name, via Wikimedia | Lizenz: ...": a bar separates sentences of a footer, but not a picture from its
 * licence.
 */
function pictureCredit(before: string): Topic | null {
  return topicOf(before) === "picture" ? "picture" : null;
}

function clauseBefore(text: string): { readonly before: string; readonly cut: boolean } {
  const sentences = text.split(sentenceEnd);
  const last = sentences.at(-1) ?? "";
  // "It is made available under ...": the thing is named one sentence earlier.
  const whole = /^\s*(?:It|They|Es|Sie|Il|Elle)\s/u.test(last) ? `${sentences.at(-2) ?? ""} ${last}` : last;
  // "dedicated to the public domain via the terms of CC0": the dedication belongs to the tool that follows.
  const other = licencePhrasesIn(whole).findLast(
    ({ licence, end }) => licence !== "LicenseRef-PublicDomain" || whole.length - end > 80,
  );
  const clause = other === undefined ? whole : whole.slice(other.end);
  return { before: clause.replace(exceptions, "").replace(noTopic, ""), cut: other !== undefined };
}

/** Start and end of a grant in a text, for a badge without words of its own; `null` when there is none. */
export function grantEndIn(text: string): number | null {
  const match = grant.exec(text);
  return match === null ? null : match.index + match[0].length;
}
