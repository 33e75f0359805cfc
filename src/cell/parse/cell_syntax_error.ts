/**
 * The error for a cell that cannot be compiled.
 *
 * @module
 */

import type { Position } from "../../syntax/position.ts";

/** Thrown when the text of a cell is not valid, or uses syntax that cells may not use. Nothing was executed. */
export class CellSyntaxError extends SyntaxError {
  /** Always `"SyntaxError"`, as the model knows it. */
  override readonly name = "SyntaxError";
  /** The place of the error in the model's own text. */
  readonly position: Position;

  /**
   * @param message A description of the error, without its place.
   * @param position The place of the error.
   * @param options The `cause`, if there is one.
   */
  constructor(message: string, position: Position, options?: ErrorOptions) {
    super(message, options);
    this.position = position;
  }
}
