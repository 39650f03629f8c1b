import { hostNamed, isUnder } from "../core/address/host.ts";
import type { AllowAndDeny } from "../core/decisions.ts";
import { entriesCovering, urlListOf, type UrlList } from "./url-list.ts";

/** A policy's two lists, ready to be asked about many documents; `null`: empty, so that it says nothing. */
interface Compiled<List> {
  readonly allow: List | null;
  readonly deny: List | null;
}

// Caches by identity, so the functions stay pure: reading the entries for each document would cost more than judging it.
const hostLists = new WeakMap<AllowAndDeny, Compiled<ReadonlySet<string>>>();
const urlLists = new WeakMap<AllowAndDeny, Compiled<UrlList>>();

/**
 * The reason against a host that is denied or, where hosts are allowed, not among them: `host:HOST`.
 * @param host as `hostOfUrl` reads it. No list can clear a document whose host is unknown, so any refuses it: `host:`
 */
export function hostReasons(lists: AllowAndDeny, host: string): string[] {
  const { allow, deny } = hostLists.get(lists) ?? compile(hostLists, lists, hostSetOf);
  if (allow === null && deny === null) return [];
  const isRefused = host === "" || (deny !== null && isUnder(host, deny)) || (allow !== null && !isUnder(host, allow));
  return isRefused ? [`host:${host}`] : [];
}

/**
 * The reasons against an address: `url:ENTRY` for each entry that denies it; where addresses are allowed,
 * `url:not-allowed` when it is not among them; and under any list `url:unreadable` when it is no address of the web.
 */
export function urlReasons(lists: AllowAndDeny, url: string): string[] {
  const { allow, deny } = urlLists.get(lists) ?? compile(urlLists, lists, urlListOf);
  const allowing = allow === null ? [] : entriesCovering(allow, url);
  const denying = deny === null ? [] : entriesCovering(deny, url);
  if (allowing === null || denying === null) return ["url:unreadable"];
  const reasons = denying.map((entry) => `url:${entry}`);
  if (allow !== null && allowing.length === 0) reasons.push("url:not-allowed");
  return reasons;
}

function compile<List>(
  known: WeakMap<AllowAndDeny, Compiled<List>>,
  lists: AllowAndDeny,
  read: (entries: readonly string[]) => List,
): Compiled<List> {
  const { allow, deny } = lists;
  const made = { allow: allow.length === 0 ? null : read(allow), deny: deny.length === 0 ? null : read(deny) };
  known.set(lists, made);
  return made;
}

/** Entries that name no host cover none; `policyProblems` names them. */
function hostSetOf(entries: readonly string[]): ReadonlySet<string> {
  return new Set(entries.flatMap((entry) => hostNamed(entry) ?? []));
}
