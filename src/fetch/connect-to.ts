import { PipelineError } from "../core/errors.ts";

/** Sends connections that are meant for one host and port to another; empty parts, here `null`, stand for all and for the same. */
export interface ConnectToRule {
  readonly fromHost: string | null;
  readonly fromPort: number | null;
  readonly toHost: string | null;
  readonly toPort: number | null;
}

/** An IPv6 address stands in brackets, as in a URL. */
const form = /^(?<fromHost>\[[^\]]*\]|[^:[\]]*):(?<fromPort>[^:]*):(?<toHost>\[[^\]]*\]|[^:[\]]*):(?<toPort>[^:]*)$/;

/** Reads `HOST1:PORT1:HOST2:PORT2` as curl's `--connect-to` does; throws `usage` when it is not of that form. */
export function connectToRuleOf(text: string): ConnectToRule {
  const parts = form.exec(text)?.groups;
  if (parts === undefined)
    throw new PipelineError(
      "usage",
      `--connect-to ${JSON.stringify(text)} is not of the form HOST1:PORT1:HOST2:PORT2; parts may be empty, but not the colons`,
    );
  return {
    fromHost: hostOf(parts["fromHost"]),
    fromPort: portOf(parts["fromPort"], text),
    toHost: hostOf(parts["toHost"]),
    toPort: portOf(parts["toPort"], text),
  };
}

/** Where to connect instead: the first rule that fits decides. `hostname` is as `URL` gives it, in lower case. */
export function connectedTo(
  rules: readonly ConnectToRule[],
  hostname: string,
  port: number,
): { readonly hostname: string; readonly port: number } {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  const rule = rules.find(
    ({ fromHost, fromPort }) => (fromHost === null || fromHost === bare) && (fromPort === null || fromPort === port),
  );
  return { hostname: rule?.toHost ?? bare, port: rule?.toPort ?? port };
}

function hostOf(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text.replace(/^\[(.*)\]$/, "$1").toLowerCase();
}

function portOf(text: string | undefined, whole: string): number | null {
  if (text === undefined || text === "") return null;
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new PipelineError("usage", `--connect-to ${JSON.stringify(whole)}: ${JSON.stringify(text)} is no port`);
}
