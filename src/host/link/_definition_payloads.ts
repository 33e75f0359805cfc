/** Definitions as messages for the kernel. */

import { type BlobContents, withBlobs } from "../../rpc/values/blobs.ts";
import type { Payload } from "../../rpc/wire/handler.ts";
import type { References } from "../../rpc/references/references.ts";
import { typeValues } from "./_types_cell.ts";
import type { Definitions, HostBinding } from "../kernel.ts";

/** Messages that are ready to be sent, and the references that they lend. */
export interface DefinitionPayloads {
  /** The messages. */
  readonly payloads: readonly Payload[];
  /** Takes back the references that the messages lend. Called if the messages are not sent. */
  readonly unsent: () => void;
}

/**
 * Encodes all definitions before the first message is sent, so that a value that cannot be encoded leaves nothing half
 * defined.
 *
 * @param references Encodes the values, and lends what stays on the host.
 * @param definitions The names to define, with their values.
 * @throws {TypeError} If a value can be neither copied nor lent.
 */
export async function definitionPayloads(
  references: References,
  { types = new Map(), values = [], functions = [] }: Definitions,
): Promise<DefinitionPayloads> {
  const bindings = [...values, ...typeValues(types)];
  const undo = bindings.map(({ value, writable }) =>
    writable === undefined ? () => {} : references.allowWrites(value as object, writable)
  );
  let encoded: DefinitionPayloads;
  try {
    encoded = await withBlobs((blobs) => encodeAll(references, bindings, { blobs }));
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  }
  for (const { value, members } of bindings) {
    if (members !== undefined) references.narrow(value as object, members);
  }
  const names = [...functions];
  if (names.length === 0) return encoded;
  return { ...encoded, payloads: [...encoded.payloads, { value: { functions: names } }] };
}

function encodeAll(
  references: References,
  bindings: readonly HostBinding[],
  { blobs }: { readonly blobs: BlobContents },
): DefinitionPayloads {
  const payloads: Payload[] = [];
  const unsent = () => {
    for (const payload of payloads) payload.unsent?.();
  };
  try {
    for (const { name, value } of bindings) {
      const lent = references.encodeValue(value, { name, lentAs: name, blobs });
      payloads.push({ ...lent, value: { name, value: lent.value } });
    }
  } catch (error) {
    unsent();
    throw error;
  }
  return { payloads, unsent };
}
