/**
 * The kernel: the program inside the subprocess. It is started by a runtime, speaks JSON-RPC on stdin and stdout, and
 * ends when either is closed. Not for use by hand.
 *
 * @module
 */

export {};
