import type { Page } from "../core/page.ts";

/** How a payload is to be read: as HTML, as plain text, or not at all. */
export type Reading = Page["kind"] | "none";

const htmlTypes = new Set(["text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"]);

/** Media types that say nothing: the first bytes decide instead. */
const emptyTypes = new Set(["", "unknown/unknown", "application/unknown", "*/*"]);

/** `text/html; charset=utf-8` -> `text/html`; `null` when there is no header. */
export function essenceOf(contentType: string | null): string | null {
  if (contentType === null) return null;
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** Without a type, HTML is known by its first tag, as in the MIME Sniffing standard, section 7.1. */
export function readingOf(essence: string | null, body: Uint8Array): Reading {
  if (essence !== null && htmlTypes.has(essence)) return "html";
  if (essence === "text/plain") return "text";
  if (essence !== null && !emptyTypes.has(essence)) return "none";
  return startsAsHtml(body) ? "html" : "none";
}

const htmlStart =
  /^\s*(?:<!doctype html|<html|<head|<script|<iframe|<h1|<div|<font|<table|<a|<style|<title|<b|<body|<br|<p|<!--)[\s>]/i;

function startsAsHtml(body: Uint8Array): boolean {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 512)).toString("latin1");
  return htmlStart.test(start.replace(/^(?:\u00ef\u00bb\u00bf|\u00fe\u00ff|\u00ff\u00fe)/, ""));
}
