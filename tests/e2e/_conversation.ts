/** The form of the conversations in this folder. */

/** Cells in the style of a model, run one after another on one kernel, with their expected results. */
export interface Conversation {
  /** The subject. */
  readonly title: string;
  /** Injected variables. @default none */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Injected functions. @default none */
  // deno-lint-ignore no-explicit-any -- parameters are the function's own affair
  readonly functions?: Readonly<Record<string, (...args: any[]) => unknown>>;
  /** The cells. */
  readonly cells: readonly ExpectedCell[];
}

/** A cell with its expected result. Properties that are left out have to be absent. */
export interface ExpectedCell {
  /** The source of the cell. */
  readonly source: string;
  /** The text of its value. */
  readonly value?: string;
  /** The output, of both streams. */
  readonly output?: string;
  /** The part of the output on stderr. */
  readonly stderr?: string;
  /** Output of earlier cells after their end. */
  readonly late?: string;
  /** Host calls, and how they ended. */
  readonly calls?: readonly string[];
  /** The thrown error, and the places on its stack, as `cell-1.ts:2:3`. */
  readonly error?: { readonly name: string; readonly message: string; readonly at: string };
  /** The names that changed. */
  readonly changed?: string;
}
