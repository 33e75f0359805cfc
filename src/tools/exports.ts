/**
 * Tools.
 *
 * @module
 */

export {};
