import { createHash } from "node:crypto";

import type { Hex, SiteFile } from "../core/records.ts";
import { siteFiles, type SiteFileKind } from "../core/rights.ts";
import { hexDigestOf } from "../core/stated-digest.ts";
import { captureColumns, unpack } from "./columns.ts";
import type { Ledger } from "./open.ts";
import { placeText, termKey } from "./rows.ts";

const captureOf = `c.key, lower(hex(c.id)) AS id, o.origin || c.url_rest AS url,
  ${placeText} AS place, ${captureColumns.select}`;
const joins = "JOIN origin o ON o.key = c.origin JOIN slice s ON s.key = c.slice JOIN archive a ON a.key = s.archive";
const paths = Object.values(siteFiles)
  .map((path) => `'${path}'`)
  .join(", ");

export const siteFileSql = {
  statement: "SELECT key FROM statement WHERE sha256 = ?",
  addStatement: "INSERT INTO statement (sha256, text) VALUES (?, ?)",
  add: "INSERT INTO site_file (capture, kind, statement, cut) VALUES (?, ?, ?, ?)",
  files: `SELECT ${captureOf}, k.text AS kind, f.statement, f.cut FROM site_file f JOIN capture c ON c.key = f.capture
    JOIN term k ON k.key = f.kind ${joins} ORDER BY f.capture`,
  revisits: `SELECT ${captureOf} FROM capture c ${joins} WHERE c.outcome = 1 AND c.url_rest IN (${paths}) ORDER BY c.key`,
  text: "SELECT text FROM statement WHERE key = ?",
} as const;

/** A capture of a file in which a site speaks for all its pages. */
export interface SiteFileCapture {
  readonly id: Hex;
  readonly url: string;
  readonly capturedAt: number | null;
  readonly payloadSha256: Hex;
  readonly kind: SiteFileKind;
  /** Of its text in this ledger: captures that say the same share one. */
  readonly statement: number;
  /** 1 where part of the file was not seen. */
  readonly cut: 0 | 1;
  /** Archive and offset, to be compared as text: what is of one second is in this order. */
  readonly place: string;
}

interface StoredCapture {
  readonly id: Hex;
  readonly url: string;
  readonly place: string;
}

type Said = Pick<SiteFileCapture, "kind" | "statement" | "cut">;

type StoredFile = StoredCapture & Said;

/** Every such capture, without its text; a revisit says what the capture says that it repeats, whatever host that is of. */
export function siteFilesOf(ledger: Ledger): SiteFileCapture[] {
  const known = new Map<string, Said>();
  const files = ledger
    .statement<StoredFile>(siteFileSql.files)
    .all()
    .map((row): SiteFileCapture => {
      const { id, url, place, kind, statement, cut } = row;
      const { capturedAt, payloadSha256, recordId, statedPayloadDigest } = unpack(captureColumns, row);
      const stated = statedPayloadDigest === null ? null : hexDigestOf(statedPayloadDigest);
      for (const name of [recordId, stated, `sha256:${payloadSha256}`])
        if (name !== null) known.set(`${kind} ${name}`, { kind, statement, cut });
      return { id, url, place, capturedAt, payloadSha256, kind, statement, cut };
    });
  return [
    ...files,
    ...ledger
      .statement<StoredCapture>(siteFileSql.revisits)
      .all()
      .flatMap((row) => repeated(row, known)),
  ];
}

function repeated(row: StoredCapture, known: ReadonlyMap<string, Said>): SiteFileCapture[] {
  const { id, url, place } = row;
  const { capturedAt, payloadSha256, refersTo, statedPayloadDigest } = unpack(captureColumns, row);
  const kind = url.endsWith(siteFiles.tdmrep) ? "tdmrep" : "robots-txt";
  const stated = statedPayloadDigest === null ? null : hexDigestOf(statedPayloadDigest);
  const file = known.get(`${kind} ${refersTo ?? ""}`) ?? known.get(`${kind} ${stated ?? ""}`);
  return file === undefined ? [] : [{ id, url, place, capturedAt, payloadSha256, ...file }];
}

export function siteFileOf(ledger: Ledger, { kind, statement, cut }: SiteFileCapture): SiteFile {
  const row = ledger.statement<{ text: string }>(siteFileSql.text).get(statement);
  return { kind, text: row?.text ?? "", ...(cut === 1 ? { cut: true } : {}) };
}

/** Adds what a site says to the capture of its file. Only inside a transaction. */
export function addSiteFile(ledger: Ledger, { kind, text, cut }: SiteFile, key: number): void {
  const sha256 = createHash("sha256").update(text).digest();
  const known = ledger.statement<{ key: number }>(siteFileSql.statement).get(sha256);
  const statement = known?.key ?? ledger.statement(siteFileSql.addStatement).run(sha256, text).lastInsertRowid;
  ledger.statement(siteFileSql.add).run(key, termKey(ledger, kind), statement, Number(cut === true));
}
