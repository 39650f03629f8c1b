import { globOf, type Glob } from "../core/address/glob.ts";
import { isUnder, splitUrl } from "../core/address/host.ts";
import { PipelineError } from "../core/errors.ts";
import { normalUrlOf, urlLengthLimit } from "./normalize.ts";
import { domainOfHost, isPublicSuffix } from "./registrable-domain.ts";

/** What a crawl may visit, as a person states it. */
export interface ScopeOptions {
  /**
   * `host`: the hosts of the seeds (name and port, both http and https). `domain`: the registered domains of the seeds
   * with all hosts under them. `domain:NAME`: that name and all under it. `prefix:URL`: what begins with that address.
   */
  readonly scope: string;
  /** Normal addresses. */
  readonly seeds: Iterable<string>;
  /** Patterns (`globOf`) over whole addresses; if there are any, one must fit. */
  readonly allow?: readonly string[];
  /** Patterns none of which may fit. */
  readonly deny?: readonly string[];
  /** Number of links from a seed. */
  readonly maxDepth?: number;
}

export type ScopeReason = "scope-place" | "scope-depth" | "scope-denied" | "scope-not-allowed";

/** Why a normal address at that depth must not be visited; `null` = it may be. */
export type Scope = (url: string, depth: number) => ScopeReason | null;

const patternLimit = 1000;

/** @throws {PipelineError} `usage` when the scope or a pattern cannot be read, or would include more than was meant */
export function scopeOf({ scope, seeds, allow = [], deny = [], maxDepth = Infinity }: ScopeOptions): Scope {
  const holds = placeOf(scope, seeds);
  const allowed = patternsOf(allow);
  const denied = patternsOf(deny);
  return (url, depth) => {
    if (depth > maxDepth) return "scope-depth";
    if (!holds(url)) return "scope-place";
    if (denied.some((fits) => fits(url))) return "scope-denied";
    return allowed.length > 0 && !allowed.some((fits) => fits(url)) ? "scope-not-allowed" : null;
  };
}

function placeOf(scope: string, seeds: Iterable<string>): (url: string) => boolean {
  const colon = scope.indexOf(":");
  const kind = colon < 0 ? scope : scope.slice(0, colon);
  const value = colon < 0 ? "" : scope.slice(colon + 1).trim();
  if (kind === "host" && colon < 0) {
    const hosts = new Set([...seeds].map(hostAndPortOf));
    return (url) => hosts.has(hostAndPortOf(url));
  }
  if (kind === "domain") {
    const domains = new Set(
      colon < 0 ? [...seeds].map((seed) => domainOfHost(hostNameOf(seed))) : [domainNamed(value)],
    );
    return (url) => isUnder(hostNameOf(url), domains);
  }
  if (kind === "prefix") {
    const prefix = normalUrlOf(value);
    if (prefix === null) throw new PipelineError("usage", `"${value}" is no http(s) address for a prefix to be`);
    return (url) => url.startsWith(prefix);
  }
  throw new PipelineError("usage", `"${scope}" is no scope; one is host, domain, domain:NAME or prefix:URL`);
}

function domainNamed(name: string): string {
  const url = /[/:@?#\s]/.test(name) ? null : normalUrlOf(`http://${name}/`);
  if (url === null) throw new PipelineError("usage", `"${name}" is no name of a domain`);
  const host = hostNameOf(url);
  // `domain:co.uk` would be much of a country; `domain:localhost` is not on the list and means itself.
  if (isPublicSuffix(host)) {
    throw new PipelineError("usage", `"${name}" is a suffix under which anybody registers names; name one of those`);
  }
  return host;
}

function hostAndPortOf(url: string): string {
  const start = url.indexOf("//") + 2;
  const end = url.indexOf("/", start);
  return url.slice(start, end < 0 ? url.length : end);
}

function hostNameOf(url: string): string {
  return hostAndPortOf(url).replace(/:\d+$/, "");
}

function patternsOf(patterns: readonly string[]): Glob[] {
  if (patterns.length > patternLimit) throw new PipelineError("usage", `more than ${patternLimit} patterns`);
  for (const pattern of patterns) {
    if (pattern === "" || pattern.length > urlLengthLimit) {
      throw new PipelineError("usage", `a pattern must have 1 to ${urlLengthLimit} characters`);
    }
  }
  return patterns.map((pattern) => globOf(withNormalOrigin(pattern)));
}

/** Scheme and host as normal addresses have them: `HTTP://EVIL.example.:80/*` is `http://evil.example/*`. */
function withNormalOrigin(pattern: string): string {
  const [origin, rest] = splitUrl(pattern);
  const normal = origin === "" ? null : normalUrlOf(`${origin}/`);
  if (normal === null) return origin.toLowerCase() + rest;
  // A star at the end of the host stands for paths too.
  return rest === "" && origin.includes("*") ? normal.slice(0, -1) : normal + rest.replace(/^[/\\]/, "");
}
