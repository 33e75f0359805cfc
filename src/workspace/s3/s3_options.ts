/**
 * The options of workspaces in object storage.
 *
 * @module
 */

import { checkCount, checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { shown } from "../workspace_path.ts";
import type { BucketOptions } from "./_bucket.ts";

/** Options of a workspace in object storage. */
export interface S3WorkspaceOptions {
  /** The address of the service: `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  /** The bucket, which must exist. */
  readonly bucket: string;
  /** The identifier of the key. */
  readonly accessKeyId: string;
  /** The secret of the key. */
  readonly secretAccessKey: string;
  /** The region. @default "us-east-1" */
  readonly region?: string | undefined;
  /** The beginning of all keys: `projects/7/`. @default "" */
  readonly prefix?: string | undefined;
  /** Where the name of the bucket stands: in the path of addresses, or in the name of the host. @default "path" */
  readonly addressing?: "path" | "virtual" | undefined;
  /** Time limit of one request, in milliseconds. @default 60000 */
  readonly timeoutMs?: number | undefined;
  /** Number of times that a request is made again after a failure that may pass. @default 3 */
  readonly retries?: number | undefined;
  /** Size from which files are written in parts, and that of a part, in bytes. @default 8388608 */
  readonly partBytes?: number | undefined;
  /** Whether entries can be removed and moved. @default false */
  readonly canRemove?: boolean | undefined;
}

const OPTIONS: OptionNames<S3WorkspaceOptions> = {
  endpoint: true,
  bucket: true,
  accessKeyId: true,
  secretAccessKey: true,
  region: true,
  prefix: true,
  addressing: true,
  timeoutMs: true,
  retries: true,
  partBytes: true,
  canRemove: true,
};

/** Smallest part that storages accept, beside the last one. */
const MIN_PART_BYTES = 5 << 20;

/**
 * Checks the options.
 *
 * @param options The options.
 * @throws {TypeError} If one is missing, malformed, or has an unknown name.
 */
export function checkS3Options(options: S3WorkspaceOptions): {
  readonly prefix: string;
  readonly canRemove: boolean;
  readonly bucket: BucketOptions;
} {
  const task = "open a workspace in object storage";
  checkOptions(options, { names: OPTIONS, task });
  for (const name of ["endpoint", "bucket", "accessKeyId", "secretAccessKey"] as const) {
    if (typeof options[name] === "string" && options[name] !== "") continue;
    throw new TypeError(`Cannot ${task}: ${name} is missing`);
  }
  const { prefix = "", addressing = "path", partBytes = 8 << 20, canRemove = false } = options;
  if (prefix !== "" && !/^(?:[^/\\\0]+\/)+$/.test(prefix) || /(?:^|\/)\.\.?\//.test(prefix)) {
    throw new TypeError(`Cannot ${task}: prefix is ${shown(prefix)}, and not names that end in /`);
  }
  if (checkCount("partBytes", partBytes) < MIN_PART_BYTES) {
    throw new RangeError(`Cannot ${task}: partBytes is ${partBytes}, below ${MIN_PART_BYTES}`);
  }
  const { region = "us-east-1", accessKeyId, secretAccessKey, retries = 3 } = options;
  return {
    prefix,
    canRemove,
    bucket: {
      address: addressOf(options, { task, addressing }),
      timeoutMs: checkLimit("timeoutMs", options.timeoutMs ?? 60_000),
      retries: Math.max(0, retries),
      ...{ region, accessKeyId, secretAccessKey, partBytes },
    },
  };
}

function addressOf(
  { endpoint, bucket }: S3WorkspaceOptions,
  { task, addressing }: { readonly task: string; readonly addressing: string },
): string {
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new TypeError(`Cannot ${task}: endpoint is ${shown(endpoint)}, and not an http address`);
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,62}$/i.test(bucket)) {
    throw new TypeError(`Cannot ${task}: ${shown(bucket)} is no name of a bucket`);
  }
  if (addressing !== "path" && addressing !== "virtual") {
    throw new TypeError(
      `Cannot ${task}: addressing is ${shown(addressing)}; it is "path" or "virtual"`,
    );
  }
  const url = new URL(endpoint);
  if (addressing === "path") return `${url.href.replace(/\/+$/, "")}/${bucket}`;
  url.hostname = `${bucket}.${url.hostname}`;
  return url.href.replace(/\/+$/, "");
}
