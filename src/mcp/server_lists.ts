/**
 * The lists of a server: pages are joined and checked, for servers may send anything.
 *
 * @module
 */

import type { McpTool } from "./request/mcp_client.ts";

/** Pages of a list. */
const MAX_PAGES = 100;

/** Characters of the description of a tool, for the model. */
const MAX_DESCRIPTION_CHARS = 4_000;

/** Characters of the name of a tool. */
const MAX_NAME_CHARS = 256;

/** Options of {@linkcode listAll}. */
export interface ListOptions {
  /** The key of the list in each page, such as `tools`. */
  readonly key: string;
  /** Maximum number of items. */
  readonly maxItems: number;
}

/** The items of a list. */
export interface ListedItems {
  /** The items. */
  readonly items: readonly Record<string, unknown>[];
  /** Whether further ones were left out. */
  readonly isCut: boolean;
}

/**
 * Reads all pages of a list.
 *
 * @param page Requests a page.
 * @param options The key of the list, and its maximum length.
 * @throws {TypeError} If a page is no list of objects, or the pages do not end.
 */
export async function listAll(
  page: (cursor: string | undefined) => Promise<unknown>,
  { key, maxItems }: ListOptions,
): Promise<ListedItems> {
  const items: Record<string, unknown>[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const answer = await page(cursor) as Record<string, unknown> | null;
    const list = answer?.[key];
    if (!Array.isArray(list)) throw new TypeError(`its answer has no list of ${key}`);
    for (const item of list) {
      if (typeof item !== "object" || item === null) {
        throw new TypeError(`its list of ${key} has ${JSON.stringify(item)}`);
      }
      if (items.length >= maxItems) return { items, isCut: true };
      items.push(item as Record<string, unknown>);
    }
    const next = answer?.nextCursor;
    if (next === undefined || next === null || next === "") return { items, isCut: false };
    if (typeof next !== "string" || seen.has(next)) {
      throw new TypeError(`its list of ${key} begins again and again`);
    }
    seen.add(next);
    cursor = next;
  }
  throw new TypeError(`its list of ${key} has more than ${MAX_PAGES} pages`);
}

/**
 * Returns a tool as far as it is well-formed, or `undefined` if it has no name.
 *
 * @param item An item of the list of tools.
 */
export function toTool(item: Readonly<Record<string, unknown>>): McpTool | undefined {
  const { name, title, description, inputSchema, outputSchema } = item;
  if (typeof name !== "string" || name === "" || name.length > MAX_NAME_CHARS) return undefined;
  const given = item.annotations as Record<string, unknown> | null | undefined;
  const hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;
  const annotations = Object.fromEntries(
    hints.map((hint) => [hint, given?.[hint]]).filter(([, value]) => typeof value === "boolean"),
  );
  return {
    name,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string"
      ? { description: description.slice(0, MAX_DESCRIPTION_CHARS) }
      : {}),
    ...(inputSchema === undefined ? {} : { inputSchema }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations,
  };
}
