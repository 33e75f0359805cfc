/** Changes of injections while a kernel may be running: the record of the host and the kernel stay in step. */

import { Mutex } from "../async/mutex.ts";
import type { Kernel } from "../host/kernel.ts";
import type { KernelKeeper } from "../host/kernel_keeper.ts";
import { hasName, type InjectOptions } from "../inject/injections.ts";
import type { KernelModule } from "../inject/kernel_module.ts";
import { bindingsOf, type Injected } from "./injected.ts";

/** Options of {@linkcode LiveInjections}. */
export interface LiveInjectionOptions {
  /** Throws if a module breaks the rules for cells. */
  readonly checkModule: (module: KernelModule) => void;
}

/** Injects and updates names, one change after another, but not in the turn of cells, which may wait for a change. */
export class LiveInjections {
  readonly #injected: Injected;
  readonly #keeper: KernelKeeper;
  readonly #checkModule: LiveInjectionOptions["checkModule"];
  readonly #changes = new Mutex();

  /**
   * @param injected The record of the host.
   * @param keeper The kernel, if there is one.
   * @param options The check of modules.
   */
  constructor(injected: Injected, keeper: KernelKeeper, { checkModule }: LiveInjectionOptions) {
    this.#injected = injected;
    this.#keeper = keeper;
    this.#checkModule = checkModule;
  }

  /**
   * Runs an action during which no injection changes, such as the replacement of the kernel.
   *
   * @param action The action.
   */
  exclusive<T>(action: () => Promise<T>): Promise<T> {
    return this.#changes.run(action);
  }

  /**
   * Injects everything into a kernel that starts. A module that fails there, as it did not before, is ejected: without its
   * names there is still a kernel.
   *
   * @param kernel The kernel.
   * @param restored Names that a snapshot brings back.
   */
  async begin(kernel: Kernel, restored: ReadonlySet<string>): Promise<void> {
    const { modules, ...others } = this.#injected.definitions(restored);
    await kernel.define(others);
    for (const entries of Map.groupBy(modules ?? [], ([, module]) => module).values()) {
      try {
        await kernel.define({ modules: new Map(entries) });
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        this.#injected.remove(entries.map(([name]) => name));
      }
    }
  }

  /**
   * Injects further names.
   *
   * @param given The records of the host.
   * @throws {TypeError} If something cannot be injected; nothing is injected then.
   */
  async inject(given: InjectOptions): Promise<void> {
    const injections = this.#injected.check(given);
    const { variables, functions, types, modules } = injections;
    for (const module of new Set(modules.values())) this.#checkModule(module);
    // A kernel that does not exist yet gets them with all the others when it starts. Of modules, one that fails has to show.
    const kernel = await (modules.size > 0 ? this.#keeper.kernel() : this.#keeper.current);
    const values = bindingsOf(variables);
    this.#injected.keepSecrets(variables);
    const names = [variables, functions, types, modules].flatMap((map) => [...map.keys()]);
    try {
      await kernel?.define({ types, values, functions: functions.keys(), modules });
    } catch (error) {
      // The other names are there when a module fails.
      if (modules.size > 0) await kernel?.remove(names).catch(() => {});
      throw error;
    }
    this.#keeper.defined(names);
    this.#injected.add(injections);
    // They come with the function that is one too many, and give way to names of the host.
    const finders = this.#injected.finderNames;
    if (finders.length > 0) await kernel?.define({ functions: finders });
  }

  /**
   * Takes names away, from cells as well.
   *
   * @param given The names. Those that are not injected are ignored.
   */
  async eject(given: readonly string[]): Promise<void> {
    const names = given.filter((name) => hasName(this.#injected.all, name));
    if (names.length === 0) return;
    const before = this.#injected.finderNames;
    this.#injected.remove(names);
    const after = this.#injected.finderNames;
    // An older checkpoint must not bring them back.
    this.#keeper.defined(names);
    const kernel = await this.#keeper.current;
    await kernel?.remove([...names, ...before.filter((name) => !after.includes(name))]);
    const finders = after.filter((name) => !before.includes(name));
    if (finders.length > 0) await kernel?.define({ functions: finders });
  }

  /**
   * Gives a variable another value.
   *
   * @param name The name.
   * @param value The value.
   * @throws {RangeError} If there is no such variable; {TypeError} if the value has another type, or cannot cross.
   */
  async update(name: string, value: unknown): Promise<void> {
    const task = `update ${JSON.stringify(name)}`;
    const variable = this.#injected.variable(name);
    if (variable === undefined) {
      const known = [...this.#injected.all.variables.keys()].join(", ");
      throw new RangeError(`Cannot ${task}: the injected variables are ${known || "none"}`);
    }
    const before = kindOf(variable.definition.value);
    const after = kindOf(value);
    if (before !== after) throw new TypeError(`Cannot ${task}: it is ${before}, not ${after}`);
    const updated = this.#injected.withValue(name, value);
    const kernel = await this.#keeper.current;
    this.#injected.keepSecrets(new Map([[name, updated]]));
    await kernel?.define({ values: bindingsOf(new Map([[name, updated]])) });
    this.#keeper.defined([name]);
    this.#injected.update(name, updated);
  }
}

/** Returns the kind of a value in words: all values of one kind can take each other's place. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return `a ${typeof value}`;
  const { constructor } = value;
  return typeof constructor === "function" ? `an instance of ${constructor.name}` : "an object";
}
