/** The types that the exports of a module use. Each is declared once, under a unique name. */

import { classDeclaration, type DocClass, typeDeclaration } from "./_doc_declaration.ts";
import type { DocMembers } from "./_doc_nodes.ts";
import type { TypeScope } from "./_doc_type.ts";
import { isOfLanguage } from "./_language_types.ts";
import type { Found, ModuleDocs } from "./_module_docs.ts";
import { freeTypeName } from "../_value_type.ts";

interface DeclaredType {
  readonly name: string;
  /** The declaration; absent while it is being written, as a type may use itself. */
  text?: string;
  readonly uses: Set<DeclaredType>;
}

/** Maximum number of classes that extend one another. */
const MAX_BASES = 20;

/** Declares types on demand. */
export class ModuleTypes {
  readonly #docs: ModuleDocs;
  /** The names of types that cells have themselves, by place. */
  readonly #shared: ReadonlyMap<string, string>;
  /** The declared types by place; `undefined` for names that are not types. */
  readonly #types = new Map<string, DeclaredType | undefined>();
  readonly #names: Set<string>;

  /**
   * @param docs The documentation of the modules.
   * @param shared The types that cells have themselves, by their names in the kernel.
   */
  constructor(docs: ModuleDocs, shared: ReadonlyMap<string, Found>) {
    this.#docs = docs;
    this.#shared = new Map([...shared].map(([name, found]) => [placeOf(found), name]));
    this.#names = new Set(shared.keys());
  }

  /** Returns whether cells have a type themselves. */
  isShared(found: Found): boolean {
    return this.#shared.has(placeOf(found));
  }

  /**
   * Declares a class that cells have themselves.
   *
   * @param name The name of the class in the kernel.
   * @param found The declaration of the class.
   */
  shared(name: string, found: Found): { declaration: string; typeDeclarations: string[] } {
    const uses = new Set<DeclaredType>();
    const declaration = this.#class(found, { name, uses, isShared: true });
    return { declaration, typeDeclarations: textsOf(uses) };
  }

  /** Returns a scope for the names in a module, and the declarations of the types that were used through it. */
  use(url: string): { scope: TypeScope; declarations: () => string[] } {
    const uses = new Set<DeclaredType>();
    return { scope: this.#scope(url, uses), declarations: () => textsOf(uses) };
  }

  #scope(url: string, uses: Set<DeclaredType>): TypeScope {
    return {
      refer: (name) => {
        const found = this.#docs.find(url, name);
        const type = found && this.#declare(found);
        if (type !== undefined) uses.add(type);
        return type?.name;
      },
    };
  }

  #declare(found: Found): DeclaredType | undefined {
    const place = placeOf(found);
    const sharedName = this.#shared.get(place);
    if (sharedName !== undefined) return { name: sharedName, uses: new Set() };
    if (this.#types.has(place)) return this.#types.get(place);
    const kind = found.declarations.find((item) => TYPES.has(item.kind))?.kind;
    if (kind === undefined) return undefined;
    const plainName = found.name.replaceAll(".", "");
    const name = freeTypeName(plainName, (name) => this.#names.has(name));
    this.#names.add(name);
    const type: DeclaredType = { name, uses: new Set() };
    this.#types.set(place, type);
    const scope = this.#scope(found.url, type.uses);
    const declarations = found.declarations.filter((item) => TYPES.has(item.kind));
    const text = kind === "class"
      ? this.#class(found, { name, uses: type.uses, isShared: false })
      : typeDeclaration(declarations, { name, scope });
    if (text !== undefined) type.text = text;
    return type;
  }

  #class(
    found: Found,
    { name, uses, isShared }: { name: string; uses: Set<DeclaredType>; isShared: boolean },
  ): string {
    const chain = this.#chain(found, uses);
    const parent = baseOf(chain[0]);
    // A reference has only the members that classes of the host declare, and no methods of the language.
    const isBuiltIn = chain.length === 1 && isShared && parent !== undefined &&
      isOfLanguage(parent);
    const base = isBuiltIn ? parent : chain[1] && chain[0].scope.refer(parent!);
    return classDeclaration(chain, { name, base, isShared });
  }

  /** Returns a class and those that it extends, as far as they are known. */
  #chain(found: Found, uses: Set<DeclaredType>): [DocClass, ...DocClass[]] {
    const first = { def: classOf(found)!, scope: this.#scope(found.url, uses) };
    const chain: [DocClass, ...DocClass[]] = [first];
    let place = found;
    for (let i = 0; i < MAX_BASES; i++) {
      const base = baseOf(chain.at(-1)!);
      const next = base === undefined ? undefined : this.#docs.find(place.url, base);
      const def = next && classOf(next);
      if (next === undefined || def === undefined) break;
      chain.push({ def, scope: this.#scope(next.url, uses) });
      place = next;
    }
    return chain;
  }
}

/** Returns the place of a declaration, which is the same for all its re-exports. */
function placeOf({ url, name }: Found): string {
  return `${url}#${name}`;
}

const TYPES: ReadonlySet<string> = new Set(["class", "interface", "typeAlias", "enum"]);

function classOf({ declarations }: Found): DocMembers | undefined {
  return declarations.find(({ kind }) => kind === "class")?.def as DocMembers | undefined;
}

function baseOf({ def }: DocClass): string | undefined {
  return typeof def.extends === "string" ? def.extends : undefined;
}

/** Returns the declarations of types and of the types that they use, in the order of first use. */
function textsOf(uses: ReadonlySet<DeclaredType>): string[] {
  const all = new Set(uses);
  for (const type of all) for (const used of type.uses) all.add(used);
  return [...all].flatMap(({ text }) => text === undefined ? [] : [text]);
}
