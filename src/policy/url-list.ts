import { globOf, type Glob } from "../core/address/glob.ts";
import { comparableUrlOf, urlEntryOf, type ComparableUrl } from "../core/address/url-entry.ts";

/** A list of addresses and patterns, ready to be asked about many documents. */
export interface UrlList {
  /** Entries without a star, by scheme, host, port and rest. */
  readonly exact: ReadonlyMap<string, readonly string[]>;
  /** Entries with one, by host; `*` has those of any host. */
  readonly patterns: ReadonlyMap<string, readonly UrlPattern[]>;
}

interface UrlPattern {
  /** As the policy has it. */
  readonly entry: string;
  /** `null`: http and https. */
  readonly scheme: string | null;
  readonly below: boolean;
  /** `null`: any. */
  readonly port: string | null;
  /** Path and query in the normal form. */
  readonly fits: Glob;
  /** As they are written; `null` without a star, where the normal form says it all. */
  readonly fitsWritten: Glob | null;
}

/** @param entries those that cannot be read cover nothing; `policyProblems` names them */
export function urlListOf(entries: readonly string[]): UrlList {
  const exact = new Map<string, string[]>();
  const patterns = new Map<string, UrlPattern[]>();
  for (const entry of new Set(entries)) {
    const read = urlEntryOf(entry);
    if (read === null) continue;
    const { scheme, host, below, port, rest, written } = read;
    if (host === null || below || rest.includes("*")) {
      const fitsWritten = rest.includes("*") ? globOf(written) : null;
      add(patterns, host ?? "*", { entry, scheme, below, port, fits: globOf(rest), fitsWritten });
    } else {
      for (const one of scheme === null ? ["http:", "https:"] : [scheme])
        add(exact, `${one}//${host}:${port}${rest}`, entry);
    }
  }
  return { exact, patterns };
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The entries that cover an address, in a fixed order; `null` when it is no address of the web. */
export function entriesCovering({ exact, patterns }: UrlList, url: string): readonly string[] | null {
  const address = comparableUrlOf(url);
  if (address === null) return null;
  const { scheme, host, port, rest } = address;
  const found = [...(exact.get(`${scheme}//${host}:${port}${rest}`) ?? [])];
  if (patterns.size === 0) return found;
  addFitting(patterns.get("*"), address, true, found);
  addFitting(patterns.get(host), address, true, found);
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    addFitting(patterns.get(host.slice(dot + 1)), address, false, found);
  }
  return found;
}

/** @param isOwn the patterns are those of the address's own host, not of one above it */
function addFitting(
  patterns: readonly UrlPattern[] | undefined,
  { scheme, port, rest, written }: ComparableUrl,
  isOwn: boolean,
  found: string[],
): void {
  for (const pattern of patterns ?? []) {
    if (!isOwn && !pattern.below) continue;
    if (pattern.scheme === null ? scheme === "ftp:" : pattern.scheme !== scheme) continue;
    if (pattern.port !== null && pattern.port !== port) continue;
    if (pattern.fits(rest) || pattern.fitsWritten?.(written) === true) found.push(pattern.entry);
  }
}
