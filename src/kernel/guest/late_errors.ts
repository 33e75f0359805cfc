/**
 * Errors of what cells left running: output, and not the end of the process.
 *
 * @module
 */

/**
 * Reports errors that nothing else handles.
 *
 * @param report Receives what was thrown, and how the report begins.
 */
export function catchLateErrors(report: (thrown: unknown, how: string) => void): void {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason, "Uncaught (in promise)");
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    report(event.error, "Uncaught");
  });
}
