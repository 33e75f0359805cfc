/** What a kernel tells and asks of its host. It may be anything, and is checked before anything is done. */

import { withBlobs } from "../../rpc/values/blobs.ts";
import { decode } from "../../rpc/values/codec.ts";
import type { Handler, Payload } from "../../rpc/wire/handler.ts";
import type {
  DisplayParams,
  HostCallParams,
  MimeBundle,
  OutputParams,
  UseParams,
} from "../../rpc/protocol.ts";
import type { LentValue, References } from "../../rpc/references/references.ts";
import { withStack } from "../../rpc/wire/rpc_error.ts";
import type { KernelHost } from "../kernel.ts";

/**
 * The handlers for what a kernel sends.
 *
 * @param references What is lent to it, and borrowed of it.
 * @param hostOf Gives who is told.
 */
export function kernelRequests(
  references: References,
  hostOf: () => KernelHost,
): Record<string, Handler> {
  const failing = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw hostOf().exposesStacks ? withStack(error) : error;
    }
  };
  return {
    output: ({ value }) => {
      const { cell, stream, text } = value as Partial<OutputParams>;
      if (
        typeof cell === "number" && typeof text === "string" &&
        (stream === "stdout" || stream === "stderr")
      ) hostOf().output(cell, { stream, text });
    },
    display: ({ value, attachments }) => {
      const { cell, bundle } = value as Partial<DisplayParams>;
      const decoded = decode(bundle, attachments);
      if (typeof cell === "number" && isBundle(decoded)) hostOf().display(cell, decoded);
    },
    call: async ({ value, attachments }) => {
      const { name, args, cell } = value as Partial<HostCallParams>;
      const list = references.decodeValue(args, attachments);
      if (typeof name !== "string" || typeof cell !== "number" || !Array.isArray(list)) {
        throw new TypeError("Cannot call a host function: the request is malformed");
      }
      const result = await failing(() => hostOf().call(cell, { name, args: list }));
      const as = `the result of ${name}`;
      return answer(
        await withBlobs((blobs) => references.encodeValue(result, { name: as, blobs })),
      );
    },
    use: async ({ value, attachments }) => {
      const { name, perform, encode } = references.open(value, attachments);
      const { cell } = value as UseParams;
      if (typeof cell !== "number") {
        throw new TypeError("Cannot use a reference: the request names no cell");
      }
      const result = await failing(() => hostOf().use(cell, { name, action: perform }));
      return answer(await withBlobs((blobs) => encode(result, blobs)));
    },
    release: ({ value }) => references.release(value),
  };
}

function answer({ value, ...rest }: LentValue): Payload {
  return { value: { value }, ...rest };
}

/** A bundle is plain: what else is an object has no media types. */
function isBundle(value: unknown): value is MimeBundle {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}
