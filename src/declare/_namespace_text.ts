/** Declarations of functions that are members of one object. */

const HEAD = /^declare namespace ([\p{ID_Continue}$]+) \{\n/u;

const END = "\n}";

/** Returns a declaration as that of a member of an object. */
export function inNamespace(name: string, text: string): string {
  return `declare namespace ${name} {\n  ${text.replaceAll("\n", "\n  ")}${END}`;
}

/** Joins the declarations of the members of each object, in the place of the first one. */
export function mergeNamespaces(texts: readonly string[]): string[] {
  const merged: string[] = [];
  const places = new Map<string, number>();
  for (const text of texts) {
    const [head = "", name] = HEAD.exec(text) ?? [];
    const place = name === undefined ? undefined : places.get(name);
    if (place !== undefined) {
      merged[place] = merged[place]!.slice(0, -END.length) + `\n${text.slice(head.length)}`;
      continue;
    }
    if (name !== undefined) places.set(name, merged.length);
    merged.push(text);
  }
  return merged;
}
