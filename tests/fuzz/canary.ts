/** Checks that detect changes to the host. */

/** Long enough for a busy machine. */
const PATIENCE_MS = 20_000;

const WATCHED: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  Promise.prototype,
  Error.prototype,
  Map.prototype,
  globalThis,
];

/** Records the state of the objects on which everything depends. */
export class Canary {
  readonly #before = describe();

  /** @throws {Error} If one of them has changed. */
  assertAlive(): void {
    const after = describe();
    const changed = this.#before.findIndex((one, i) => one !== after[i]);
    if (changed >= 0) throw new Error(`A built-in has changed: ${after[changed]}`);
  }
}

function describe(): string[] {
  return WATCHED.map((object) => Reflect.ownKeys(object).map(String).join());
}

/**
 * Waits for a promise that has to settle.
 *
 * @param promise The promise.
 * @param what A description of it, for the report.
 * @throws {Error} If it does not settle in time.
 */
export async function assertSettles<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: hung, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`It hangs: ${what}`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, hung]);
  } finally {
    clearTimeout(timer);
  }
}
