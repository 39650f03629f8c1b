import { PipelineError } from "../core/errors.ts";

const alphabet = /^[A-Za-z0-9._/-]+$/;

/** Whether a store may hold an object of this name: one that is the same in a folder, in a bucket and in a URL. */
export function isObjectName(name: string): boolean {
  return alphabet.test(name) && name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** @throws {PipelineError} `store-refused` for a name that a store does not hold */
export function checkName(name: string): void {
  if (isObjectName(name)) return;
  throw new PipelineError("store-refused", `${JSON.stringify(name)} is not a name for an object of a store`, { name });
}

/** A prefix is the beginning of a name, or nothing. @throws {PipelineError} `store-refused` */
export function checkPrefix(prefix: string): void {
  if (prefix !== "") checkName(`${prefix}x`);
}
