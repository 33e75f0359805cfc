/**
 * Files behind addresses.
 *
 * @module
 */

import { readBytes } from "../../async/read_bytes.ts";
import type { Permissions } from "../../security/permissions/permissions.ts";

/** Time without a byte after which a server is given up, in milliseconds. */
const IDLE_MS = 30_000;

/** Maximum number of redirections. */
const MAX_REDIRECTS = 5;

/** Endings of files by their media types, for addresses that have none. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["text/csv", "csv"],
  ["text/tab-separated-values", "tsv"],
  ["application/json", "json"],
  ["application/x-ndjson", "jsonl"],
  ["application/yaml", "yaml"],
]);

/** Options of {@linkcode fetchFile}. */
export interface FetchFileOptions {
  /** The permissions of cells, one of which has to be for the network. */
  readonly permissions: Permissions;
  /** Maximum size in bytes. */
  readonly maxBytes: number;
  /** Called with the bytes so far and all of them. */
  readonly onProgress: (done: number, total: number) => void;
}

/** A fetched file. */
export interface FetchedFile {
  /** Its name, with an ending that tells the format. */
  readonly name: string;
  /** The content. */
  readonly bytes: Uint8Array;
}

/**
 * Fetches a file.
 *
 * @param address The address.
 * @param options Permissions and progress.
 * @throws {TypeError} If the host is not allowed, or the server refuses; {RangeError} if the file is too large.
 */
export async function fetchFile(
  address: string,
  { permissions, onProgress, maxBytes }: FetchFileOptions,
): Promise<FetchedFile> {
  const idle = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => idle.abort(new TypeError(`the server has sent nothing for ${IDLE_MS / 1000} s`)),
      IDLE_MS,
    );
  };
  restart();
  try {
    const response = await follow(address, { permissions, signal: idle.signal });
    const total = Number(response.headers.get("content-length") ?? 0);
    const bytes = await readBytes(response.body, {
      maxBytes,
      onPiece: (done) => {
        restart();
        if (total > 0) onProgress(Math.min(done, total), total);
      },
    });
    return { name: nameOf(response), bytes };
  } finally {
    clearTimeout(timer);
  }
}

async function follow(
  address: string,
  { permissions, signal }: { readonly permissions: Permissions; readonly signal: AbortSignal },
): Promise<Response> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    // Each host on the way has to be allowed.
    checkHost(url, permissions);
    const response = await fetch(url, { redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      url = new URL(location, url);
      continue;
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw new TypeError(`the server answers with the status ${response.status}`);
  }
  throw new TypeError(`the server redirects more than ${MAX_REDIRECTS} times`);
}

function checkHost({ protocol, host, hostname }: URL, { net }: Permissions): void {
  if (!/^https?:$/.test(protocol)) {
    throw new TypeError(`it leads to ${protocol}, which is no web page`);
  }
  if (net === true || Array.isArray(net) && (net.includes(host) || net.includes(hostname))) return;
  throw new TypeError(`the host is not allowed; add --allow-net=${host}`);
}

function nameOf(response: Response): string {
  const { pathname, hostname } = new URL(response.url);
  let last = pathname.split("/").at(-1)!;
  try {
    last = decodeURIComponent(last);
  } catch {
    // It stays as it is.
  }
  const name = last.replace(/[/\\]/g, "_") || hostname;
  const type = (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  const ending = ENDINGS.get(type);
  return /\.\w+$/.test(last) || ending === undefined ? name : `${name}.${ending}`;
}
