/** The check of requests to use a lent object. */

import { Array, TypeError } from "../builtins.ts";
import type { UseParams } from "../protocol.ts";

/** Maximum length of a path from the peer, which becomes part of stored names. Longer than any path in real code. */
const MAX_PATH_CHARS = 1_000;

/** Checks the parameters of a `use` request from the peer. */
export function toUseParams(value: unknown): UseParams {
  const { how, ref, path } = value as Partial<UseParams>;
  const isKnown = how === "call" || how === "read" || how === "iterate" || how === "write";
  if (
    !isKnown || how === "write" && path?.length === 0 || typeof ref !== "number" || !isPath(path)
  ) {
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
