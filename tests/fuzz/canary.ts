/** Notices when something of the host is not as it was. */

/** Long enough for a machine that is busy with other things. */
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

/** Remembers how the objects are that everything stands on. */
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
 * Waits for something that has to come.
 *
 * @param promise What is waited for.
 * @param what What it is, for the report.
 * @throws {Error} If it does not come.
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
