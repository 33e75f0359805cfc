/** Errors of packages of the AI SDK. Their fields identify them: each package may bring its own classes. */

import { headOf } from "../../text/truncate.ts";
import {
  codesOf,
  contextTokensOf,
  type Failure,
  failureIn,
  kindOf,
  retryAfterOf,
} from "../answer/failure.ts";
import { ModelError, type ModelErrorKind } from "../model_error.ts";
import { PartError, type PartReader } from "./_part_reader.ts";

/** Maximum length of the reason in a message: the body of an error can be a whole web page. */
const MAX_REASON_CHARS = 500;

/** Maximum length of a body that is read for codes. */
const MAX_BODY_CHARS = 1_000_000;

/** Texts that look like keys: some servers quote the key that they refuse. */
const KEY = /\b(?:sk|pk|rk|gsk|xai|nvapi|hf|AIza|Bearer)[-_ ]?[A-Za-z0-9_-]{12,}/g;

/** Kinds by the names of errors that are thrown before anything is sent. */
const KINDS: ReadonlyMap<string, ModelErrorKind> = new Map([
  ["AI_LoadAPIKeyError", "auth"],
  ["AI_LoadSettingError", "refused"],
  ["AI_InvalidPromptError", "refused"],
  ["AI_InvalidArgumentError", "refused"],
  ["AI_UnsupportedFunctionalityError", "refused"],
  ["AI_NoSuchModelError", "refused"],
]);

type Fields = Record<string, unknown>;

/**
 * Returns the error for a reply that could not be had.
 *
 * @param thrown The error, as it was thrown.
 * @param options The model, for the message, and what had arrived.
 */
export function modelErrorOf(
  thrown: unknown,
  { name, reader }: { readonly name: string; readonly reader: PartReader },
): ModelError {
  const cause = thrown instanceof PartError ? thrown.reported : thrown;
  const failure = failureOf(cause);
  const text = describe(cause, failure).replaceAll(KEY, "<API key>");
  const cut = reader.pieces > 0 ? "the reply was cut off, " : "";
  return new ModelError(
    `Cannot get a reply from ${name}: ${cut}${headOf(text, MAX_REASON_CHARS)}`,
    {
      kind: reader.begun ? "incomplete" : kindOfError(cause, {
        failure,
        isPart: thrown instanceof PartError,
        isEmpty: reader.pieces > 0,
      }),
      ...(failure?.status === undefined ? {} : { status: failure.status }),
      ...(failure && {
        retryAfterMs: retryAfterOf(failure),
        contextTokens: contextTokensOf(failure),
      }),
      // The errors of the SDK hold the whole request, which must not be printed with them.
      ...(failure === undefined && cause instanceof Error && { cause }),
    },
  );
}

function kindOfError(
  cause: unknown,
  { failure, isPart, isEmpty }: {
    readonly failure: Failure | undefined;
    readonly isPart: boolean;
    readonly isEmpty: boolean;
  },
): ModelErrorKind {
  const { name, isRetryable } = record(cause);
  const known = typeof name === "string" ? KINDS.get(name) : undefined;
  if (known !== undefined) return known;
  if (failure !== undefined) {
    const kind = kindOf(failure);
    if (kind !== "refused") return kind;
    // An error amid an answer that was accepted, in words only: the trouble is the server's.
    if (isPart && failure.status === undefined && failure.codes.length === 0) return "busy";
    if (isRetryable === true) return failure.status === undefined ? "unreachable" : "busy";
    // An accepted request whose answer is not what the protocol demands.
    return (failure.status ?? 400) < 400 ? "empty" : "refused";
  }
  if (cause instanceof TypeError && cause.cause === undefined) return "refused";
  return isPart || isEmpty ? "empty" : "unreachable";
}

/** Returns the failure that a server reports, by its status or inside of its answer. */
function failureOf(cause: unknown): Failure | undefined {
  if (typeof cause === "string") return { message: cause, codes: [] };
  const fields = record(cause);
  const { message, statusCode, responseHeaders, responseBody, isRetryable } = fields;
  if (cause instanceof Error && statusCode === undefined && isRetryable === undefined) {
    return undefined;
  }
  if (typeof statusCode !== "number" && isRetryable === undefined) {
    return failureIn(cause, { isError: true });
  }
  const inside = failureIn(parse(responseBody), { isError: true });
  return {
    message: [message, inside?.message].filter((text, i, all) =>
      typeof text === "string" && text !== "" && all.indexOf(text) === i
    ).join(": "),
    status: typeof statusCode === "number" ? statusCode : undefined,
    codes: inside?.codes ?? codesOf(fields.data),
    headers: headersOf(responseHeaders),
    body: inside?.body,
  };
}

function describe(cause: unknown, failure: Failure | undefined): string {
  const messages = failure === undefined ? [] : [failure.message];
  let error = failure === undefined ? cause : record(cause).cause;
  for (; error instanceof Error && messages.length < 4; error = error.cause) {
    if (!messages.includes(error.message)) messages.push(error.message);
  }
  return messages.filter((text) => text !== "").join(": ") || String(cause);
}

function headersOf(value: unknown): Headers {
  const headers = new Headers();
  for (const [name, text] of Object.entries(record(value))) {
    try {
      if (typeof text === "string") headers.append(name, text);
    } catch {
      // A name that HTTP does not allow, from a package that does not use HTTP.
    }
  }
  return headers;
}

function parse(body: unknown): unknown {
  if (typeof body !== "string" || body.length > MAX_BODY_CHARS) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value[0] : value;
  } catch {
    return undefined;
  }
}

function record(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}
