/**
 * The import graph of the package, as Deno sees it.
 *
 * @module
 */

import project from "../deno.json" with { type: "json" };

/** The modules that each module imports, as paths relative to the root of the repository. */
export type ImportGraph = Map<string, Set<string>>;

interface ModuleInfo {
  specifier: string;
  dependencies?: { code?: { specifier?: string }; type?: { specifier?: string } }[];
}

const ROOT = new URL("../", import.meta.url);
const LINKS = new URL("tests/links/", ROOT).href;

/**
 * Reads the graph of everything under `src/` and of all entry points, imports of types included.
 * Modules outside of the repository and the stand-ins of `tests/links` are left out.
 */
export async function readImportGraph(): Promise<ImportGraph> {
  const graph: ImportGraph = new Map();
  for (const root of [...Object.values(project.exports), ...sourceFiles("src")]) {
    const path = root.replace(/^\.\//, "");
    if (graph.has(path)) continue;
    for (const { specifier, dependencies = [] } of await readModules(path)) {
      if (!isOurs(specifier)) continue;
      const targets = dependencies.flatMap(({ code, type }) => [code?.specifier, type?.specifier]);
      graph.set(toPath(specifier), new Set(targets.filter(isOurs).map(toPath)));
    }
  }
  return graph;
}

/** Finds a cycle and returns its modules in order, with the first one repeated at the end. */
export function findCycle(graph: ImportGraph): string[] | undefined {
  const done = new Set<string>();
  const trail: string[] = [];
  function visit(module: string): string[] | undefined {
    if (done.has(module)) return undefined;
    const start = trail.indexOf(module);
    if (start >= 0) return [...trail.slice(start), module];
    trail.push(module);
    for (const target of graph.get(module) ?? []) {
      const cycle = visit(target);
      if (cycle) return cycle;
    }
    trail.pop();
    done.add(module);
    return undefined;
  }
  for (const module of graph.keys()) {
    const cycle = visit(module);
    if (cycle) return cycle;
  }
  return undefined;
}

async function readModules(path: string): Promise<ModuleInfo[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--frozen", path],
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot read the imports of ${path}: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout)).modules;
}

function* sourceFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (isDirectory) yield* sourceFiles(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

function isOurs(specifier: string | undefined): specifier is string {
  return specifier?.startsWith(ROOT.href) === true && !specifier.startsWith(LINKS);
}

function toPath(specifier: string): string {
  return specifier.slice(ROOT.href.length);
}
