/** What `deno doc` says of a module, and of those modules whose names it uses. */

import type { DocDeclaration, DocModule } from "./_doc_nodes.ts";

/** A name of a module, where it is declared. */
export interface Found {
  /** The URL of the module. */
  readonly url: string;
  readonly name: string;
  readonly declarations: readonly DocDeclaration[];
}

/** Re-exports that are followed, one after the other. */
const MAX_HOPS = 20;

/** Modules whose documentation has been read. */
export class ModuleDocs {
  readonly #command: string;
  readonly #modules = new Map<string, DocModule>();
  /** Modules that were asked for and have not been read. */
  readonly #wanted = new Set<string>();

  /** @param command The Deno executable. */
  constructor(command: string) {
    this.#command = command;
  }

  /** Whether a name was asked for of a module that has not been read. */
  get isComplete(): boolean {
    return this.#wanted.size === 0;
  }

  /**
   * Reads a module.
   *
   * @param url Its URL.
   * @throws {Error} If `deno doc` cannot read it.
   */
  async read(url: string): Promise<void> {
    const nodes = await this.#run([url]);
    const module = nodes[url] ?? Object.values(nodes)[0];
    if (module === undefined) throw new Error(`deno doc says nothing of ${url}`);
    this.#modules.set(url, module);
  }

  /** Reads the modules that were asked for. One that cannot be read has no names. */
  async readWanted(): Promise<void> {
    const urls = [...this.#wanted];
    this.#wanted.clear();
    for (const url of urls) this.#modules.set(url, {});
    const nodes = await this.#run(urls).catch((): Record<string, DocModule> => ({}));
    for (const url of urls) if (nodes[url]) this.#modules.set(url, nodes[url]);
  }

  /** The names that a module exports. */
  exports(url: string): Found[] {
    return (this.#modules.get(url)?.symbols ?? []).flatMap(({ name, declarations = [] }) => {
      const exported = declarations.filter((item) => item.declarationKind === "export");
      // What is exported again is described as it is where it comes from.
      const from = exported[0]?.location.filename;
      return from === undefined ? [] : [{ url: from, name, declarations: exported }];
    });
  }

  /** Finds what a name stands for in a module, wherever it is declared. */
  find(url: string, name: string): Found | undefined {
    let place = { url, name };
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const module = this.#module(place.url);
      if (module === undefined) return undefined;
      const symbol = module.symbols?.find((symbol) => symbol.name === place.name);
      const declarations = symbol?.declarations ?? [];
      if (declarations.length > 0) {
        const from = declarations[0]!.location.filename;
        return { url: from, name: place.name, declarations };
      }
      const [head, ...rest] = place.name.split(".");
      const imported = module.imports?.find(({ importedName }) => importedName === head);
      const target = [...imported?.originalName ? [imported.originalName] : [], ...rest].join(".");
      if (imported === undefined || target === "") return undefined;
      place = { url: imported.src, name: target };
    }
    return undefined;
  }

  #module(url: string): DocModule | undefined {
    const module = this.#modules.get(url);
    // Packages have types of their own, which lead to others without end.
    if (module === undefined && !/\.d\.[cm]?ts$/.test(url)) this.#wanted.add(url);
    return module;
  }

  async #run(urls: readonly string[]): Promise<Record<string, DocModule>> {
    const { success, stdout, stderr } = await new Deno.Command(this.#command, {
      args: ["doc", "--json", "--private", "--quiet", "--no-lock", ...urls],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (!success) {
      const lines = new TextDecoder().decode(stderr).trim().split("\n");
      throw new Error(lines.find((line) => line.startsWith("error:")) ?? lines[0] ?? "no reason");
    }
    const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
      nodes?: Record<string, DocModule>;
    };
    return nodes ?? {};
  }
}
