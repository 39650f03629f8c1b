import { lookup as systemLookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import { addressFault, hostFault, literalAddressOf } from "./address-rules.ts";
import { connectedTo, type ConnectToRule } from "./connect-to.ts";
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
