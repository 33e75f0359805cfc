/**
 * The tree of a cell: acorn's, which follows ESTree. These names are internal for the documentation, since acorn
 * documents the nodes.
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
