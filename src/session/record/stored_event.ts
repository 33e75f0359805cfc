/**
 * Events in a log: bytes and large events are blobs beside it.
 *
 * @module
 */

import type { JsonValue, Store } from "../../store/store.ts";
import type { SessionEvent } from "./session_event.ts";

/** Size from which an event is a blob, as JSON in characters. */
const MAX_INLINE_CHARS = 256 * 1024;

/** Fields that stand for a blob. */
const BYTES = "$bytes";
const EVENT = "$event";

/**
 * Returns an event as a value for a log.
 *
 * @param event The event.
 * @param store Receives the blobs.
 */
export async function storeEvent(
  event: Readonly<Record<string, unknown>>,
  store: Store,
): Promise<JsonValue> {
  const blobs: Promise<void>[] = [];
  const value = plain(event, (bytes) => {
    const reference: Record<string, string> = {};
    blobs.push(store.putBlob(bytes).then((hash) => void (reference[BYTES] = hash)));
    return reference;
  });
  await Promise.all(blobs);
  const json = JSON.stringify(value);
  if (json.length <= MAX_INLINE_CHARS) return value as JsonValue;
  return { [EVENT]: await store.putBlob(new TextEncoder().encode(json)) };
}

/**
 * Returns the event that a log has.
 *
 * @param value The value in the log.
 * @param place The store, and the place of the event.
 * @throws {RangeError} If a blob is no longer there.
 */
export async function readEvent(
  value: JsonValue,
  { store, run, index }: { readonly store: Store; readonly run: string; readonly index: number },
): Promise<SessionEvent> {
  const where = `event ${index} of the run ${run}`;
  let event = value as Record<string, JsonValue>;
  const hash = event[EVENT];
  if (typeof hash === "string") {
    event = JSON.parse(new TextDecoder().decode(await blobOf(store, hash, { where })));
  }
  const restored = await withBytes(event, (hash) => blobOf(store, hash, { where }));
  return { ...restored as object, index, run } as SessionEvent;
}

async function blobOf(store: Store, hash: string, { where }: { readonly where: string }) {
  const bytes = await store.getBlob(hash);
  if (bytes === undefined) {
    throw new RangeError(`Cannot read ${where}: the store no longer has the blob ${hash}`);
  }
  return bytes;
}

/** Returns a value as JSON holds it, with bytes replaced. */
function plain(value: unknown, put: (bytes: Uint8Array) => object): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return put(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, put) ?? null);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, plain(member, put)]),
  );
}

async function withBytes(
  value: JsonValue,
  get: (hash: string) => Promise<Uint8Array>,
): Promise<unknown> {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return await Promise.all(value.map((item) => withBytes(item, get)));
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only![0] === BYTES && typeof only![1] === "string") {
    return await get(only![1]);
  }
  const restored = entries.map(async ([key, member]) => [key, await withBytes(member, get)]);
  return Object.fromEntries(await Promise.all(restored));
}

/**
 * Returns the hashes of the blobs to which an event in a log refers, those within a large event included.
 *
 * @param value The value in the log.
 * @param store The store.
 */
export async function blobsOf(value: JsonValue, store: Store): Promise<Set<string>> {
  const found = new Set<string>();
  collect(value, found);
  const hash = (value as Record<string, JsonValue> | null)?.[EVENT];
  const bytes = typeof hash === "string" ? await store.getBlob(hash) : undefined;
  if (bytes !== undefined) collect(JSON.parse(new TextDecoder().decode(bytes)), found);
  return found;
}

function collect(value: JsonValue, found: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === "string" && (key === BYTES || key === EVENT)) found.add(member);
    else collect(member, found);
  }
}
