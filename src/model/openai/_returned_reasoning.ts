/** Data of servers that they want back with calls of tools: the reasoning that led to them, and what Gemini adds to each. */

import type { ModelMessage, ModelReasoningBlock, ProviderData } from "../model.ts";
import type { CompletionReader } from "./_completion_chunk.ts";
import type { OpenAIModelOptions } from "./openai_options.ts";

/** The key of data of servers that speak this protocol. */
const KEY = "openai";

type Fields = Record<string, unknown>;

/** Returns the reasoning of a reply; `undefined` if there is none to be sent back. */
export function reasoningBlock(
  { returnReasoning: field, provider = "openai" }: OpenAIModelOptions,
  { reader, text }: { readonly reader: CompletionReader; readonly text: string },
): ModelReasoningBlock | undefined {
  if (field === undefined) return undefined;
  const details = field === "reasoning_details" ? reader.reasoningDetails : undefined;
  if (details === undefined ? text === "" : details.length === 0) return undefined;
  return {
    type: "reasoning_block",
    text,
    providerData: { [KEY]: { provider, ...(details && { details }) } },
  };
}

/** Returns the field of a message with the reasoning that this kind of server has sent. */
export function returnedReasoning(
  { reasoning = [] }: ModelMessage,
  options: OpenAIModelOptions,
): Fields {
  const { returnReasoning: field } = options;
  const own = reasoning.filter(({ providerData }) => dataOf(providerData, options) !== undefined);
  if (field === undefined || own.length === 0) return {};
  if (field !== "reasoning_details") {
    return { [field]: own.map(({ text }) => text.toWellFormed()).join("") };
  }
  const details = own.flatMap(({ providerData }) => {
    const { details } = dataOf(providerData, options)!;
    return Array.isArray(details) ? details : [];
  });
  return details.length === 0 ? {} : { [field]: details };
}

/** Returns the field of a call with the data that Gemini sends with it, and demands back. */
export function returnedExtra(data: ProviderData | undefined, options: OpenAIModelOptions): Fields {
  const { extra_content } = dataOf(data, options) ?? {};
  return extra_content === undefined ? {} : { extra_content };
}

/** Returns the data of the same provider: others refuse fields that they do not know. */
function dataOf(
  data: ProviderData | undefined,
  { provider = "openai" }: OpenAIModelOptions,
): Fields | undefined {
  const own = data !== undefined && Object.hasOwn(data, KEY) ? data[KEY] : undefined;
  const fields = Object(own) as Fields;
  return fields.provider === provider ? fields : undefined;
}
