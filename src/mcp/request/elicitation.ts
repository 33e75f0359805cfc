/**
 * Questions of servers to the user, with a form for the answer.
 *
 * @module
 */

import { headOf } from "../../text/truncate.ts";

/** A question of a server. */
export interface ElicitationRequest {
  /** The name of the server. */
  readonly server: string;
  /** The question. */
  readonly message: string;
  /** JSON Schema of the answer: an object of texts, numbers, booleans and choices. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Aborts when the server waits no longer. */
  readonly signal: AbortSignal;
}

/** The answer of the user. */
export interface ElicitationAnswer {
  /** Whether the user gives what was asked, refuses it, or has not decided. */
  readonly action: "accept" | "decline" | "cancel";
  /** The content of the form. @default none */
  readonly content?: Record<string, string | number | boolean | string[]> | undefined;
}

/** The part of a question that people see: the argument of the call that they approve. */
export interface ElicitationForm {
  /** The name of the server. */
  readonly server: string;
  /** The question. */
  readonly message: string;
  /** The fields: their types, descriptions and choices. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The answer, with the defaults of the fields. A person who approves can change it. */
  readonly content: Record<string, unknown>;
}

/** Characters of a question. */
const MAX_MESSAGE_CHARS = 2_000;

/** Fields of a form. */
const MAX_FIELDS = 50;

/**
 * Makes the form for a question.
 *
 * @param request The question.
 */
export function formOf({ server, message, schema }: ElicitationRequest): ElicitationForm {
  const fields = fieldsOf(schema);
  const content: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const { default: value } = field as { default?: unknown };
    if (value !== undefined) content[name] = value;
  }
  return { server, message: headOf(message, MAX_MESSAGE_CHARS), fields, content };
}

/**
 * Checks the answer that a person has approved against the fields of the question.
 *
 * @param content The answer.
 * @param request The question.
 * @returns The answer.
 * @throws {TypeError} If a field is missing, unknown, or of another type.
 */
export function checkAnswer(
  content: unknown,
  { server, schema }: Pick<ElicitationRequest, "server" | "schema">,
): NonNullable<ElicitationAnswer["content"]> {
  const fail = (reason: string) =>
    new TypeError(`Cannot answer the question of the MCP server ${server}: ${reason}`);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw fail("the content is not an object");
  }
  const fields = fieldsOf(schema);
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const name of required) {
    if (typeof name === "string" && !Object.hasOwn(content, name)) {
      throw fail(`${name} is missing; approve the call with an input that has it`);
    }
  }
  for (const [name, value] of Object.entries(content)) {
    if (!Object.hasOwn(fields, name)) throw fail(`there is no field ${JSON.stringify(name)}`);
    const { type } = fields[name] as { type?: unknown };
    const kind = Array.isArray(value) ? "array" : typeof value;
    const fits = type === undefined || type === kind ||
      type === "integer" && Number.isInteger(value);
    if (!fits) throw fail(`${name} is of the type ${kind} and not ${String(type)}`);
  }
  return content as NonNullable<ElicitationAnswer["content"]>;
}

function fieldsOf({ properties }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof properties !== "object" || properties === null) return {};
  return Object.fromEntries(
    Object.entries(properties).filter(([, field]) => typeof field === "object" && field !== null)
      .slice(0, MAX_FIELDS),
  );
}
