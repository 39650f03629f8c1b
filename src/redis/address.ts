import { PipelineError } from "../core/errors.ts";

export interface RedisAddress {
  readonly kind: "single" | "sentinel" | "cluster";
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** The name that sentinels know the master by. */
  readonly master: string;
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /**
   * Precedes all keys, in braces: a cluster then keeps all of them on one node, where one script may use them together.
   */
  readonly prefix: string;
  /** For messages: the address without its secrets. */
  readonly place: string;
}

const shape = /^(rediss?)(-sentinel|-cluster)?:\/\/(?:(.*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/su;
const node = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/iu;
const forms =
  "redis://[user:password@]host[:port][/database][?prefix=name] (rediss:// for TLS), " +
  "redis-sentinel://host:port,host:port/master[/database] or redis-cluster://host:port,host:port; " +
  "write what is no letter or digit in a password as %XX";

/**
 * Reads where Redis is. With TLS the schemes begin with `rediss`.
 * @throws {PipelineError} `usage`; its message never quotes the address, which may hold a password
 */
export function redisAddressOf(url: string): RedisAddress {
  const [, scheme = "", cluster = "", credentials, hosts = "", path = "", query = ""] = shape.exec(url) ?? refuse("");
  const kind = cluster === "-sentinel" ? "sentinel" : cluster === "-cluster" ? "cluster" : "single";
  const nodes = hosts.split(",").map((text) => {
    const [, v6, name, port = kind === "sentinel" ? "26379" : "6379"] =
      node.exec(text) ?? refuse("a host is not valid");
    return { host: v6 ?? name ?? "", port: Number(port) };
  });
  if (kind === "single" && nodes.length > 1) refuse("it names several hosts");
  const parts = path.split("/");
  const master = kind === "sentinel" ? decoded(parts.shift() ?? "") : "";
  if (kind === "sentinel" && master === "") refuse("the name of the master is missing");
  const [database = "", ...rest] = parts;
  if (!/^\d{0,5}$/u.test(database) || rest.length > 0) refuse("the database is no number");
  if (kind === "cluster" && Number(database) > 0) refuse("a cluster has no database but 0");
  const parameters = new URLSearchParams(query);
  const prefix = parameters.get("prefix") ?? "colophon";
  if (!/^[A-Za-z0-9._-]{1,64}$/u.test(prefix)) refuse("the prefix is not of 1 to 64 letters, digits, '.', '_' or '-'");
  if ([...parameters.keys()].some((key) => key !== "prefix")) refuse("after the question mark only prefix= is known");
  const colon = credentials?.indexOf(":") ?? -1;
  const username = credentials === undefined ? "" : decoded(colon < 0 ? credentials : credentials.slice(0, colon));
  const password = credentials === undefined || colon < 0 ? "" : decoded(credentials.slice(colon + 1));
  const after = kind === "sentinel" ? `/${master}` : "";
  return {
    kind,
    nodes,
    master,
    tls: scheme === "rediss",
    username: username === "" ? undefined : username,
    password: password === "" ? undefined : password,
    database: Number(database),
    prefix: `{${prefix}}`,
    place: `${scheme}${cluster}://${hosts}${after}${database === "" ? "" : `/${database}`}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("a % in it is not followed by two hex digits");
  }
}

function refuse(why: string): never {
  throw new PipelineError("usage", `the address of Redis is not valid${why === "" ? "" : `: ${why}`}; write ${forms}`);
}
