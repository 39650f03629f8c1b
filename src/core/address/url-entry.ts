import { hostNamed, hostOfUrl } from "./host.ts";
import { normalEscapes } from "./percent-encoding.ts";

/** The parts of an address that lists of addresses compare, the same for all its spellings. */
export interface ComparableUrl {
  /** `http:`, `https:` or `ftp:` */
  readonly scheme: string;
  readonly host: string;
  /** Empty for the scheme's own. */
  readonly port: string;
  /** Path and query, without the fragment. */
  readonly rest: string;
}

const schemes = new Set(["http:", "https:", "ftp:"]);

/** `null` for what is no address of the web. */
export function comparableUrlOf(url: string): ComparableUrl | null {
  const parsed = URL.parse(url);
  if (parsed === null || !schemes.has(parsed.protocol)) return null;
  const host = hostOfUrl(url);
  return host === "" ? null : { scheme: parsed.protocol, host, port: parsed.port, rest: restOf(parsed) };
}

function restOf({ pathname, search }: URL): string {
  return normalEscapes(pathname) + normalEscapes(search);
}

/** An entry of a policy's list of addresses. */
export interface UrlEntry {
  /** `null`: http and https. */
  readonly scheme: string | null;
  /** `null`: any. */
  readonly host: string | null;
  /** The hosts below it as well. */
  readonly below: boolean;
  /** Empty for the scheme's own; `null`: any. */
  readonly port: string | null;
  /** As in `ComparableUrl`; a `*` stands for any run of characters. */
  readonly rest: string;
}

const entryParts = /^(?:(https?:|ftp:)[/\\]{2,})?([^/\\?#]*)(.*)$/is;

/**
 * Reads an entry: `https://example.org/page` is that address, `example.org/page` that of http and of https,
 * `example.org/part/*` all that begins so, and `*` anywhere in path and query is any run of characters. `*.example.org/...`
 * is a host with all below it, and `*` for a host any. Spellings and fragments make no difference, as with addresses.
 * `null` for anything else.
 */
export function urlEntryOf(entry: string): UrlEntry | null {
  const [, given, authority = "", tail = ""] = entryParts.exec(entry.trim()) ?? [];
  // A host alone may be meant as its first page or as all of it.
  if (given === undefined && !/^[/\\]/.test(tail)) return null;
  const scheme = given?.toLowerCase() ?? null;
  const path = tail === "" ? "/" : tail;
  const port = /:\d+$/.exec(authority.replace(/\[[^\]]*\]/, ""))?.[0] ?? "";
  const name = port === "" ? authority : authority.slice(0, -port.length);
  // The host is read apart, because a star is none of its letters.
  const read = URL.parse(`${scheme ?? "http:"}//host.invalid${port}${path}`);
  const host = name === "*" ? null : hostNamed(name);
  if (read === null || (name !== "*" && host === null)) return null;
  const isOwn = read.port === "" || (scheme === null && read.port === "443");
  return {
    scheme,
    host,
    below: /^\*?\./.test(name),
    port: isOwn ? (host === null && port === "" ? null : "") : read.port,
    rest: restOf(read),
  };
}
