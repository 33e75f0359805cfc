/**
 * Errors of what cells left running: output, and not the end of the process.
 *
 * @module
 */

import { Object, Reflect, TypeError, WeakMap } from "../../rpc/builtins.ts";

const { apply, defineProperty } = Reflect;

/** The part of Deno's core that receives errors which nothing else handles. */
interface ErrorHooks {
  setUnhandledPromiseRejectionHandler?(
    handler: (promise: unknown, reason: unknown) => boolean,
  ): void;
  setReportExceptionCallback?(callback: (error: unknown) => void): void;
}

/**
 * Reports errors that nothing else handles. Call it before `Deno[Deno.internal]` is gone.
 *
 * No events are used: the list of the listeners of the global object is within reach of cells.
 *
 * @param report Receives the thrown value, and the beginning of the report.
 * @throws {TypeError} If this version of Deno has no such hooks.
 */
export function catchLateErrors(report: (thrown: unknown, how: string) => void): void {
  const internals = (Deno as unknown as Record<symbol, { core?: ErrorHooks }>)[
    (Deno as unknown as { internal: symbol }).internal
  ];
  const hooks = internals?.core ?? {};
  if (!hooks.setUnhandledPromiseRejectionHandler || !hooks.setReportExceptionCallback) {
    throw new TypeError(`Cannot catch late errors: Deno ${Deno.version.deno} has no such hooks`);
  }
  hooks.setUnhandledPromiseRejectionHandler((_, reason) => {
    report(reason, "Uncaught (in promise)");
    return true;
  });
  const reportException = (error: unknown) => report(error, "Uncaught");
  hooks.setReportExceptionCallback(reportException);
  Object.defineProperty(globalThis, "reportError", {
    value: (error: unknown) => reportException(error),
    writable: true,
    configurable: true,
  });
  catchListenerErrors(reportException);
}

/** Deno makes an event of what a listener throws, and hands it to whatever stands in the global object as `dispatchEvent`. */
function catchListenerErrors(report: (error: unknown) => void): void {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const known = new WeakMap<object, (event: unknown) => void>();
  const guarded = (listener: unknown): unknown => {
    if (typeof listener !== "function" && typeof listener !== "object" || listener === null) {
      return listener;
    }
    let guard = known.get(listener);
    if (guard === undefined) {
      guard = function (this: unknown, event: unknown): void {
        try {
          if (typeof listener === "function") return apply(listener, this, [event]);
          const { handleEvent } = listener as { handleEvent?: unknown };
          if (typeof handleEvent === "function") apply(handleEvent, listener, [event]);
        } catch (error) {
          report(error);
        }
      };
      known.set(listener, guard);
    }
    return guard;
  };
  const methods = {
    addEventListener(this: EventTarget, type: string, listener: unknown, options?: unknown) {
      return apply(addEventListener, this, [type, guarded(listener), options] as never);
    },
    removeEventListener(this: EventTarget, type: string, listener: unknown, options?: unknown) {
      return apply(removeEventListener, this, [type, guarded(listener), options] as never);
    },
  };
  for (const name of ["addEventListener", "removeEventListener"] as const) {
    defineProperty(EventTarget.prototype, name, {
      value: methods[name],
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}
