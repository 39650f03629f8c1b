import { lookup as systemLookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { TLSSocket } from "node:tls";

import { buildConnector } from "undici";

import { PipelineError } from "../core/errors.ts";
import { addressFault, hostFault, literalAddressOf } from "./address-rules.ts";
import { connectFaultOf, ExchangeFault } from "./fault.ts";
import type { TlsFacts } from "./result.ts";

/** Asks for all addresses of a name; a stand-in for `dns.lookup`. */
export type Lookup = (
  hostname: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface ConnectorOptions {
  readonly allowPrivate: boolean;
  readonly connectTo: readonly ConnectToRule[];
  readonly connectMs: number;
  readonly lookup: Lookup | null;
  /** Certificates trusted instead of the system's, PEM. */
  readonly certificateAuthority: string | null;
}

/** A connection that has passed every check. */
export interface Connection {
  readonly socket: import("node:net").Socket;
  readonly ip: string;
  readonly tls: TlsFacts | null;
}

export type Connector = (
  target: buildConnector.Options,
  done: (fault: ExchangeFault | null, connection: Connection | null) => void,
) => void;

/**
 * Makes connections to public addresses only: a literal address is judged before the connection, every address of a name
 * as the look-up gives it, and that of the socket once it is connected. What is judged is what is connected to, so that a
 * name which changes its address between two look-ups gains nothing.
 */
export function connectorOf(options: ConnectorOptions): Connector {
  const { allowPrivate, connectTo, certificateAuthority } = options;
  const connect = buildConnector({
    allowH2: false,
    timeout: options.connectMs,
    lookup: guardedLookup(options.lookup ?? lookupAll, allowPrivate),
    ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
  });
  return (target, done) => {
    const { protocol } = target;
    const defaultPort = protocol === "https:" ? 443 : 80;
    const { hostname, port } = connectedTo(connectTo, target.hostname, Number(target.port) || defaultPort);
    const why = hostFault(hostname, allowPrivate);
    if (why !== null) {
      const literal = literalAddressOf(hostname);
      done(new ExchangeFault(literal === null ? "ssrf-host" : "ssrf-address", `${hostname} ${why}`, literal), null);
      return;
    }
    connect({ ...target, hostname, port: String(port) }, (error, socket) => {
      if (error !== null) {
        done(connectFaultOf(error, protocol, null), null);
        return;
      }
      const ip = socket.remoteAddress ?? "";
      const ipFault = addressFault(ip, allowPrivate);
      if (ipFault !== null) {
        socket.destroy();
        done(new ExchangeFault("ssrf-address", `${hostname}: ${ip} ${ipFault}`, ip), null);
        return;
      }
      done(null, { socket, ip, tls: socket instanceof TLSSocket ? tlsFactsOf(socket) : null });
    });
  };
}

function lookupAll(...[hostname, callback]: Parameters<Lookup>): void {
  systemLookup(hostname, { all: true, order: "verbatim" }, callback);
}

/** A name with even one address that is not allowed is refused: that is what rebinding looks like. */
function guardedLookup(lookup: Lookup, allowPrivate: boolean): LookupFunction {
  return (hostname, { all }, callback) => {
    lookup(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        const none: NodeJS.ErrnoException = error ?? new ExchangeFault("dns-name", `${hostname} has no address`);
        callback(none, []);
        return;
      }
      for (const { address } of addresses) {
        const why = addressFault(address, allowPrivate);
        if (why !== null) {
          callback(new ExchangeFault("ssrf-address", `${hostname}: ${address} ${why}`, address), []);
          return;
        }
      }
      if (all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

function tlsFactsOf(socket: TLSSocket): TlsFacts {
  return {
    version: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().standardName,
    authorized: socket.authorized,
    error: socket.authorized ? null : String(socket.authorizationError),
  };
}

/** Sends connections that are meant for one host and port to another; empty parts, here `null`, stand for all and for the same. */
export interface ConnectToRule {
  readonly fromHost: string | null;
  readonly fromPort: number | null;
  readonly toHost: string | null;
  readonly toPort: number | null;
}

/** An IPv6 address is in brackets, as in a URL. */
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
