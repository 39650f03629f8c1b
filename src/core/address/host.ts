/**
 * Hosts as browsers read them: the URL standard (WHATWG), in ASCII, without the root's dot, user and port. Deny lists,
 * partitions and counts all go by this one reading, so that no spelling of an address leads round a list.
 */

/** A web address as nearly all are written; what it matches is the origin by the rules below, too. */
const plainOrigin = /^https?:\/\/[^/\\?#\0- ]+(?=[/?#]|$)/i;
/** The parser leaves out spaces and controls before an address, and tabs and line breaks anywhere in it. */
const schemeAtStart = /^[\0- ]*([a-z][a-z0-9+.\-\t\n\r]*):/i;
/** Schemes that take any number of slashes, of either kind, before the authority. Source: URL standard, "special scheme". */
const webSchemes = new Set(["http", "https", "ftp", "ws", "wss"]);
const webAuthority = /^[/\\\t\n\r]*[^/\\?#]*/;
const fileAuthority = /^[\t\n\r]*[/\\][\t\n\r]*[/\\][^/\\?#]*/;
const otherAuthority = /^[\t\n\r]*\/[\t\n\r]*\/[^/?#]*/;

/** An address in two parts, to the letter: all up to the end of its authority, and the rest. No authority: all is rest. */
export function splitUrl(url: string): readonly [origin: string, rest: string] {
  const plain = plainOrigin.exec(url)?.[0];
  const end = plain === undefined ? originLength(url) : plain.length;
  return [url.slice(0, end), url.slice(end)];
}

function originLength(url: string): number {
  const start = schemeAtStart.exec(url);
  if (start === null) return 0;
  const scheme = (start[1] ?? "").replaceAll(/[\t\n\r]/g, "").toLowerCase();
  const authority = webSchemes.has(scheme) ? webAuthority : scheme === "file" ? fileAuthority : otherAuthority;
  const found = authority.exec(url.slice(start[0].length));
  if (found === null) return 0;
  let end = start[0].length + found[0].length;
  // The parser leaves out what ends an address, but not what stands before a path.
  if (end === url.length) while (end > 0 && url.charCodeAt(end - 1) <= 0x20) end--;
  return end;
}

/** Host of the first part that `splitUrl` gives; see `hostOfUrl`. */
export function hostOfOrigin(origin: string): string {
  if (origin === "") return "";
  const parsed = URL.parse(`${origin}/`);
  if (parsed === null || parsed.hostname === "") return "";
  // Of other schemes the parser leaves a host as it is written.
  const isRead = webSchemes.has(parsed.protocol.slice(0, -1)) || parsed.protocol === "file:";
  return asciiHostOf(parsed.hostname, isRead);
}

/**
 * Host of an absolute address: a name in lower-case ASCII, an IPv4 address with four decimal numbers, or an IPv6 address
 * in brackets. Empty when the address has none, or none that a browser could read.
 */
export function hostOfUrl(url: string): string {
  return hostOfOrigin(splitUrl(url)[0]);
}

/** @param isRead the parser has read it as a host of the web */
function asciiHostOf(name: string, isRead: boolean): string {
  let end = name.length;
  while (name.charAt(end - 1) === ".") end--;
  if (isRead && end === name.length) return name;
  // Without the dots it can be the spelling of an IPv4 address: `0x7f000001..`
  const bare = URL.parse(`http://${name.slice(0, end)}/`);
  return bare === null || bare.username !== "" || bare.port !== "" || bare.pathname !== "/" ? "" : bare.hostname;
}

/**
 * The host that a person names in a list: `Example.org`, `example.org.`, `bücher.example`, `[::1]`. `*.example.org` and
 * `.example.org` say the same as `example.org`. `null` for anything that is no host alone.
 */
export function hostNamed(text: string): string | null {
  const name = text.replace(/^\*?\.(?=[^.])/, "");
  const isAddress = /^[0-9a-f.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(name);
  const written = isAddress ? `[${name}]` : name;
  if (/[\0- /\\?#@*<>]/.test(written) || (written.includes(":") && !/^\[[^\]]*\]$/.test(written))) return null;
  return hostOfOrigin(`http://${written}`) || null;
}

/** The host itself or a domain above it is among the names; an IP address has no domain above it. */
export function isUnder(host: string, names: ReadonlySet<string>): boolean {
  if (names.has(host)) return true;
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    if (names.has(host.slice(dot + 1))) return true;
  }
  return false;
}
