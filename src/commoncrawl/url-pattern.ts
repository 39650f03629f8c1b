import { PipelineError } from "../core/errors.ts";

/** A set of URLs, as a range of the keys that indexes are sorted by. */
export interface UrlPattern {
  /** As given, for the index server. */
  readonly text: string;
  readonly matches: (surt: string) => boolean;
  /** All keys that match are from `from` on and before `to`; `null` = the whole index. */
  readonly keys: { readonly from: string; readonly to: string } | null;
  /** The only keys that match, when there are few. */
  readonly exact: readonly string[] | null;
}

/** The robots.txt files of some hosts. @param keys sorted, as `robotsKeyOf` gives them; a few hundred at most */
export function patternOfKeys(keys: readonly string[]): UrlPattern {
  const all = new Set(keys);
  const range = { from: keys[0] ?? "", to: `${keys.at(-1) ?? ""}\u0000` };
  return { text: "", matches: (surt) => all.has(surt), keys: range, exact: keys };
}

/**
 * Reads a pattern as the index server does: `example.org/page` is that page, `example.org/part/*` all that begins so,
 * `*.example.org` is a domain and everything below it, `*` is everything. A bare host is all of that host.
 * @throws {PipelineError} `usage`
 */
export function urlPatternOf(given: string): UrlPattern {
  const text = given.trim().replace(/^https?:\/\//i, "");
  if (text === "*") return { text, matches: () => true, keys: null, exact: null };
  const domain = /^\*\.([^/*]+)\/?\*?$/.exec(text)?.[1];
  if (domain !== undefined) {
    const key = hostKeyOf(domain, given);
    const ends = new Set([")", ",", ":"]);
    return {
      text: `*.${domain}`,
      matches: (surt) => surt.startsWith(key) && ends.has(surt.charAt(key.length)),
      // In ASCII no letter is between `)`, `,` and `:`; anything else in this range is filtered out above.
      keys: { from: `${key})`, to: `${key};` },
      exact: null,
    };
  }
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const path = slash < 0 ? "/*" : text.slice(slash);
  if (path.slice(0, -1).includes("*"))
    throw new PipelineError(
      "usage",
      `--match ${JSON.stringify(given)}: * may stand first (*.example.org) or last (example.org/part/*)`,
    );
  const before = `${hostKeyOf(host, given)})`;
  if (path.endsWith("*")) {
    const key = before + pathKeyOf(path.slice(0, -1));
    return {
      text: `${host}${path}`,
      matches: (surt) => surt.startsWith(key),
      keys: { from: key, to: `${key}\u007f` },
      exact: null,
    };
  }
  const key = before + withoutLastSlash(pathKeyOf(path));
  return { ...patternOfKeys([key]), text };
}

/** The key of a host's robots.txt. */
export function robotsKeyOf(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.hostname === "") return null;
  const host = parsed.port === "" ? parsed.hostname : `${parsed.hostname}:${parsed.port}`;
  return `${hostKeyOf(host, url)})/robots.txt`;
}

/** `www.Example.org:8080` -> `org,example:8080`. Source: the SURT form of the Internet Archive's `surt` library. */
function hostKeyOf(host: string, given: string): string {
  const parsed = /[\s*?#@\\]/.test(host) ? null : URL.parse(`http://${host}/`);
  if (parsed === null || parsed.hostname === "" || parsed.pathname !== "/")
    throw new PipelineError("usage", `--match ${JSON.stringify(given)}: ${JSON.stringify(host)} is no host`);
  const name = parsed.hostname.replace(/^www\d*\./, "").replace(/\.$/, "");
  const isAddress = name.startsWith("[") || /^[\d.]+$/.test(name);
  const key = isAddress ? name : name.split(".").toReversed().join(",");
  return parsed.port === "" || parsed.port === "443" ? key : `${key}:${parsed.port}`;
}

/** The index sorts query parameters and folds case. */
function pathKeyOf(path: string): string {
  const { pathname, search } = new URL(`http://host.invalid${path}`);
  const folded = (pathname + search).toLowerCase();
  const mark = folded.indexOf("?");
  if (mark < 0) return folded;
  const query = folded
    .slice(mark + 1)
    .split("&")
    .toSorted()
    .join("&");
  return `${folded.slice(0, mark)}?${query}`;
}

function withoutLastSlash(key: string): string {
  return key.length > 1 && key.endsWith("/") ? key.slice(0, -1) : key;
}

/** The key of an address, for indexes of our own making. */
export function surtOf(url: string): string {
  const { host, pathname, search } = new URL(url);
  return `${hostKeyOf(host, url)})${withoutLastSlash(pathKeyOf(pathname + search))}`;
}
