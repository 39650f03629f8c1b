/** Code units of a normal address; longer ones are no address. Source: the bound that browsers and sitemaps settled on. */
export const urlLengthLimit = 2083;
/** Code units of what is read at all: percent-encoding and dot segments can shrink an address, but not without end. */
const rawLengthLimit = 8 * urlLengthLimit;
/** Bytes of a host name. Source: RFC 1035, section 2.3.4. */
const hostLengthLimit = 253;

/** One address in two forms: what a browser would ask for, and what tells it from others. */
export interface Address {
  /** The normal form: equal for addresses that name the same page. */
  readonly url: string;
  /** Resolved, without fragment and credentials, but otherwise as found: what a request asks for. */
  readonly rawUrl: string;
}

/**
 * Both forms of an address as a page, seed or header gives it, or `null` when it is no http(s) address or is too long.
 * On top of the WHATWG URL: percent signs are escaped the same way everywhere, repeated slashes are one, the query's
 * parts are in order of their names (in their own order where these are equal), empty parts and values are dropped, and
 * the root dot of a host as well. Without a base, `name/path` is taken for `http://name/path`.
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
  const url = origin + normalPath(pathname) + normalQuery(search);
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

/** `name/path` and `name:port/path` are what people type; a scheme with a dot in it is no scheme of the web. */
function seedUrlOf(raw: string): URL | null {
  // As the parser does with what it is given: what is no letter goes before, line breaks go everywhere.
  const text = raw.replace(/^[\0- ]+/, "").replaceAll(/[\t\r\n]+/g, "");
  const bare = !/^[a-z][a-z0-9+.-]*:/i.test(text) || /^(?:localhost|[^/?#:]*\.[^/?#:]*):\d*(?:[/?#]|$)/i.test(text);
  return URL.parse(bare ? `http://${text}` : text);
}

/** The name without its root dot; `null` when it cannot be looked up. */
function hostOf(name: string): string | null {
  const host = name.endsWith(".") ? name.slice(0, -1) : name;
  if (host === "" || host.length > hostLengthLimit || host.startsWith(".") || host.endsWith(".")) return null;
  return host.includes("..") ? null : host;
}

function normalPath(path: string): string {
  const escaped = normalEscapes(path);
  return escaped.includes("//") ? escaped.replaceAll(/\/{2,}/g, "/") : escaped;
}

function normalQuery(search: string): string {
  if (search === "") return "";
  const query = normalEscapes(search.slice(1));
  const parts: { readonly name: string; readonly text: string }[] = [];
  for (const text of query.split("&")) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    if (name !== "") parts.push({ name, text: equals === text.length - 1 ? name : text });
  }
  if (parts.length === 0) return "";
  if (parts.length > 1) parts.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `?${parts.map(({ text }) => text).join("&")}`;
}

/** Nothing in it that this file would change: most addresses. */
const plain = /^[\w\-.~!$&'()*+,;=:@/?]*$/;

/**
 * Percent-encoding in one spelling: unreserved letters bare, hexadecimal digits upper-case, a stray percent sign
 * escaped, and so is what RFC 3986 does not allow in a path or query but the WHATWG parser leaves alone.
 */
function normalEscapes(text: string): string {
  if (plain.test(text)) return text;
  return text.replaceAll(/%[0-9a-f]{2}|[^\w\-.~!$&'()*+,;=:@/?]/gi, (found) => {
    if (found.length < 3) return found === "%" ? "%25" : encodeURIComponent(found);
    const letter = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    return /[\w\-.~]/.test(letter) ? letter : found.toUpperCase();
  });
}
