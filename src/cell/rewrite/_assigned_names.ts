/** The names to which a cell assigns, by its text: the kernel looks at these to tell which ones the cell has changed. */

/** The names of the global object. Code that has it can assign to any name. */
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set([
  "globalThis",
  "self",
  "window",
  "global",
  "frames",
  "parent",
  "top",
]);

/** The names to which a cell assigns. Some may be local: that is no harm. */
export class AssignedNames {
  /** The names. */
  readonly now: Set<string> = new Set();
  /** Those to which functions assign, which may run later. */
  readonly later: Set<string> = new Set();
  /** Whether the cell may assign to any name. */
  any = false;

  /** Adds a name. */
  add(name: string, { isLater }: { readonly isLater: boolean }): void {
    this.now.add(name);
    if (isLater) this.later.add(name);
  }

  /** Records that the cell refers to a name. */
  refer(name: string): void {
    if (GLOBAL_OBJECTS.has(name)) this.any = true;
  }
}
