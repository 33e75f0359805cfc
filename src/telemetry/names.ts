/**
 * The names of spans, attributes and metrics: those of the OpenTelemetry conventions for generative AI, and a few of this
 * package below `cave.`, for which there are no conventions.
 *
 * @module
 */

/** The name of the instrumentation. */
export const SCOPE = "@cave/agent";

/** Values of `gen_ai.operation.name`, which are also the first words of the names of spans. */
export const OPERATIONS = {
  agent: "invoke_agent",
  chat: "chat",
  tool: "execute_tool",
} as const;

/** Attributes of the conventions. */
export const GEN_AI = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  agent: "gen_ai.agent.name",
  conversation: "gen_ai.conversation.id",
  model: "gen_ai.request.model",
  temperature: "gen_ai.request.temperature",
  maxTokens: "gen_ai.request.max_tokens",
  stop: "gen_ai.request.stop_sequences",
  finishReasons: "gen_ai.response.finish_reasons",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  tokenType: "gen_ai.token.type",
  tool: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  errorType: "error.type",
} as const;

/** Attributes with contents, which are set on request only. */
export const CONTENTS = {
  system: "gen_ai.system_instructions",
  input: "gen_ai.input.messages",
  output: "gen_ai.output.messages",
  arguments: "gen_ai.tool.call.arguments",
  result: "gen_ai.tool.call.result",
} as const;

/** Attributes of this package. */
export const CAVE = {
  run: "cave.run.id",
  parentRun: "cave.run.parent",
  status: "cave.run.status",
  steps: "cave.run.steps",
  cost: "cave.run.cost",
  cell: "cave.cell.number",
  cellStatus: "cave.cell.status",
  estimated: "cave.usage.estimated",
  /** The reply was complete for the agent before the model had ended it: its first cell was whole. */
  cutOff: "cave.reply.cut_off",
  attempt: "cave.retry.attempt",
  delayMs: "cave.retry.delay_ms",
  function: "cave.function",
  allow: "cave.approval.allow",
  tokens: "cave.compaction.tokens",
} as const;

/** Names of events on spans. */
export const SPAN_EVENTS = {
  retry: "cave.retry",
  approval_request: "cave.approval_request",
  approval_decision: "cave.approval_decision",
  ask_user: "cave.ask_user",
  answer: "cave.answer",
  steered: "cave.steered",
  compacting: "cave.compacting",
  limit_reached: "cave.limit_reached",
} as const;

/** Metrics of the conventions, with their units. */
export const METRICS = {
  tokens: { name: "gen_ai.client.token.usage", unit: "{token}" },
  duration: { name: "gen_ai.client.operation.duration", unit: "s" },
} as const;

/** Limits of the buckets of the metrics, as the conventions recommend them. */
export const BUCKETS = {
  tokens: [
    1,
    4,
    16,
    64,
    256,
    1024,
    4096,
    16384,
    65536,
    262144,
    1048576,
    4194304,
    16777216,
    67108864,
  ],
  duration: [
    0.01,
    0.02,
    0.04,
    0.08,
    0.16,
    0.32,
    0.64,
    1.28,
    2.56,
    5.12,
    10.24,
    20.48,
    40.96,
    81.92,
  ],
} as const;

/** Names of providers in the conventions, by the first word of their names here. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["google", "gcp.gemini"],
  ["gemini", "gcp.gemini"],
  ["mistral", "mistral_ai"],
  ["xai", "x_ai"],
  ["amazon-bedrock", "aws.bedrock"],
  ["bedrock", "aws.bedrock"],
  ["azure", "azure.ai.openai"],
]);

/**
 * Returns the name of a provider in the conventions.
 *
 * @param provider The name that a model has, such as `anthropic.messages`.
 */
export function providerName(provider: string): string {
  const [first = provider] = provider.split(".");
  return PROVIDERS.get(first) ?? first;
}
