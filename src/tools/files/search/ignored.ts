/** Directories of dependencies and caches, which listings and searches name without looking into them. */

/** Names that mean the same at any place. */
const ANYWHERE: ReadonlySet<string> = new Set([
  ...[".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".pytest_cache"],
  ...[".mypy_cache", ".ruff_cache", ".tox", ".idea", ".vscode", ".next", ".nuxt", ".cache"],
  ...[".gradle", ".terraform", ".turbo", ".parcel-cache"],
]);

/** Names that mean this at the root, and may be sources elsewhere. */
const AT_ROOT: ReadonlySet<string> = new Set(["dist", "build", "target", "vendor", "coverage"]);

/** Returns whether a directory is one of them. */
export function isIgnored(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return ANYWHERE.has(name) || AT_ROOT.has(path);
}

/** Returns whether a path, or a directory on the way to it, is hidden. */
export function isHidden(path: string): boolean {
  return path !== "." && path.split("/").some((name) => name.startsWith("."));
}
