/**
 * Calls that a person has to approve.
 *
 * @module
 */

/**
 * Which calls of a function need an approval: all, or those for whose arguments a function returns true or a text. With a
 * text, a decision that is remembered holds only for calls with the same text.
 */
// deno-lint-ignore no-explicit-any -- the parameters are those of the function that needs the approval
export type Approval = boolean | ((...args: any[]) => boolean | string | Promise<boolean | string>);

/** Thrown into a cell whose call was not approved. */
export class CallRefusedError extends Error {
  /** Always `"CallRefusedError"`. */
  override readonly name = "CallRefusedError";
  /** The reason of the person, if there is one. */
  readonly reason: string | undefined;

  /**
   * Creates an error.
   *
   * @param name The name of the function.
   * @param reason The reason of the person.
   */
  constructor(name: string, reason?: string) {
    super(
      `Cannot call ${name}: the call was refused${
        reason === undefined ? "" : `, ${JSON.stringify(reason)}`
      }`,
    );
    this.reason = reason;
  }
}

/**
 * Whether a call of a function needs an approval: a text says for which calls a decision can be remembered.
 *
 * @param definition The function.
 * @param args The arguments, checked.
 */
export async function needsApproval(
  { approval }: { readonly approval: Approval | undefined },
  args: readonly unknown[],
): Promise<boolean | string> {
  if (typeof approval !== "function") return approval ?? false;
  const need = await approval(...args);
  return typeof need === "string" ? need : need !== false;
}

/** Returns for which calls a decision can be remembered; `undefined` for all calls of the function. */
export function sortOf(need: unknown): string | undefined {
  return typeof need === "string" ? need : undefined;
}
