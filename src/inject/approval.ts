/**
 * Calls that a person has to approve.
 *
 * @module
 */

/** Which calls of a function need an approval: all, or those for whose arguments a function returns true. */
// deno-lint-ignore no-explicit-any -- the parameters are those of the function that needs the approval
export type Approval = boolean | ((...args: any[]) => boolean | Promise<boolean>);

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
 * Whether a call of a function needs an approval.
 *
 * @param definition The function.
 * @param args The arguments, checked.
 */
export async function needsApproval(
  { approval }: { readonly approval: Approval | undefined },
  args: readonly unknown[],
): Promise<boolean> {
  return typeof approval === "function" ? await approval(...args) !== false : approval ?? false;
}
