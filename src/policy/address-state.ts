import type { AddressCapture, AddressState, Standing, Tie, Version } from "../core/versions.ts";

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
  const derived = documents.filter((one) => directnessOf(one) > direct);
  const history: History = {
    all: inOrder.filter((one) => directnessOf(one) <= direct),
    pages: inOrder.filter((one) => directnessOf(one) < direct),
  };
  const state = governing(history.all, own);
  const { standing, capture, content } = state;

  const versions: Version[] = own.map(({ key }) => ({
    document: key,
    standing: content === null ? standing : key === content ? "current" : "superseded",
    capture,
  }));
  for (const one of derived) versions.push({ document: one.key, standing: "derived", capture: pageOf(one, own) });
  return { versions, ties: own.flatMap((one) => tiesOf(one, one.key === content, history, state)) };
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

/** In order of time, of id where it is the same; a time that is not known comes first. */
function byTime(a: AddressCapture, b: AddressCapture): number {
  return (a.capturedAt ?? -Infinity) - (b.capturedAt ?? -Infinity) || (a.id < b.id ? -1 : Number(a.id > b.id));
}

interface Governing {
  readonly standing: Standing;
  /** Key of the capture that governs. */
  readonly capture: number;
  /** Key of the document that is the current version; `null`: there is none. */
  readonly content: number | null;
}

function governing(history: readonly AddressCapture[], own: readonly AddressCapture[]): Governing {
  for (let at = history.length - 1; at >= 0; at--) {
    const one = history[at];
    if (one === undefined) continue;
    const { key, outcome, httpStatus, recordType } = one;
    if (outcome === "document") return { standing: "current", capture: key, content: key };
    if (recordType === "revisit") {
      const content = repeatedBy(one, history.slice(0, at), own);
      if (content !== null) return { standing: "current", capture: key, content };
    } else if (httpStatus === 404 || httpStatus === 410 || httpStatus === 451) {
      return { standing: "gone", capture: key, content: null };
    } else if (httpStatus === 301 || httpStatus === 308) {
      return { standing: "moved", capture: key, content: null };
    }
  }
  throw new Error("an address without a document has no state");
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
  const digest = revisit.statedPayloadDigest;
  const same = own.findLast((one) => digest !== null && one.statedPayloadDigest === digest);
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
 * what is said later or in the same second; and the page that it was made of.
 */
function tiesOf(document: AddressCapture, isCurrent: boolean, history: History, state: Governing): Tie[] {
  const page = history.pages.length === 0 ? null : pageOf(document, history.pages);
  const since = history.all.find(({ key }) => key === state.capture)?.capturedAt ?? -Infinity;
  return history.all.flatMap((one): Tie[] => {
    if (one.key === document.key) return [];
    if (one.key === page) return [{ document: document.key, capture: one.key, relation: "page" }];
    const holds = one.key === state.capture || (isCurrent && (one.capturedAt ?? -Infinity) >= since);
    return holds && one.speaks ? [{ document: document.key, capture: one.key, relation: "newer" }] : [];
  });
}
