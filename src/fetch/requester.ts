import { PipelineError } from "../core/errors.ts";
import { literalAddressOf } from "./address-rules.ts";
import type { ConnectToRule } from "./connector.ts";

/** What every request says of who asks, whom to write to and what for. */
export interface Requester {
  /** `colophon 0.1.0`. */
  readonly software: string;
  /** Name of the corpus that the pages are for. */
  readonly project: string;
  /** Mail address or page; `null` only where no server of others is asked. */
  readonly contact: string | null;
}

/** The name that robots.txt and meta elements know the crawler by. */
export const productToken = "colophon";

const mail = /^(?:mailto:)?([^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+)$/i;

/** The headers that go with every request. @throws {PipelineError} `usage` when the contact is neither mail nor page */
export function requestHeaders({ software, project, contact }: Requester): [string, string][] {
  const [, version = "0"] = software.split(" ");
  const address = contact === null ? null : contactOf(contact);
  const who = address === null ? "local test" : `+${address}`;
  const agent = `Colophon/${version} (${who}; corpus ${project}; gathers pages whose licence allows text corpora)`;
  const from = contact === null ? null : mail.exec(contact)?.[1];
  return [
    ["User-Agent", agent],
    ...(from === null || from === undefined ? [] : [["From", from] as [string, string]]),
    ["Accept", "text/html,application/xhtml+xml,text/plain;q=0.9,application/xml;q=0.8,*/*;q=0.1"],
  ];
}

function contactOf(contact: string): string {
  const address = mail.exec(contact)?.[1];
  if (address !== undefined) return `mailto:${address}`;
  const page = URL.parse(contact);
  if (page !== null && (page.protocol === "http:" || page.protocol === "https:")) return page.href;
  throw new PipelineError("usage", `"${contact}" is neither a mail address nor a page to be reached by`);
}

/** True when all seeds are on this machine, or everything is sent there: then a contact is of no use. */
export function asksOnlyThisMachine(
  seeds: readonly { readonly url: string }[],
  connectTo: readonly ConnectToRule[],
): boolean {
  const isHere = (hostname: string): boolean =>
    hostname === "localhost" || hostname === "::1" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  const all = connectTo.find(({ fromHost, fromPort }) => fromHost === null && fromPort === null);
  if (all !== undefined && all === connectTo[0] && all.toHost !== null) return isHere(all.toHost);
  return seeds.every(({ url }) => {
    const { hostname } = new URL(url);
    return isHere(literalAddressOf(hostname) ?? hostname);
  });
}
