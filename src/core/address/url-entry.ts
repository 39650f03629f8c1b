import { hostNamed, hostOfUrl } from "./host.ts";
import { normalPathOf, normalQueryOf } from "./normal-rest.ts";
import { normalEscapes } from "./percent-encoding.ts";

/** The parts of an address that lists of addresses compare, the same for all its spellings. */
export interface ComparableUrl {
  /** `http:`, `https:` or `ftp:` */
  readonly scheme: string;
  readonly host: string;
  /** Empty for the scheme's own. */
  readonly port: string;
  /** Path and query in the normal form, without the fragment: repeated slashes are one, parameters sorted by name. */
  readonly rest: string;
  /** Path and query with no more than percent-encoding in one spelling. */
  readonly written: string;
}

const schemes = new Set(["http:", "https:", "ftp:"]);

/** `null` for what is no address of the web. */
export function comparableUrlOf(url: string): ComparableUrl | null {
  const parsed = URL.parse(url);
  if (parsed === null || !schemes.has(parsed.protocol)) return null;
  const host = hostOfUrl(url);
  return host === "" ? null : { scheme: parsed.protocol, host, port: parsed.port, ...restOf(parsed) };
}

function restOf({ pathname, search }: URL): Pick<ComparableUrl, "rest" | "written"> {
  return {
    rest: normalPathOf(pathname) + normalQueryOf(search),
    written: normalEscapes(pathname) + normalEscapes(search),
  };
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
  readonly written: string;
}

const entryParts = /^(?:(https?:|ftp:)[/\\]{2,})?([^/\\?#]*)(.*)$/is;

/**
 * Reads an entry: `https://example.org/page` is that address, `example.org/page` that of http and of https,
 * `example.org/part/*` all that begins so, and `*` anywhere in path and query is any run of characters. `*.example.org/...`
 * is a host with all below it, and `*` for a host any. Spellings that the ledger takes for one address make no difference,
 * nor do fragments. Where there is a star, nobody can say how parameters are sorted around it: the form as written is compared too.
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
    ...restOf(read),
  };
}
