/**
 * Handlers for the kernel's requests and notifications. A kernel is not trusted: each message is checked before it has
 * any effect.
 */

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
import { toRemote } from "../../rpc/errors/crossing_error.ts";
import type { KernelHost } from "../kernel.ts";

/**
 * Creates the handlers for the methods that a kernel calls on its host.
 *
 * @param references The references lent to the kernel and borrowed from it.
 * @param hostOf Returns the current receiver of output and calls.
 */
export function kernelRequests(
  references: References,
  hostOf: () => KernelHost,
): Record<string, Handler> {
  const failing = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw toRemote(error, { stack: hostOf().exposesStacks });
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

/** Returns whether a value is a MIME bundle. Only plain objects are: instances have no media types as keys. */
function isBundle(value: unknown): value is MimeBundle {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}
