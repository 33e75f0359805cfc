/**
 * Times of the parts of a step.
 *
 * @module
 */

/** The time that calls have taken, and their number. */
export interface Times {
  ms: number;
  calls: number;
}

/** The parts of a step. */
export type Parts = Record<string, Times>;

/**
 * Returns an object whose methods are timed under a name.
 *
 * @param target The object.
 * @param options The times to add to, and the part of each method; those without one are not timed.
 */
export function timed<T extends object>(
  target: T,
  { parts, part }: { readonly parts: Parts; readonly part: (method: string) => string | undefined },
): T {
  return new Proxy(target, {
    get(_, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      const label = typeof name === "string" ? part(name) : undefined;
      if (label === undefined) return member.bind(target);
      return (...args: unknown[]) => {
        const began = performance.now();
        const result = member.apply(target, args);
        const add = () => {
          const times = parts[label] ??= { ms: 0, calls: 0 };
          times.ms += performance.now() - began;
          times.calls++;
        };
        if (result instanceof Promise) result.then(add, add);
        else add();
        return result;
      };
    },
  });
}
