/** Requests to use what is lent, which come from the other side. */

import { Array, TypeError } from "../builtins.ts";
import type { UseParams } from "../protocol.ts";

/** A path comes from the other side, and is part of names that are kept: longer than any that somebody writes. */
const MAX_PATH_CHARS = 1_000;

/** What the other side asks for may be anything. */
export function toUseParams(value: unknown): UseParams {
  const { how, ref, path } = value as Partial<UseParams>;
  const isKnown = how === "call" || how === "read" || how === "iterate";
  if (!isKnown || typeof ref !== "number" || !isPath(path)) {
    throw new TypeError("Cannot use a reference: the request is malformed");
  }
  return value as UseParams;
}

function isPath(path: unknown): path is string[] {
  if (!Array.isArray(path)) return false;
  let length = 0;
  for (let i = 0; i < path.length && length <= MAX_PATH_CHARS; i++) {
    if (typeof path[i] !== "string") return false;
    length += path[i].length + 1;
  }
  return length <= MAX_PATH_CHARS;
}
