import type { Hex, SiteFile } from "../core/records.ts";
import type { SiteFileKind } from "../core/rights.ts";
import type { Ledger } from "./open.ts";

export const siteFileSql = {
  all: `SELECT f.capture AS key, lower(hex(c.id)) AS id, o.origin || c.url_rest AS url, c.captured_at AS capturedAt,
    lower(hex(c.payload_sha256)) AS payloadSha256, k.text AS kind, f.statement, f.cut
    FROM site_file f JOIN capture c ON c.key = f.capture JOIN origin o ON o.key = c.origin JOIN term k ON k.key = f.kind
    ORDER BY f.capture`,
  text: "SELECT text FROM statement WHERE key = ?",
} as const;

/** A capture of a file in which a site speaks for all its pages. */
export interface SiteFileCapture {
  readonly key: number;
  readonly id: Hex;
  readonly url: string;
  readonly capturedAt: number | null;
  readonly payloadSha256: Hex;
  readonly kind: SiteFileKind;
  /** Of its text in this ledger: captures that say the same share one. */
  readonly statement: number;
  /** 1 where part of the file was not seen. */
  readonly cut: 0 | 1;
}

/** Every such capture, without its text. */
export function siteFilesOf(ledger: Ledger): SiteFileCapture[] {
  return ledger.statement<SiteFileCapture>(siteFileSql.all).all();
}

export function siteFileOf(ledger: Ledger, { kind, statement, cut }: SiteFileCapture): SiteFile {
  const row = ledger.statement<{ text: string }>(siteFileSql.text).get(statement);
  return { kind, text: row?.text ?? "", cut: cut === 1 };
}
