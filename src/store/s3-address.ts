import { PipelineError } from "../core/errors.ts";
import { isObjectName } from "./object-name.ts";

export interface S3Address {
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  /** Set for a server other than Amazon's. */
  readonly endpoint?: string;
  readonly region?: string;
}

/**
 * Reads `s3://bucket/prefix?endpoint=http://host:9000&region=us-east-1`; the prefix and all after it may be left out.
 * @throws {PipelineError} `store-refused`
 */
export function s3AddressOf(address: string): S3Address {
  // The address is never quoted: it may hold a secret that does not belong there.
  const refused = (why: string): PipelineError =>
    new PipelineError(
      "store-refused",
      `the address of the store is not s3://BUCKET/PREFIX?endpoint=URL&region=NAME: ${why}`,
    );
  const url = URL.parse(address);
  if (url?.protocol !== "s3:") throw refused("it is no s3:// URL");
  if (url.username !== "" || url.password !== "") {
    throw refused(
      "keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from a profile, not from the address",
    );
  }
  // Amazon's rules for names of buckets, which exclude everything that a path could mean.
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname) || url.port !== "") throw refused("that is no bucket");
  const prefix = url.pathname.replace(/^\//, "").replace(/\/$/, "");
  if (prefix !== "" && !isObjectName(prefix))
    throw refused("the prefix holds more than letters, digits, `.`, `_`, `-`, `/`");
  const unknown = [...url.searchParams.keys()].find((key) => key !== "endpoint" && key !== "region");
  if (unknown !== undefined) throw refused(`there is no option ${JSON.stringify(unknown)}`);

  const endpoint = url.searchParams.get("endpoint");
  const server = endpoint === null ? null : URL.parse(endpoint);
  if (endpoint !== null) {
    if (server?.protocol !== "http:" && server?.protocol !== "https:") throw refused("the endpoint is no http:// URL");
    if (server.username !== "" || server.password !== "") throw refused("the endpoint holds a secret");
  }
  const region = url.searchParams.get("region");
  return {
    bucket: url.hostname,
    prefix: prefix === "" ? "" : `${prefix}/`,
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
  };
}
