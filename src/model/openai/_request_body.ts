/** Requests in the format of OpenAI. */

import type { ModelAttachment, ModelMessage, ModelParameters, ToolSpec } from "../model.ts";
import { returnedExtra, returnedReasoning } from "./_returned_reasoning.ts";
import { openAIBaseUrl, type OpenAIModelOptions, type OpenAISettings } from "./openai_options.ts";

/** The parts of a request. */
export interface RequestParts {
  messages: readonly ModelMessage[];
  parameters?: ModelParameters | undefined;
  tools?: readonly ToolSpec[] | undefined;
}

/** Returns the body of a request. */
export function requestBody(
  options: OpenAIModelOptions,
  settings: OpenAISettings,
  { messages, parameters, tools = [] }: RequestParts,
): Record<string, unknown> {
  const { systemRole = "system" } = options;
  return {
    ...(options.reportUsage ?? true ? { stream_options: { include_usage: true } } : {}),
    ...parametersOf(options.parameters, settings),
    ...options.extraParameters,
    ...parametersOf(parameters, settings),
    ...(tools.length === 0 ? {} : {
      tools: tools.map((tool) => ({ type: "function", function: { ...tool } })),
    }),
    model: settings.model,
    messages: (systemRole === "user" ? withoutSystem(messages) : messages)
      .map((message) => ({
        ...toWire(message, options),
        ...returnedReasoning(message, options),
      })),
    stream: true,
  };
}

function parametersOf(
  { temperature, effort, stop, maxOutputTokens }: ModelParameters = {},
  { baseUrl }: OpenAISettings,
): Record<string, unknown> {
  // OpenAI has renamed the limit, and its newer models refuse the name that all others know.
  const limit = baseUrl === openAIBaseUrl ? "max_completion_tokens" : "max_tokens";
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
    ...(maxOutputTokens === undefined ? {} : { [limit]: maxOutputTokens }),
  };
}

/** Puts the system messages in front of the first message of the user. */
function withoutSystem(messages: readonly ModelMessage[]): ModelMessage[] {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const rest = messages.filter(({ role }) => role !== "system");
  if (system.length === 0) return rest;
  const [first, ...others] = rest;
  if (first?.role !== "user") return [{ role: "user", content: system.join("\n\n") }, ...rest];
  return [{ ...first, content: [...system, first.content].join("\n\n") }, ...others];
}

function toWire(message: ModelMessage, options: OpenAIModelOptions): Record<string, unknown> {
  const { systemRole = "system" } = options;
  const { role, attachments = [], toolCalls = [], toolCallId } = message;
  // Half of a surrogate pair is refused by strict servers, and for ever, as it is part of the history.
  const content = message.content.toWellFormed();
  if (role === "system") return { role: systemRole, content };
  if (role === "tool") return { role, tool_call_id: toolCallId, content };
  if (toolCalls.length > 0) {
    return {
      role,
      content: content === "" ? null : content,
      tool_calls: toolCalls.map(({ id, name, arguments: args, providerData }) => ({
        id,
        type: "function",
        function: { name, arguments: args },
        ...returnedExtra(providerData, options),
      })),
    };
  }
  if (attachments.length === 0) return { role, content };
  return { role, content: [{ type: "text", text: content }, ...attachments.map(attachmentPart)] };
}

function attachmentPart({ mediaType, bytes, name }: ModelAttachment): Record<string, unknown> {
  if (mediaType.startsWith("text/")) {
    return { type: "text", text: new TextDecoder().decode(bytes) };
  }
  const url = `data:${mediaType};base64,${bytes.toBase64()}`;
  return mediaType.startsWith("image/")
    ? { type: "image_url", image_url: { url } }
    : { type: "file", file: { filename: name ?? "file", file_data: url } };
}
