/** Requests in the shape of the AI SDK. */

import type {
  ModelAttachment,
  ModelMessage,
  ModelParameters,
  ProviderData,
  ToolSpec,
} from "../model.ts";
import { ModelError } from "../model_error.ts";
import type { LanguageModelCall, LanguageModelLike, PromptMessage } from "./language_model.ts";

type Part = Record<string, unknown>;

/** Efforts that version 4 of the specification knows. */
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The parts of a request. */
export interface CallParts {
  messages: readonly ModelMessage[];
  parameters: ModelParameters;
  tools: readonly ToolSpec[];
}

/**
 * Returns a request, without signal, headers and options of the provider.
 *
 * @throws {ModelError} If the effort cannot be expressed.
 */
export function callOf(
  model: LanguageModelLike,
  { messages, parameters, tools }: CallParts,
): LanguageModelCall {
  const { temperature, effort, stop, maxOutputTokens } = parameters;
  return {
    prompt: promptOf(messages, model.specificationVersion),
    ...(maxOutputTokens === undefined || maxOutputTokens === Infinity ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop === undefined ? {} : { stopSequences: [...stop] }),
    ...(effort === undefined ? {} : { reasoning: checkEffort(effort, model) }),
    ...(tools.length === 0 ? {} : {
      tools: tools.map(({ name, description, parameters }) => ({
        type: "function",
        name,
        description,
        inputSchema: parameters,
      })),
      toolChoice: { type: "auto" },
    }),
  };
}

function checkEffort(effort: string, model: LanguageModelLike): string {
  const { specificationVersion: version, modelId } = model;
  if (version === "v4" && EFFORTS.includes(effort)) return effort;
  const reason = version === "v4"
    ? `effort ${JSON.stringify(effort)} is not one of ${EFFORTS.join(", ")}`
    : `models of specification ${version} have no effort; set it in providerOptions`;
  throw new ModelError(`Cannot ask ${modelId}: ${reason}`);
}

/** Converts messages. Answers of tools in a row become one message, as they are for providers. */
function promptOf(messages: readonly ModelMessage[], version: string): PromptMessage[] {
  const prompt: { role: PromptMessage["role"]; content: string | Part[] }[] = [];
  const toolNames = new Map<string, string>();
  for (const message of messages) {
    const { role, toolCalls = [] } = message;
    const content = message.content.toWellFormed();
    for (const { id, name } of toolCalls) toolNames.set(id, name);
    if (role === "system") prompt.push({ role, content });
    else if (role === "user") prompt.push({ role, content: userParts(message, version) });
    else if (role === "assistant") prompt.push({ role, content: assistantParts(message) });
    else {
      const id = message.toolCallId ?? "";
      const result = {
        type: "tool-result",
        toolCallId: id,
        toolName: toolNames.get(id) ?? "unknown",
        output: { type: "text", value: content },
      };
      const last = prompt.at(-1);
      if (last?.role === "tool") (last.content as Part[]).push(result);
      else prompt.push({ role, content: [result] });
    }
  }
  return prompt;
}

function userParts({ content, attachments = [] }: ModelMessage, version: string): Part[] {
  return [...textParts(content), ...attachments.map((file) => filePart(file, version))];
}

/** Servers refuse empty texts. */
function textParts(content: string): Part[] {
  return content.trim() === "" ? [] : [{ type: "text", text: content.toWellFormed() }];
}

function filePart({ mediaType, bytes, name }: ModelAttachment, version: string): Part {
  if (mediaType.startsWith("text/")) {
    return { type: "text", text: new TextDecoder().decode(bytes) };
  }
  return {
    type: "file",
    mediaType,
    data: version === "v4" ? { type: "data", data: bytes } : bytes,
    ...(name === undefined ? {} : { filename: name }),
  };
}

/** Reasoning comes first, as the model wrote it: providers check its signature against what follows. */
function assistantParts({ content, reasoning = [], toolCalls = [] }: ModelMessage): Part[] {
  return [
    ...reasoning.map(({ text, providerData }) => ({
      type: "reasoning",
      text: text.toWellFormed(),
      ...optionsOf(providerData),
    })),
    ...textParts(content),
    ...toolCalls.map(({ id, name, arguments: args, providerData }) => ({
      type: "tool-call",
      toolCallId: id,
      toolName: name,
      input: inputOf(args),
      ...optionsOf(providerData),
    })),
  ];
}

function optionsOf(data: ProviderData | undefined): Part {
  return data === undefined ? {} : { providerOptions: data };
}

/** Returns the arguments of a call. Providers demand an object, and models do not always write one. */
function inputOf(text: string): unknown {
  try {
    const value: unknown = text.trim() === "" ? {} : JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value
      : { arguments: value };
  } catch {
    return { arguments: text.toWellFormed() };
  }
}
