import { normalEscapes } from "./percent-encoding.ts";

/** A path in the normal form of addresses: percent-encoding in one spelling, repeated slashes as one. */
export function normalPathOf(path: string): string {
  const escaped = normalEscapes(path);
  return escaped.includes("//") ? escaped.replaceAll(/\/{2,}/g, "/") : escaped;
}

/** A query with its `?` likewise: parameters sorted by name, stably; empty ones and empty values dropped. */
export function normalQueryOf(search: string): string {
  if (search === "") return "";
  const query = normalEscapes(search.slice(1));
  const parts: { readonly name: string; readonly text: string }[] = [];
  for (const text of query.split("&")) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    if (name !== "") parts.push({ name, text: equals === text.length - 1 ? name : text });
  }
  if (parts.length === 0) return "";
  if (parts.length > 1) parts.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `?${parts.map(({ text }) => text).join("&")}`;
}
