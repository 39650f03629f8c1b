import { errors } from "undici";

import type { ExchangeFaultCode } from "./result.ts";

/** Ends an exchange from within the library's callbacks; never leaves this folder. */
export class ExchangeFault extends Error {
  override readonly name = "ExchangeFault";
  readonly reason: ExchangeFaultCode;
  readonly ip: string | null;
  constructor(reason: ExchangeFaultCode, detail: string, ip: string | null = null, cause?: unknown) {
    super(detail, { cause });
    this.reason = reason;
    this.ip = ip;
  }
}

const maxDetailCharacters = 300;

/** The fault behind an error of undici; `headSeen` tells a body that ends early from a length that makes no sense. */
export function exchangeFaultOf(error: Error, headSeen: boolean): ExchangeFault {
  if (error instanceof ExchangeFault) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  const detail = `${code} ${message}`.trim().slice(0, maxDetailCharacters);
  return new ExchangeFault(reasonOf(error, code, headSeen), detail, null, error);
}

/** A fault before the connection stood; TLS errors have many codes, so that what is no other is taken for one. */
export function connectFaultOf(error: unknown, protocol: string, ip: string | null): ExchangeFault {
  if (error instanceof ExchangeFault) return error;
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const { code, message, syscall } = first as NodeJS.ErrnoException;
  const detail = `${code ?? ""} ${message}`.trim().slice(0, maxDetailCharacters);
  if (syscall === "getaddrinfo") return new ExchangeFault(code === "ENOTFOUND" ? "dns-name" : "dns", detail, ip, error);
  const untrusted =
    protocol === "https:" && syscall !== "connect" && code !== "ECONNRESET" && code !== "UND_ERR_CONNECT_TIMEOUT";
  return new ExchangeFault(untrusted ? "tls" : "connect", detail, ip, error);
}

function reasonOf(error: Error, code: string, headSeen: boolean): ExchangeFaultCode {
  if (code === "UND_ERR_HEADERS_OVERFLOW") return "header-limit";
  if (code === "UND_ERR_INVALID_ARG") return "request";
  if (error instanceof errors.HTTPParserError) return "framing";
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") return headSeen ? "disconnect" : "framing";
  // A switch of protocols or a 100 that was not asked for, or an answer before the question.
  return error.message === "bad response" || error.message === "bad upgrade" ? "framing" : "disconnect";
}
