import { nullable, object, text, type Shape } from "../core/json-shape.ts";
import type { Requester } from "../fetch/requester.ts";

/** Who asks, as a crawl and a copy lay it in the store. */
export const requester: Shape<Requester> = object({ software: text, project: text, contact: nullable(text) });
