/**
 * Placeholder for the command line.
 *
 * @module
 */

export {};
