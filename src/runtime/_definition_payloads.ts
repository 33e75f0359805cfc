/** What is bound in a kernel, as messages. */

import type { BlobContents } from "../rpc/blobs.ts";
import type { Payload } from "../rpc/connection.ts";
import type { References } from "../rpc/references.ts";
import { typeValues } from "./_types_cell.ts";
import type { Definitions } from "./kernel.ts";

/** Messages that are ready to be sent. */
export interface DefinitionPayloads {
  /** The messages. */
  readonly payloads: readonly Payload[];
  /** Takes back what they lend. Called if they are not sent. */
  unsent(): void;
}

/**
 * Encodes all values before the first one leaves: what cannot cross leaves nothing half done.
 *
 * @param references Encodes them, and lends what stays on the host.
 * @param definitions What is bound.
 * @param options What the Blobs in it hold.
 * @throws {TypeError} If a value cannot cross.
 */
export function definitionPayloads(
  references: References,
  { types = new Map(), values = [], functions = [] }: Definitions,
  { blobs }: { readonly blobs: BlobContents },
): DefinitionPayloads {
  const payloads: Payload[] = [];
  const unsent = () => {
    for (const payload of payloads) payload.unsent?.();
  };
  const definitions = [...values, ...typeValues(types)];
  try {
    for (const [name, value] of definitions) {
      const lent = references.encodeValue(value, { name, lentAs: name, blobs });
      payloads.push({ ...lent, value: { name, value: lent.value } });
    }
  } catch (error) {
    unsent();
    throw error;
  }
  for (const [, value, members] of definitions) {
    if (members !== undefined) references.narrow(value as object, members);
  }
  const names = [...functions];
  if (names.length > 0) payloads.push({ value: { functions: names } });
  return { payloads, unsent };
}
