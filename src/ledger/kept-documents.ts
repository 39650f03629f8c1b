import { matesLimit } from "../core/cluster-mates.ts";
import type { DocumentCapture, Hex, Place, RuleSetRow } from "../core/records.ts";
import type { Standing } from "../core/versions.ts";
import { captureColumns, documentColumns, unpack } from "./columns.ts";
import type { Ledger } from "./open.ts";
import {
  pagesOf,
  blobOf,
  evidenceJsonOf,
  evidenceOf,
  measurementsOf,
  signalsJsonOf,
  signalsOf,
  ruleSets,
} from "./rows.ts";

export const keptSql = {
  documents: `SELECT c.key, lower(hex(c.id)) AS id, o.origin || c.url_rest AS url, c.offset, c.length, c.inner_offset AS innerOffset,
    a.name AS archiveName, lower(hex(a.sha256)) AS archive,
    co.origin || coalesce(d.canonical_rest, c.url_rest) AS canonicalUrl, d.measurements,
    ${evidenceJsonOf("d.key")} AS evidence, ${signalsJsonOf("d.key")} AS signals,
    s.rule_set AS ruleSetKey, lower(hex(s.segment_sha256)) AS segmentSha256, c.position, cl.representative AS clusterKey,
    ${captureColumns.select},
    ${documentColumns.select}
    FROM capture c INDEXED BY capture_by_id
    JOIN document d ON d.key = c.key
    JOIN decision x ON x.document = c.key AND x.policy = (SELECT key FROM policy WHERE sha256 = ?)
    JOIN slice s ON s.key = c.slice
    JOIN archive a ON a.key = s.archive
    JOIN origin o ON o.key = c.origin
    LEFT JOIN origin co ON co.key = d.canonical_origin
    LEFT JOIN cluster_member cm ON cm.document = c.key
    LEFT JOIN cluster cl ON cl.key = cm.cluster
    WHERE c.id > ? AND x.kept = 1 ORDER BY c.id LIMIT ?`,
  clusterHead: `SELECT cl.key, lower(hex(cl.representative_id)) AS id,
    (SELECT count(*) FROM cluster_member m WHERE m.cluster = cl.key) AS size FROM cluster cl WHERE cl.representative = ?`,
  clusterLicences: `SELECT DISTINCT l.text AS licence FROM cluster_member m JOIN document d ON d.key = m.document
    JOIN term l ON l.key = d.licence WHERE m.cluster = ?`,
  mates: `SELECT lower(hex(c.id)) AS id, o.origin || c.url_rest AS url, l.text AS licence,
    coalesce((SELECT st.text FROM version v JOIN term st ON st.key = v.state WHERE v.document = d.key), 'current') AS standing
    FROM cluster_member m
    JOIN capture c ON c.key = m.document
    JOIN document d ON d.key = m.document
    JOIN origin o ON o.key = c.origin
    JOIN term l ON l.key = d.licence
    WHERE m.cluster = ? ORDER BY c.id LIMIT ?`,
} as const;

/** A kept document with all that attribution needs. */
export interface KeptDocument {
  /** In its ledger. */
  readonly key: number;
  /** As its segment has it. */
  readonly capture: DocumentCapture;
  readonly archiveName: string;
  /** The rule of each of its measurements. */
  readonly ruleSet: readonly RuleSetRow[];
  /** Its text is at `position` in this segment. */
  readonly segmentSha256: Hex;
  readonly position: number;
  readonly cluster: KeptCluster | null;
}

/** The cluster that a kept document represents. */
export interface KeptCluster {
  /** Of the representative. */
  readonly id: Hex;
  readonly size: number;
  /** The other members in order of id, the first thousand of them. */
  readonly alsoAt: readonly {
    readonly id: Hex;
    readonly url: string;
    readonly licence: string;
    readonly standing: Standing;
  }[];
  /** True when not all members carry the same licence. */
  readonly licencesDisagree: boolean;
}

/** A row of `keptSql.documents`, besides the described fields. */
interface StoredRow extends Place {
  readonly key: number;
  readonly id: Hex;
  readonly url: string;
  readonly archiveName: string;
  readonly canonicalUrl: string | null;
  readonly measurements: string;
  readonly evidence: string;
  readonly signals: string;
  readonly ruleSetKey: number;
  readonly segmentSha256: Hex;
  readonly position: number;
  /** Key of the representative of its cluster. */
  readonly clusterKey: number | null;
}

/**
 * Documents that a policy keeps, in order of id; none when the ledger has no decisions of it.
 * @param partitions where members of their clusters may be, this ledger among them
 */
export function* keptDocuments(
  ledger: Ledger,
  policySha256: Hex,
  partitions: readonly Ledger[] = [ledger],
): Generator<KeptDocument> {
  const page = ledger.statement<StoredRow>(keptSql.documents);
  const policy = blobOf(policySha256);
  const sets = ruleSets(ledger);
  const rows = pagesOf(
    "",
    ({ id }: StoredRow) => id,
    (after, limit) => page.all(policy, blobOf(after), limit),
  );
  for (const row of rows) {
    const { key, id, archiveName, ruleSetKey, segmentSha256, position, clusterKey } = row;
    yield {
      key,
      capture: captureOf(row),
      archiveName,
      ruleSet: sets.get(ruleSetKey) ?? [],
      segmentSha256,
      position,
      cluster: clusterKey === null ? null : clusterOf(partitions, clusterKey, id),
    };
  }
}

function captureOf(row: StoredRow): DocumentCapture {
  const { id, url, archive, offset, length, innerOffset, canonicalUrl, measurements, evidence, signals } = row;
  return {
    ...unpack(captureColumns, row),
    id,
    place: { archive, offset, length, innerOffset },
    url,
    rights: null,
    siteFile: null,
    document: {
      ...unpack(documentColumns, row),
      canonicalUrl,
      measurements: measurementsOf(measurements),
      evidence: evidenceOf(evidence),
      signals: signalsOf(signals),
    },
  };
}

/** @param representative its key, by which every partition with a member knows the cluster */
function clusterOf(partitions: readonly Ledger[], representative: number, own: Hex): KeptCluster | null {
  const parts = partitions.flatMap((ledger) => {
    const head = ledger.statement<ClusterHead>(keptSql.clusterHead).get(representative);
    return head === undefined ? [] : [{ ledger, ...head }];
  });
  const [first] = parts;
  if (first === undefined) return null;
  const mates = parts.flatMap(({ ledger, key }) =>
    ledger.statement<KeptCluster["alsoAt"][number]>(keptSql.mates).all(key, matesLimit + 1),
  );
  if (parts.length > 1) mates.sort((a, b) => (a.id < b.id ? -1 : 1));
  const licences = parts.flatMap(({ ledger, key }) =>
    ledger.statement<{ licence: string }>(keptSql.clusterLicences).all(key),
  );
  return {
    id: first.id,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    alsoAt: mates.filter(({ id }) => id !== own).slice(0, matesLimit),
    licencesDisagree: new Set(licences.map(({ licence }) => licence)).size > 1,
  };
}

interface ClusterHead {
  readonly key: number;
  readonly id: Hex;
  readonly size: number;
}
