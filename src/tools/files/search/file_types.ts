/** Types of files by their extensions. */

/** The extensions of types that a search can be limited to. */
export const FILE_TYPES: Readonly<Record<string, readonly string[]>> = {
  c: ["c", "h"],
  cpp: ["cpp", "cc", "cxx", "hpp", "hh", "h"],
  cs: ["cs"],
  css: ["css", "scss", "sass", "less"],
  go: ["go"],
  html: ["html", "htm"],
  java: ["java"],
  js: ["js", "mjs", "cjs", "jsx"],
  json: ["json", "jsonc", "json5"],
  kotlin: ["kt", "kts"],
  lua: ["lua"],
  md: ["md", "mdx", "markdown"],
  php: ["php"],
  py: ["py", "pyi"],
  ruby: ["rb"],
  rust: ["rs"],
  shell: ["sh", "bash", "zsh"],
  sql: ["sql"],
  swift: ["swift"],
  toml: ["toml"],
  ts: ["ts", "mts", "cts", "tsx"],
  txt: ["txt"],
  vue: ["vue"],
  xml: ["xml", "svg"],
  yaml: ["yaml", "yml"],
};

const BINARY =
  /\.(?:png|jpe?g|gif|webp|bmp|ico|pdf|zip|gz|tgz|bz2|xz|7z|rar|jar|class|so|dylib|dll|exe|o|a|wasm|woff2?|ttf|otf|mp[34]|mov|avi|webm|ogg|flac|wav|sqlite|db|pyc)$/i;

/** Returns the extensions of a type. */
export function extensionsOf(type: string): readonly string[] {
  if (Object.hasOwn(FILE_TYPES, type)) return FILE_TYPES[type]!;
  throw new RangeError(
    `Cannot search files of the type ${JSON.stringify(type)}: the types are ${
      Object.keys(FILE_TYPES).join(", ")
    }`,
  );
}

/** Returns whether a file is not text, by its name. */
export function isBinaryName(path: string): boolean {
  return BINARY.test(path);
}
