/** What the conversations in this folder consist of. */

/** Cells as a model writes them, one after another on one kernel, and what has to come of each. */
export interface Conversation {
  /** What it is about. */
  readonly title: string;
  /** Injected variables. @default none */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Injected functions. @default none */
  // deno-lint-ignore no-explicit-any -- parameters are the function's own affair
  readonly functions?: Readonly<Record<string, (...args: any[]) => unknown>>;
  /** The cells. */
  readonly cells: readonly ExpectedCell[];
}

/** One cell. What is left out has to be absent. */
export interface ExpectedCell {
  /** The cell. */
  readonly source: string;
  /** The text of its value. */
  readonly value?: string;
  /** Both streams. */
  readonly output?: string;
  /** What of the output went to stderr. */
  readonly stderr?: string;
  /** What earlier cells printed after their end. */
  readonly late?: string;
  /** Host calls and how they ended. */
  readonly calls?: readonly string[];
  /** What it threw, and the places on the stack, as `cell-1.ts:2:3`. */
  readonly error?: { readonly name: string; readonly message: string; readonly at: string };
  /** The names that changed. */
  readonly changed?: string;
}
