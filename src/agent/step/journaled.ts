/**
 * Calls of the host between two entries of the journal.
 *
 * @module
 */

import type { Effects } from "../../inject/effect.ts";
import { plainValue } from "../people/plain_value.ts";
import type { CallOutcome, RunJournal } from "../record/journal.ts";
import { JournalError } from "../record/journal_error.ts";
import { MiddlewareError } from "./middleware.ts";
import type { StepDeps } from "./step_deps.ts";

/** A call to make. */
export interface CallToJournal<T> extends Effects {
  /** The name of the function or member. */
  readonly name: string;
  /** The arguments. */
  readonly args: readonly unknown[];
  /** The request by which a person has approved the call. @default none */
  readonly approval?: string | undefined;
  /** Makes the call; calls `confirm` right before the function of the host. */
  readonly make: (confirm: () => void) => Promise<T>;
}

/**
 * Makes a call of the host; the journal has it before it begins, and its end before the cell goes on.
 *
 * @param deps The journal, and the runtime, which knows secrets.
 * @param call The call, and the function that makes it.
 * @throws {JournalError} If the journal fails; otherwise the error of the call.
 */
export async function journaled<T>(
  { journal, runtime }: Pick<StepDeps, "journal" | "runtime">,
  { name, args, effect, idempotent, approval, make }: CallToJournal<T>,
): Promise<T> {
  const isRecorded = approval !== undefined || effect === "write" && !idempotent;
  if (journal === undefined || !isRecorded) return await make(() => {});
  const id = crypto.randomUUID();
  const redact = redactOf({ runtime });
  const plain = redact(args.map((arg) => plainValue(arg)));
  await kept(journal.call({ id, name, args: plain, effect, idempotent, approval }));
  const end = (outcome: CallOutcome) => kept(journal.callEnd(id, redact(outcome)));
  let result: T;
  try {
    result = await make(() => confirm(journal));
  } catch (error) {
    // Middleware that fails says nothing on the call within.
    if (!(error instanceof MiddlewareError)) {
      await end({ status: "error", content: plainError(error) });
    }
    throw error;
  }
  await end({ status: "ok", content: plainValue(result) ?? null });
  return result;
}

function confirm(journal: RunJournal): void {
  try {
    journal.confirm?.();
  } catch (error) {
    throw new JournalError(error);
  }
}

function plainError(error: unknown): unknown {
  return error instanceof Error ? plainValue(`${error.name}: ${error.message}`) : plainValue(error);
}

/** Waits for a journal, and marks its error. */
export async function kept(keeping: Promise<void> | undefined): Promise<void> {
  try {
    await keeping;
  } catch (error) {
    throw new JournalError(error);
  }
}

/**
 * Returns a function that takes secrets out of plain data.
 *
 * @param deps The runtime, which knows them.
 */
export function redactOf({ runtime }: Pick<StepDeps, "runtime">): <T>(value: T) => T {
  return (value) => runtime.redact === undefined ? value : runtime.redact(value);
}
