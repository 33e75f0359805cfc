/**
 * Files of sessions: images of questions, long texts, names and snapshots of the namespace.
 *
 * @module
 */

import type { NamespaceEntry } from "../../runtime/runtime.ts";
import {
  SESSION_KEYS,
  type SessionRecord,
  type StoredFile,
} from "../../session/record/session_record.ts";
import { SnapshotShelf, type StoredSnapshot } from "../../session/record/snapshot_shelf.ts";
import type { Store } from "../../store/store.ts";
import { HttpError } from "../http/http_error.ts";

/** Headers with which a browser shows nothing of what it gets as a page. */
const INERT = {
  "content-security-policy": "sandbox; default-src 'none'",
  "x-content-type-options": "nosniff",
  "cache-control": "private, no-store",
};

/** Media types that browsers show as pictures, and cannot take for anything else. */
const PICTURES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
]);

/**
 * Answers with a file of a session.
 *
 * @param store The store.
 * @param place The session and the key of the file in its history.
 * @throws {HttpError} If there is none.
 */
export async function fileOf(
  store: Store,
  { session, key }: { readonly session: string; readonly key: string },
): Promise<Response> {
  const found = await store.get(SESSION_KEYS.file(session, key)).catch(() => undefined);
  const file = found?.value as unknown as StoredFile | undefined;
  const bytes = file && await store.getBlob(file.blob);
  if (file === undefined || bytes === undefined) throw new HttpError(404, "There is no such file");
  const type = file.kind === "artifact"
    ? "text/plain; charset=utf-8"
    : PICTURES.has(file.mediaType ?? "")
    ? file.mediaType!
    : "application/octet-stream";
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { ...INERT, "content-type": type },
  });
}

/**
 * Answers with the latest snapshot of the namespace, for `runtime.restore`.
 *
 * @param store The store.
 * @param record The session.
 * @throws {HttpError} If there is none.
 */
export async function snapshotOf(store: Store, { id, snapshot }: SessionRecord): Promise<Response> {
  const shelf = new SnapshotShelf(store, { session: id, keep: 1 });
  const bytes = snapshot === null ? undefined : await shelf.load(snapshot);
  if (bytes === undefined) throw new HttpError(404, "The session has no snapshot");
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { ...INERT, "content-type": "application/octet-stream" },
  });
}

/**
 * Returns the names of the namespace as of the latest snapshot.
 *
 * @param store The store.
 * @param record The session.
 */
export async function namesOf(
  store: Store,
  { id, snapshot }: SessionRecord,
): Promise<readonly NamespaceEntry[]> {
  if (snapshot === null) return [];
  const found = await store.get(SESSION_KEYS.snapshot(id, snapshot));
  return (found?.value as unknown as StoredSnapshot | undefined)?.names ?? [];
}
