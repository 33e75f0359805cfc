/** What is bound in a kernel, as messages. */

import { type BlobContents, withBlobs } from "../../rpc/values/blobs.ts";
import type { Payload } from "../../rpc/wire/handler.ts";
import type { References } from "../../rpc/references/references.ts";
import { typeValues } from "./_types_cell.ts";
import type { Binding, Definitions } from "../kernel.ts";

/** Messages that are ready to be sent. */
export interface DefinitionPayloads {
  /** The messages. */
  readonly payloads: readonly Payload[];
  /** Takes back what they lend. Called if they are not sent. */
  readonly unsent: () => void;
}

/**
 * Encodes all values before the first one leaves: what cannot cross leaves nothing half done.
 *
 * @param references Encodes them, and lends what stays on the host.
 * @param definitions What is bound.
 * @throws {TypeError} If a value cannot cross.
 */
export async function definitionPayloads(
  references: References,
  { types = new Map(), values = [], functions = [] }: Definitions,
): Promise<DefinitionPayloads> {
  const bindings = [...values, ...typeValues(types)];
  const encoded = await withBlobs((blobs) => encodeAll(references, bindings, { blobs }));
  for (const { value, members } of bindings) {
    if (members !== undefined) references.narrow(value as object, members);
  }
  const names = [...functions];
  if (names.length === 0) return encoded;
  return { ...encoded, payloads: [...encoded.payloads, { value: { functions: names } }] };
}

function encodeAll(
  references: References,
  bindings: readonly Binding[],
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
