import { splitUrl } from "../core/address/host.ts";
import { archivePath } from "./archive-paths.ts";
import type { Ledger } from "./open.ts";

export const storySql = {
  byId: "SELECT key, lower(hex(id)) AS place FROM capture WHERE id >= unhex(?) AND id <= unhex(?) ORDER BY id LIMIT ?",
  byUrl: `SELECT c.key, format('%020d', c.captured_at) || hex(c.id) AS place FROM capture c JOIN origin o ON o.key = c.origin WHERE o.origin = ? AND c.url_rest = ?
    ORDER BY c.captured_at, c.id LIMIT ?`,
  capture: "SELECT * FROM captures WHERE key = ?",
  path: `SELECT p.path FROM capture c JOIN slice s ON s.key = c.slice JOIN archive_path p ON p.archive = s.archive
    WHERE c.key = ? ORDER BY p.path`,
  program: `SELECT t.text AS software, b.id AS build FROM capture c JOIN slice s ON s.key = c.slice
    JOIN term t ON t.key = s.software LEFT JOIN build b ON b.key = s.build WHERE c.key = ?`,
  copy: "SELECT crawl, subset, file, offset, length, digest, fields FROM copies WHERE key = ?",
  robots: `SELECT id, url, captured_at, http_status, payload_sha256, archive, offset FROM captures WHERE key IN (
      SELECT r.key FROM origin o JOIN capture r ON r.origin = o.key AND r.url_rest = '/robots.txt'
      WHERE o.origin IN ('http://' || ?, 'https://' || ?))
    AND (SELECT crawl FROM copies WHERE copies.key = captures.key) = ? ORDER BY captured_at, id LIMIT ?`,
  document: "SELECT * FROM documents WHERE key = ?",
  measurements: "SELECT rule, revision, unit, value FROM measurements WHERE key = ?",
  evidence: "SELECT kind, licence, value, place, quote, subject FROM evidence WHERE key = ?",
  signals: "SELECT kind, preference, value, agent, place, quote, policy_url FROM signals WHERE key = ?",
  version: "SELECT state, governing, governing_captured_at, governing_http_status FROM versions WHERE key = ?",
  siteFiles: `SELECT kind, id, url, captured_at, text_sha256 FROM site_files
    WHERE host = (SELECT host FROM captures WHERE key = ?) ORDER BY kind, captured_at, id`,
  representative:
    "SELECT representative FROM cluster_member JOIN cluster ON cluster.key = cluster_member.cluster WHERE document = ?",
  cluster: "SELECT cluster, id, similarity, url, licence FROM clusters WHERE cluster_key = ? ORDER BY id LIMIT ?",
  decisions: `SELECT policy, policy_sha256, kept, reasons, is_current FROM decision_history WHERE key = ?
    ORDER BY is_current DESC, policy_sha256`,
} as const;

/** A row of a view, by column: the names and meanings are those of `docs/provenance-format.md`. */
export type ViewRow = Readonly<Record<string, string | number | null>>;

/** All that the ledger knows of one capture. */
export interface Story {
  readonly capture: ViewRow;
  /** Where its archive was last seen on this machine. */
  readonly paths: readonly string[];
  /** Version of the program that measured it. */
  readonly software: string;
  /** Its build; `null` for a version that recorded none. */
  readonly build: string | null;
  /** The crawl of other people that it was copied from; `null` when it was not. */
  readonly copy: ViewRow | null;
  /** Captures of its host's robots.txt by the same crawl, oldest first: what was said there at the time. */
  readonly robots: readonly ViewRow[];
  readonly document: ViewRow | null;
  readonly measurements: readonly ViewRow[];
  readonly evidence: readonly ViewRow[];
  readonly signals: readonly ViewRow[];
  /** How it stands among the captures of its address; `null` when it is the only one. */
  readonly version: ViewRow | null;
  /** What its site said for all its pages, oldest first; which of it holds is for the policy to say. */
  readonly siteFiles: readonly ViewRow[];
  /** All members, the document among them; empty when it is alone. At most a hundred. */
  readonly cluster: readonly ViewRow[];
  /** Under every policy that decided about it, the current one first. */
  readonly decisions: readonly (ViewRow & { readonly reasons: string })[];
}

const storyLimit = 100;

/**
 * The stories of the captures that `wanted` names: an id, the first eight or more digits of one, or an address to the
 * letter (every capture of it, oldest first). Empty when there is none; at most a hundred.
 */
export function storyOf(ledgers: readonly Ledger[], wanted: string): Story[] {
  const found = /^[0-9a-f]{8,32}$/i.test(wanted)
    ? everywhere(ledgers, storySql.byId, [wanted.padEnd(32, "0"), wanted.padEnd(32, "f")])
    : [];
  const captures = found.length > 0 ? found : everywhere(ledgers, storySql.byUrl, splitUrl(wanted));
  return captures.map(({ ledger, key }) => storyOfKey(ledgers, ledger, key));
}

interface FoundCapture {
  readonly ledger: Ledger;
  readonly key: number;
  readonly place: string | null;
}

function everywhere(ledgers: readonly Ledger[], sql: string, values: readonly string[]): FoundCapture[] {
  const found = ledgers.flatMap((ledger) =>
    ledger
      .statement<Omit<FoundCapture, "ledger">>(sql)
      .all(...values, storyLimit)
      .map(({ key, place }) => ({ ledger, key, place })),
  );
  if (ledgers.length > 1) found.sort((a, b) => ((a.place ?? "") < (b.place ?? "") ? -1 : 1));
  return found.slice(0, storyLimit);
}

function storyOfKey(ledgers: readonly Ledger[], ledger: Ledger, key: number): Story {
  const one = (sql: string): ViewRow | null => ledger.statement<ViewRow>(sql).get(key) ?? null;
  const many = (sql: string): ViewRow[] => ledger.statement<ViewRow>(sql).all(key);
  const capture = one(storySql.capture) ?? {};
  const copy = one(storySql.copy);
  const program = one(storySql.program);
  const authority = splitUrl(String(capture["url"] ?? ""))[0].replace(/^[a-z]+:\/\//i, "");
  const robots = ledger.statement<ViewRow>(storySql.robots);
  return {
    capture,
    paths: many(storySql.path).map(({ path }) => archivePath(ledger, String(path))),
    software: String(program?.["software"] ?? ""),
    build: textOrNull(program?.["build"]),
    copy,
    // One host is one domain: what was said of it is in the same partition.
    robots: copy === null ? [] : robots.all(authority, authority, copy["crawl"], storyLimit),
    document: one(storySql.document),
    measurements: many(storySql.measurements),
    evidence: many(storySql.evidence),
    signals: many(storySql.signals),
    version: one(storySql.version),
    siteFiles: many(storySql.siteFiles),
    cluster: membersOf(ledgers, one(storySql.representative)?.["representative"] ?? null),
    decisions: ledger.statement<Story["decisions"][number]>(storySql.decisions).all(key),
  };
}

function textOrNull(value: ViewRow[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function membersOf(ledgers: readonly Ledger[], representative: ViewRow[string]): ViewRow[] {
  if (representative === null) return [];
  const members = ledgers.flatMap((ledger) =>
    ledger.statement<ViewRow>(storySql.cluster).all(representative, storyLimit),
  );
  if (ledgers.length > 1) members.sort((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1));
  return members.slice(0, storyLimit);
}
