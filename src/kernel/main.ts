/**
 * Placeholder for the kernel's main module.
 *
 * @module
 */

export {};
