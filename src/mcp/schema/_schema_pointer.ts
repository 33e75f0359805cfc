/** References inside of a schema. */

import { isSchema } from "./_type_text.ts";

/** Parts of a schema that are looked at for the name of an anchor. */
const MAX_SEARCHED = 5_000;

/** The target of a reference. */
export interface FoundSchema {
  /** The schema. */
  readonly schema: unknown;
  /** The last part of the reference, for a name. */
  readonly name: string;
}

/**
 * Finds the target of a reference: `#`, `#/$defs/name` or `#anchor`. Nothing is ever loaded.
 *
 * @param root The whole schema.
 * @param pointer The reference.
 */
export function findSchema(root: unknown, pointer: string): FoundSchema | undefined {
  if (pointer === "#") return { schema: root, name: "Root" };
  if (!pointer.startsWith("#")) return undefined;
  if (!pointer.startsWith("#/")) return findAnchor(root, pointer.slice(1));
  let target: unknown = root;
  let name = "";
  for (const part of pointer.slice(2).split("/")) {
    name = decode(part);
    const isIndex = Array.isArray(target) && /^\d+$/.test(name);
    if (!isIndex && !isSchema(target) || !Object.hasOwn(target as object, name)) return undefined;
    target = (target as Record<string, unknown>)[name];
  }
  return { schema: target, name };
}

function decode(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // It is taken as it is written.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}

function findAnchor(root: unknown, anchor: string): FoundSchema | undefined {
  const queue: unknown[] = [root];
  for (let i = 0; i < queue.length && i < MAX_SEARCHED; i++) {
    const part = queue[i];
    if (isSchema(part)) {
      if (part.$anchor === anchor || part.$dynamicAnchor === anchor) {
        return { schema: part, name: anchor };
      }
      for (const inner of Object.values(part)) queue.push(inner);
    } else if (Array.isArray(part)) { for (const inner of part) queue.push(inner); }
  }
  return undefined;
}
