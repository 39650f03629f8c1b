import {
  isGone,
  type AddressCapture,
  type AddressState,
  type Standing,
  type Tie,
  type Version,
} from "../core/versions.ts";

/** Records that stand for a page less and less directly: the exchange, what a tool stored, what was made of either. */
const directness = ["response", "resource", "conversion"];

/**
 * The state of one address, from all its captures. The newest capture that says something about the content governs:
 * a document is the current version, a revisit confirms the one that it repeats, 404, 410 and 451 mean gone, 301 and
 * 308 moved. Others (errors of the server, redirects for now, other media types, unreadable bodies) say nothing about
 * the content, but what their heads say about rights holds for every earlier capture.
 *
 * Where the exchange itself is a document, what tools made of it is derived. Where it is none (a PDF whose text is a
 * conversion), the text takes what the exchange says about rights.
 * @param captures of one address, in any order; the result does not depend on it
 */
export function addressState(captures: readonly AddressCapture[]): AddressState {
  const inOrder = captures.toSorted(byTime);
  const documents = inOrder.filter(({ outcome }) => outcome === "document");
  const direct = Math.min(...documents.map(directnessOf));
  const own = documents.filter((one) => directnessOf(one) === direct);
  const history: History = {
    all: inOrder.filter((one) => directnessOf(one) <= direct),
    pages: inOrder.filter((one) => directnessOf(one) < direct),
  };
  const versions = governed(history.all, own);
  const state = [...versions.values()];
  for (const one of documents) {
    if (directnessOf(one) > direct) state.push({ document: one.key, standing: "derived", capture: pageOf(one, own) });
  }
  return { versions: state, ties: own.flatMap((one) => tiesOf(one, history, versions.get(one.key))) };
}

/** Captures of one address that are as direct as its documents or more so, in order of time. */
interface History {
  readonly all: readonly AddressCapture[];
  /** Those that are more so, and no documents: what the documents were made of. */
  readonly pages: readonly AddressCapture[];
}

/** The record type of a revisit is that of an exchange which was not stored again. */
function directnessOf({ recordType }: AddressCapture): number {
  const rank = directness.indexOf(recordType === "revisit" ? "response" : recordType);
  return rank < 0 ? directness.length : rank;
}

/** In order of time; a time that is not known comes first. What is of one second is in the order of its archive. */
function byTime(a: AddressCapture, b: AddressCapture): number {
  return timeOf(a) - timeOf(b) || (a.place < b.place ? -1 : Number(a.place > b.place));
}

function timeOf({ capturedAt }: Pick<AddressCapture, "capturedAt">): number {
  return capturedAt ?? -Infinity;
}

/**
 * How each document stands, by its key. From the newest capture to the oldest: what came before a page was gone, and is
 * not there again, is gone with it.
 */
function governed(history: readonly AddressCapture[], own: readonly AddressCapture[]): Map<number, Version> {
  const closed = new Map<string, Pick<Version, "standing" | "capture">>();
  let current: { readonly content: number; readonly capture: number } | null = null;
  for (let at = history.length - 1; at >= 0 && current === null; at--) {
    const one = history[at];
    if (one === undefined || closed.has(one.exact)) continue;
    const end = one.outcome === "document" ? null : endOf(one.httpStatus);
    const content = end === null ? contentOf(one, history.slice(0, at), own) : null;
    if (content !== null) current = { content, capture: one.key };
    if (end !== null) closed.set(one.exact, { standing: end, capture: one.key });
  }
  const versions = new Map<number, Version>();
  for (const { key, exact } of own) {
    const end = closed.get(exact);
    if (key === current?.content) versions.set(key, { document: key, standing: "current", capture: current.capture });
    else if (end !== undefined) versions.set(key, { document: key, ...end });
    else if (current !== null) versions.set(key, { document: key, standing: "superseded", capture: current.capture });
  }
  return versions;
}

function endOf(status: number | null): Extract<Standing, "gone" | "moved"> | null {
  if (isGone(status)) return "gone";
  return status === 301 || status === 308 ? "moved" : null;
}

/** Key of the document that a capture shows or repeats, maybe of another address; `null`: it shows none. */
function contentOf(
  one: AddressCapture,
  earlier: readonly AddressCapture[],
  own: readonly AddressCapture[],
): number | null {
  if (one.outcome === "document") return one.key;
  return one.recordType === "revisit" ? repeatedBy(one, earlier, own) : null;
}

/** The document that a revisit repeats; `null` when it repeats something that is no document here. */
function repeatedBy(
  revisit: AddressCapture,
  earlier: readonly AddressCapture[],
  own: readonly AddressCapture[],
): number | null {
  const named = earlier.find(({ recordId }) => recordId !== null && recordId === revisit.refersTo);
  if (named?.recordType === "revisit") return repeatedBy(named, earlier.slice(0, earlier.indexOf(named)), own);
  if (named !== undefined) return named.outcome === "document" ? named.key : null;
  if (revisit.repeats !== null) return revisit.repeats;
  const same = own.findLast(({ payloads }) => payloads.some((digest) => revisit.payloads.includes(digest)));
  if (same !== undefined) return same.key;
  // Not modified since the last that was seen, whatever record it names.
  return revisit.httpStatus === 304 ? (earlier.findLast(({ outcome }) => outcome === "document")?.key ?? null) : null;
}

/** The page that a record was made of: the one that it names, else the newest before it, else the oldest. */
function pageOf(one: AddressCapture, pages: readonly AddressCapture[]): number {
  const named = pages.find(({ recordId }) => recordId !== null && recordId === one.refersTo);
  const before = pages.findLast((page) => byTime(page, one) < 0);
  return (named ?? before ?? pages[0] ?? one).key;
}

/**
 * What holds for a document besides its own words: the capture that governs its address and, for the current version,
 * what is said later, in the same second or at an unknown time; and the page that it was made of.
 */
function tiesOf(document: AddressCapture, history: History, version: Version | undefined): Tie[] {
  const page = history.pages.length === 0 ? null : pageOf(document, history.pages);
  const governs = history.all.find(({ key }) => key === version?.capture);
  const since = governs === undefined ? -Infinity : timeOf(governs);
  return history.all.flatMap((one): Tie[] => {
    if (one.key === document.key) return [];
    if (one.key === page) return [{ document: document.key, capture: one.key, relation: "page" }];
    const isLater = version?.standing === "current" && (one.capturedAt === null || timeOf(one) >= since);
    return one.speaks && (one === governs || isLater)
      ? [{ document: document.key, capture: one.key, relation: "newer" }]
      : [];
  });
}
