/**
 * A cell that cannot be compiled.
 *
 * @module
 */

import type { Position } from "../syntax/position.ts";

/** The text of a cell is not what a cell may be; nothing was executed. */
export class CellSyntaxError extends SyntaxError {
  /** Always `"SyntaxError"`: that is what it is for the model. */
  override readonly name = "SyntaxError";
  /** Where, in the model's own text. */
  readonly position: Position;

  /**
   * @param message What is wrong, without the place.
   * @param position Where it is wrong.
   * @param options The `cause`, if there is one.
   */
  constructor(message: string, position: Position, options?: ErrorOptions) {
    super(message, options);
    this.position = position;
  }
}
