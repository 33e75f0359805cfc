/**
 * Errors that nobody waits for, which would end the process.
 *
 * @module
 */

/**
 * Reports errors of timers and of promises without an owner, in place of ending the process. Drivers of databases throw such errors
 * when a server goes away in the middle of a write; what matters in a worker is protected by the store.
 *
 * @param report Receives the errors.
 * @returns Ends it.
 */
export function surviveStrayErrors(report: (error: unknown) => void): Disposable {
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    report(event.error);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    report(event.reason);
  };
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("error", onError);
      globalThis.removeEventListener("unhandledrejection", onRejection);
    },
  };
}
