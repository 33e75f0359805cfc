/**
 * The error that stops the code of a cell.
 *
 * @module
 */

import { Error } from "../../rpc/builtins.ts";

/** Thrown into the code of a cell that is stopped. Code that catches it meets the next guard. */
export class CellStoppedError extends Error {
  /** Always `"CellStoppedError"`. */
  override readonly name = "CellStoppedError";
  /** Whether the cell had ended, so that no result of a cell reports that something was stopped. */
  readonly leftover: boolean;

  /** @param leftoverReason The reason, if the cell had ended and this is what it left running. */
  constructor(leftoverReason?: string) {
    super(leftoverReason ?? "The cell was stopped");
    this.leftover = leftoverReason !== undefined;
  }
}
