/**
 * The tree of a cell: acorn's, which is ESTree's. These names stand in no documentation, since their parts are acorn's to
 * document.
 *
 * @module
 */

/**
 * A node of the tree of a cell, for example of the type `CallExpression`.
 *
 * @internal
 */
export type CellNode = import("acorn").AnyNode;

/**
 * The whole tree of a cell.
 *
 * @internal
 */
export type CellProgram = import("acorn").Program;
