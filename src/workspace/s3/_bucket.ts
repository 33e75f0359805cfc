/** A bucket of object storage: requests with retries and time limits, and their errors as those of workspaces. */

import { type ListObject, S3mini } from "s3mini";
import { pause } from "../../async/pause.ts";
import { WorkspaceError } from "../workspace.ts";
import { shown } from "../workspace_path.ts";

/** How a bucket is reached, checked. */
export interface BucketOptions {
  /** The address of the bucket: with its name as the first part of the path, or of the host. */
  readonly address: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly partBytes: number;
}

/** An object, or the common beginning of several keys, which ends in `/`. */
export type Listed = Pick<ListObject, "Key" | "Size" | "LastModified">;

/** An operation and its path, for messages, and its signal. */
export interface Attempt {
  readonly task: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

/** Answers of a server that may be another one at the next try. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** The first wait between two tries, in milliseconds; each further one is twice as long. */
const FIRST_WAIT_MS = 100;

/** Keys of one page of a listing. */
const PAGE = 1_000;

/** Requests of a multipart upload at once. */
const PARTS_AT_ONCE = 4;

/** A bucket. */
export class Bucket {
  readonly #options: BucketOptions;

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  /** Reads an object; `undefined` if there is none. */
  async get(
    key: string,
    attempt: Attempt,
  ): Promise<{ readonly size: number; readonly body: ReadableStream<Uint8Array> } | undefined> {
    const response = await this.#ask(attempt, (client) => client.getObjectResponse(key));
    if (response === null) return undefined;
    const size = Number(response.headers.get("content-length") ?? 0);
    return { size, body: response.body ?? new Blob().stream() };
  }

  /** Writes an object, a large one in parts. */
  async put(
    key: string,
    { bytes, ...attempt }: Attempt & { readonly bytes: Uint8Array<ArrayBuffer> },
  ): Promise<void> {
    const { partBytes } = this.#options;
    if (bytes.length > partBytes) return await this.#putParts(key, bytes, attempt);
    await this.#ask(attempt, async (client) => {
      const response = await client.putObject(key, bytes);
      await response.body?.cancel();
    });
  }

  /** Deletes an object, which need not exist. */
  async delete(key: string, attempt: Attempt): Promise<void> {
    await this.#ask(attempt, (client) => client.deleteObject(key));
  }

  /** Lists keys with a common beginning, page by page. With a delimiter, keys below a `/` behind it are one entry. */
  async *list(
    prefix: string,
    { delimited = false, limit = Infinity, ...attempt }: Attempt & {
      readonly delimited?: boolean;
      readonly limit?: number;
    },
  ): AsyncGenerator<Listed> {
    let token: string | undefined;
    do {
      const page = await this.#ask(attempt, (client) =>
        client.listObjectsPaged(
          "/",
          prefix,
          Math.min(PAGE, limit),
          token,
          delimited ? { delimiter: "/" } : {},
        ));
      if (page === null || page === undefined) {
        throw new WorkspaceError(
          "unavailable",
          `Cannot ${attempt.task} ${shown(attempt.path)}: there is no such bucket`,
        );
      }
      for (const object of page.objects ?? []) {
        if (typeof object.Key === "string" && object.Key.startsWith(prefix)) yield object;
      }
      if (token !== undefined && token === page.nextContinuationToken) return;
      token = page.nextContinuationToken;
    } while (token !== undefined);
  }

  async #putParts(key: string, bytes: Uint8Array<ArrayBuffer>, attempt: Attempt): Promise<void> {
    const { partBytes } = this.#options;
    const upload = await this.#ask(attempt, (client) => client.getMultipartUploadId(key));
    try {
      const count = Math.ceil(bytes.length / partBytes);
      const parts: { partNumber: number; etag: string }[] = [];
      let next = 0;
      await Promise.all(Array.from({ length: Math.min(PARTS_AT_ONCE, count) }, async () => {
        for (let i = next++; i < count; i = next++) {
          const part = bytes.slice(i * partBytes, (i + 1) * partBytes);
          parts[i] = await this.#ask(
            attempt,
            (client) => client.uploadPart(key, upload, part, i + 1),
          );
        }
      }));
      await this.#ask(attempt, (client) => client.completeMultipartUpload(key, upload, parts));
    } catch (error) {
      // Parts of an upload that has not ended cost money.
      await this.#ask(
        { ...attempt, signal: undefined },
        (client) => client.abortMultipartUpload(key, upload),
      ).catch(() => {});
      throw error;
    }
  }

  /** Makes a request, again if the failure may pass. */
  async #ask<T>(attempt: Attempt, make: (client: S3mini) => Promise<T>): Promise<T> {
    const { retries, timeoutMs, address, ...keys } = this.#options;
    const { task, path, signal } = attempt;
    for (let tried = 0;; tried++) {
      signal?.throwIfAborted();
      const clock = AbortSignal.timeout(timeoutMs);
      const stop = signal === undefined ? clock : AbortSignal.any([signal, clock]);
      const client = new S3mini({
        endpoint: address,
        region: keys.region,
        accessKeyId: keys.accessKeyId,
        secretAccessKey: keys.secretAccessKey,
        fetch: (input: RequestInfo | URL, init?: RequestInit) =>
          request(input, { ...init, signal: stop, redirect: "error" }),
      });
      // The client leaves five characters as they are, so that signatures of prefixes with them are wrong.
      Object.defineProperty(client, "_buildCanonicalQueryString", { value: canonicalQuery });
      try {
        return await make(client);
      } catch (error) {
        signal?.throwIfAborted();
        const status = statusOf(error);
        if (tried < retries && (status === undefined || PASSING.has(status))) {
          await pause(FIRST_WAIT_MS * 2 ** tried, stop);
          continue;
        }
        throw failureOf(error, { task, path, status });
      }
    }
  }
}

/** Sends a request. The client leaves the answers to changes unread, which would hold their connections. */
async function request(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (init.method === "GET" || init.method === "HEAD") return response;
  const body = await response.bytes();
  const { status, statusText, headers } = response;
  return new Response(body.length === 0 ? null : body, { status, statusText, headers });
}

/** Returns a query as the signature of version 4 wants it. */
function canonicalQuery(query: Readonly<Record<string, unknown>> = {}): string {
  return Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(String(value ?? ""))}`)
    .sort().join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function statusOf(error: unknown): number | undefined {
  const { status } = error as { status?: unknown };
  return typeof status === "number" ? status : undefined;
}

function failureOf(
  cause: unknown,
  { task, path, status }: {
    readonly task: string;
    readonly path: string;
    readonly status: number | undefined;
  },
): WorkspaceError {
  const what = `Cannot ${task} ${shown(path)}`;
  if (status === 401 || status === 403) {
    return new WorkspaceError("denied", `${what}: the storage refuses it (${status})`, { cause });
  }
  if (status === 507) {
    return new WorkspaceError("full", `${what}: the storage is full`, { cause });
  }
  const why = status === undefined ? "the storage cannot be reached" : `the storage says ${status}`;
  return new WorkspaceError("unavailable", `${what}: ${why}`, { cause });
}
