/**
 * Placeholder for the scripted model server.
 *
 * @module
 */

export {};
