import { captureFields, documentFields, type Fields, type PublishedOf } from "../core/document-fields.ts";
import type { DocumentCapture, RuleSetRow } from "../core/records.ts";
import type { ManifestRow } from "./document-row.ts";
import type { UnplacedRow } from "./build.ts";

/** What a row says that is not of the capture itself. */
export interface RowContext {
  /** File name of the archive, without folders. */
  readonly archiveName: string;
  /** What was measured: the rule of each of the document's measurements, in their order. */
  readonly ruleSet: readonly Pick<RuleSetRow, "name">[];
  readonly cluster: ManifestRow["cluster"];
  /** The document's text is at `position` of this segment. */
  readonly segmentSha256: string;
  readonly position: number;
}

/** Where a field goes in a row. */
interface Path {
  readonly name: string;
  /** Objects on the way to it. */
  readonly folders: readonly string[];
  readonly last: string;
  readonly isTime: boolean;
}

const pathsOfCapture = pathsOf(captureFields);
const pathsOfDocument = pathsOf(documentFields);

/**
 * What is published of a capture that became a document, from the ledger or from the archived bytes; nothing in it depends
 * on this machine.
 */
export function manifestRowOf(capture: DocumentCapture, context: RowContext): UnplacedRow {
  const { id, url, place, document } = capture;
  const { archiveName, ruleSet, cluster, segmentSha256, position } = context;
  const { canonicalUrl, evidence, signals, measurements } = document;
  const published: Members = {};
  publish(pathsOfCapture, capture, published);
  publish(pathsOfDocument, document, published);
  return {
    ...(published as unknown as PublishedOf<typeof captureFields> & PublishedOf<typeof documentFields>),
    id,
    url,
    canonicalUrl,
    archive: {
      name: archiveName,
      sha256: place.archive,
      offset: place.offset,
      length: place.length,
      innerOffset: place.innerOffset,
    },
    evidence,
    signals,
    measurements: Object.fromEntries(ruleSet.map(({ name }, index) => [name, measurements[index] ?? null])),
    cluster,
    source: { segmentSha256, position },
  };
}

interface Members {
  [name: string]: Members | string | number | null;
}

function pathsOf(fields: Fields): readonly Path[] {
  return Object.entries(fields).flatMap(([name, { as, published }]) => {
    const folders = published?.split(".") ?? [];
    const last = folders.pop();
    return last === undefined ? [] : [{ name, folders, last, isTime: as === "time" }];
  });
}

function publish(paths: readonly Path[], row: object, published: Members): void {
  const held = row as Readonly<Record<string, string | number | null | undefined>>;
  for (const { name, folders, last, isTime } of paths) {
    let folder = published;
    for (const part of folders) folder = (folder[part] ??= {}) as Members;
    const value = held[name] ?? null;
    folder[last] = isTime && typeof value === "number" ? new Date(value).toISOString() : value;
  }
}
