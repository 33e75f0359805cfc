/**
 * Modules as cells that evaluate them in a kernel.
 *
 * @module
 */

import { compileCell } from "../cell/compile_cell.ts";
import type { KernelModule } from "../inject/kernel_module.ts";
import type { ModuleParams } from "../rpc/protocol.ts";

/** The cell number of code that belongs to no cell. */
const NO_CELL = 0;

/** A module, compiled. */
export interface ModuleCell {
  /** The name of the module, for errors. */
  readonly name: string;
  /** Parameters of the `module` request. */
  readonly params: ModuleParams;
}

/**
 * Compiles modules.
 *
 * @param modules The modules by the names of their exports. @default none
 */
export function moduleCells(modules: ReadonlyMap<string, KernelModule> = new Map()): ModuleCell[] {
  const exports = Map.groupBy(modules, ([, module]) => module);
  return [...exports].map(([module, entries]) => {
    const { code, helper, map } = compileCell(module.cell);
    const names = entries.map(([name]) => name);
    return {
      name: module.name,
      params: { cell: NO_CELL, code, helper, map: [...map], names },
    };
  });
}
