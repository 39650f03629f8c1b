import { digestStates, type DigestState, type Hex } from "../core/records.ts";
import type { Evidence, Signal } from "../core/rights.ts";
import type { Ledger } from "./open.ts";
import { pagesOf } from "./pages-of.ts";
import {
  blobOf,
  digestOf,
  evidenceJson,
  evidenceOf,
  measurementsOf,
  recordIdOf,
  signalsJson,
  signalsOf,
} from "./row-values.ts";
import { ruleSets } from "./rule-sets.ts";

export const keptSql = {
  documents: `SELECT lower(hex(c.id)) AS id, o.origin || c.url_rest AS url,
    co.origin || coalesce(d.canonical_rest, c.url_rest) AS canonicalUrl, c.captured_at AS capturedAt,
    a.name AS archiveName, lower(hex(a.sha256)) AS archiveSha256, c.offset, c.length, c.inner_offset AS innerOffset,
    rt.text AS recordType, c.record_id AS recordId, c.http_status AS httpStatus, m.text AS mime, t.text AS truncated,
    c.stated_block_digest AS statedBlockDigest, c.stated_payload_digest AS statedPayloadDigest,
    c.block_digest_state AS blockDigestState, c.payload_digest_state AS payloadDigestState,
    lower(hex(c.block_sha256)) AS blockSha256, lower(hex(c.payload_sha256)) AS payloadSha256,
    c.payload_bytes AS payloadBytes, d.title, cs.text AS charset, css.text AS charsetSource, l.text AS language,
    d.language_score AS languageScore, lower(hex(d.text_sha256)) AS textSha256, d.text_bytes AS textBytes, d.words,
    li.text AS licence, lb.text AS licenceBasis, s.rule_set AS ruleSetKey, d.measurements,
    ${evidenceJson} AS evidence, ${signalsJson} AS signals,
    lower(hex(s.segment_sha256)) AS segmentSha256, c.position, sw.text AS software, cl.representative AS clusterKey
    FROM capture c INDEXED BY capture_by_id
    JOIN document d ON d.key = c.key
    JOIN decision x ON x.document = c.key AND x.policy = (SELECT key FROM policy WHERE sha256 = ?)
    JOIN slice s ON s.key = c.slice
    JOIN archive a ON a.key = s.archive
    JOIN origin o ON o.key = c.origin
    LEFT JOIN origin co ON co.key = d.canonical_origin
    JOIN term rt ON rt.key = c.record_type
    LEFT JOIN term m ON m.key = c.mime
    LEFT JOIN term t ON t.key = c.truncated
    JOIN term cs ON cs.key = d.charset
    JOIN term css ON css.key = d.charset_source
    JOIN term l ON l.key = d.language
    JOIN term li ON li.key = d.licence
    JOIN term lb ON lb.key = d.licence_basis
    JOIN term sw ON sw.key = s.software
    LEFT JOIN cluster_member cm ON cm.document = c.key
    LEFT JOIN cluster cl ON cl.key = cm.cluster
    WHERE c.id > ? AND x.kept = 1 ORDER BY c.id LIMIT ?`,
  clusterHead: `SELECT cl.key, lower(hex(cl.representative_id)) AS id,
    (SELECT count(*) FROM cluster_member m WHERE m.cluster = cl.key) AS size FROM cluster cl WHERE cl.representative = ?`,
  clusterLicences: `SELECT DISTINCT l.text AS licence FROM cluster_member m JOIN document d ON d.key = m.document
    JOIN term l ON l.key = d.licence WHERE m.cluster = ?`,
  mates: `SELECT lower(hex(c.id)) AS id, o.origin || c.url_rest AS url, l.text AS licence
    FROM cluster_member m
    JOIN capture c ON c.key = m.document
    JOIN document d ON d.key = m.document
    JOIN origin o ON o.key = c.origin
    JOIN term l ON l.key = d.licence
    WHERE m.cluster = ? ORDER BY c.id LIMIT ?`,
} as const;

/** Cluster-mates named for each document: a template page can have a hundred thousand. */
const matesLimit = 1000;

/** A kept document with all that attribution needs. */
export interface KeptDocument {
  readonly id: Hex;
  readonly url: string;
  readonly canonicalUrl: string | null;
  readonly capturedAt: number | null;
  readonly archiveName: string;
  readonly archiveSha256: Hex;
  readonly offset: number;
  readonly length: number;
  readonly innerOffset: number;
  readonly recordType: string;
  readonly recordId: string | null;
  readonly httpStatus: number | null;
  readonly mime: string | null;
  readonly truncated: string | null;
  readonly statedBlockDigest: string | null;
  readonly statedPayloadDigest: string | null;
  readonly blockDigestState: DigestState;
  readonly payloadDigestState: DigestState;
  readonly blockSha256: Hex;
  readonly payloadSha256: Hex;
  readonly payloadBytes: number;
  readonly title: string | null;
  readonly charset: string;
  readonly charsetSource: string;
  readonly language: string;
  readonly languageScore: number;
  readonly textSha256: Hex;
  readonly textBytes: number;
  readonly words: number;
  readonly licence: string;
  readonly licenceBasis: string;
  /** By name of rule; `null` = unknown. */
  readonly measurements: Readonly<Record<string, number | null>>;
  readonly evidence: readonly Evidence[];
  readonly signals: readonly Signal[];
  /** Its text is at `position` in this segment. */
  readonly segmentSha256: Hex;
  readonly position: number;
  readonly software: string;
  readonly cluster: KeptCluster | null;
}

/** The cluster that a kept document stands for. */
export interface KeptCluster {
  /** Of the representative. */
  readonly id: Hex;
  readonly size: number;
  /** The other members in order of id, the first thousand of them. */
  readonly alsoAt: readonly { readonly id: Hex; readonly url: string; readonly licence: string }[];
  /** True when not all members carry the same licence. */
  readonly licencesDisagree: boolean;
}

type StoredRow = Omit<
  KeptDocument,
  | "recordId"
  | "statedBlockDigest"
  | "statedPayloadDigest"
  | "blockDigestState"
  | "payloadDigestState"
  | "measurements"
  | "evidence"
  | "signals"
  | "cluster"
> & {
  readonly recordId: string | Buffer | null;
  readonly statedBlockDigest: string | Buffer | null;
  readonly statedPayloadDigest: string | Buffer | null;
  readonly blockDigestState: number;
  readonly payloadDigestState: number;
  readonly ruleSetKey: number;
  readonly measurements: string;
  readonly evidence: string;
  readonly signals: string;
  readonly clusterKey: number | null;
};

/**
 * Documents that a policy keeps, in order of id; none when the ledger has no decisions of it.
 * @param partitions where members of their clusters may lie, this ledger among them
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
  for (const { ruleSetKey, clusterKey, ...row } of rows) {
    const values = measurementsOf(row.measurements);
    const rules = sets.get(ruleSetKey) ?? [];
    yield {
      ...row,
      recordId: recordIdOf(row.recordId),
      statedBlockDigest: digestOf(row.statedBlockDigest, row.blockSha256),
      statedPayloadDigest: digestOf(row.statedPayloadDigest, row.payloadSha256),
      blockDigestState: digestStates[row.blockDigestState] ?? "unknown",
      payloadDigestState: digestStates[row.payloadDigestState] ?? "unknown",
      measurements: Object.fromEntries(rules.map(({ name }, position) => [name, values[position] ?? null])),
      evidence: evidenceOf(row.evidence),
      signals: signalsOf(row.signals),
      cluster: clusterKey === null ? null : clusterOf(partitions, clusterKey, row.id),
    };
  }
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
