import { normalPathOf, normalQueryOf } from "../core/address/normal-rest.ts";

/**
 * Code units of a normal address; a longer one is rejected. Source: the bound that browsers and sitemaps settled on.
 */
export const urlLengthLimit = 2083;
/**
 * Code units of an address before it is normalised: removing percent-encoding and dot segments shortens it, but only so
 * far.
 */
const rawLengthLimit = 8 * urlLengthLimit;
/** Bytes of a host name. Source: RFC 1035, section 2.3.4. */
const hostLengthLimit = 253;

/** One address in two forms: the one that a browser would request, and the one that identifies it. */
export interface Address {
  /** The normal form: equal for addresses that name the same page. */
  readonly url: string;
  /** Resolved, without fragment and credentials, but otherwise as found: the form to request. */
  readonly rawUrl: string;
}

/**
 * Both forms of an address as a page, seed or header gives it, or `null` when it is no http(s) address or is too long.
 * Beyond WHATWG URL parsing: percent-encoding is made uniform and repeated slashes become one. Query parameters are
 * sorted by name, stably; empty parameters and values are dropped. A trailing dot of the host is dropped too. Without a
 * base, `name/path` means `http://name/path`.
 * @param base absolute address that relative ones are resolved against
 */
export function addressOf(raw: string, base?: string): Address | null {
  if (raw.length > rawLengthLimit) return null;
  const parsed = base === undefined ? seedUrlOf(raw) : URL.parse(raw, base);
  if (parsed === null || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) return null;
  const host = hostOf(parsed.hostname);
  if (host === null) return null;
  const { port, pathname, search } = parsed;
  const origin = `${parsed.protocol}//${host}${port === "" ? "" : `:${port}`}`;
  const url = origin + normalPathOf(pathname) + normalQueryOf(search);
  return url.length > urlLengthLimit ? null : { url, rawUrl: origin + pathname + search };
}

/** The normal form of an address; see `addressOf`. The normal form of a normal form is itself. */
export function normalUrlOf(raw: string, base?: string): string | null {
  return addressOf(raw, base)?.url ?? null;
}

/**
 * The unit of politeness and of robots.txt: scheme, host name and port (`https://example.org`, `http://example.org:8080`;
 * a scheme's own port is left out). @param url a normal address
 */
export function hostKeyOf(url: string): string {
  const end = url.indexOf("/", "https://".length);
  return end < 0 ? url : url.slice(0, end);
}

/** People type `name/path` and `name:port/path`; a scheme that contains a dot is not one of the web. */
function seedUrlOf(raw: string): URL | null {
  // As the URL parser does: leading control characters and spaces go, and line breaks anywhere.
  const text = raw.replace(/^[\0- ]+/, "").replaceAll(/[\t\r\n]+/g, "");
  const bare = !/^[a-z][a-z0-9+.-]*:/i.test(text) || /^(?:localhost|[^/?#:]*\.[^/?#:]*):\d*(?:[/?#]|$)/i.test(text);
  return URL.parse(bare ? `http://${text}` : text);
}

/** The name without its trailing dot; `null` when it cannot be a host name in the DNS. */
function hostOf(name: string): string | null {
  const host = name.endsWith(".") ? name.slice(0, -1) : name;
  if (host === "" || host.length > hostLengthLimit || host.startsWith(".") || host.endsWith(".")) return null;
  return host.includes("..") ? null : host;
}
