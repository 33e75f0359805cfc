/** The documentation of a module, and of the modules whose names it uses. */

import type { DocDeclaration, DocModule } from "./_doc_nodes.ts";

/** A name, with the module that declares it. */
export interface Found {
  /** The URL of the module. */
  readonly url: string;
  readonly name: string;
  readonly declarations: readonly DocDeclaration[];
}

/** Maximum number of re-exports to follow for one name. */
const MAX_HOPS = 20;

/** The documentation of modules that have been read. */
export class ModuleDocs {
  readonly #command: string;
  readonly #modules = new Map<string, DocModule>();
  /** Modules whose documentation was requested and has not been read. */
  readonly #wanted = new Set<string>();

  /** @param command The Deno executable. */
  constructor(command: string) {
    this.#command = command;
  }

  /** Whether no requested module remains to be read. */
  get isComplete(): boolean {
    return this.#wanted.size === 0;
  }

  /**
   * Reads the documentation of a module.
   *
   * @param url The URL of the module.
   * @throws {Error} If `deno doc` cannot read it.
   */
  async read(url: string): Promise<void> {
    const nodes = await this.#run([url]);
    const module = nodes[url] ?? Object.values(nodes)[0];
    if (module === undefined) throw new Error(`deno doc has no entry for ${url}`);
    this.#modules.set(url, module);
  }

  /** Reads the requested modules. One that cannot be read has no names. */
  async readWanted(): Promise<void> {
    const urls = [...this.#wanted];
    this.#wanted.clear();
    for (const url of urls) this.#modules.set(url, {});
    const nodes = await this.#run(urls).catch((): Record<string, DocModule> => ({}));
    for (const url of urls) if (nodes[url]) this.#modules.set(url, nodes[url]);
  }

  /** Returns the names that a module exports. */
  exports(url: string): Found[] {
    return (this.#modules.get(url)?.symbols ?? []).flatMap(({ name, declarations = [] }) => {
      const exported = declarations.filter((item) => item.declarationKind === "export");
      // A re-exported name is described in its original module.
      const from = exported[0]?.location.filename;
      return from === undefined ? [] : [{ url: from, name, declarations: exported }];
    });
  }

  /** Finds the declaration of a name that a module uses. */
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
    // Types of packages are not followed, as they lead to further packages without end.
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
