/** Pages as Markdown that a model can read. */

/** Characters of a page that are converted. */
const MAX_HTML_CHARS = 2_000_000;

/** Elements within one another; the converter takes time that grows with the square of it. */
const MAX_DEPTH = 400;

/** Elements that people do not read. */
const UNREAD =
  "script|style|noscript|template|svg|iframe|object|embed|canvas|form|nav|footer|aside|dialog";

/** Elements that have no end, or whose end may be left out. */
const OPEN_ENDED = new Set(
  "area base br col embed hr img input link meta source track wbr p li dt dd td th tr option thead tbody tfoot colgroup html head body"
    .split(" "),
);

/** A page. */
export interface Readable {
  readonly title: string | undefined;
  readonly text: string;
}

interface Converter {
  remove(names: readonly string[]): void;
  turndown(html: string): string;
}

/**
 * Converts a page.
 *
 * @param html The page.
 */
export async function toMarkdown(html: string): Promise<Readable> {
  const cut = html.slice(0, MAX_HTML_CHARS);
  const raw = /<title\b[^>]{0,200}>([^<]{0,1000})/i.exec(cut)?.[1];
  const title = raw === undefined ? undefined : decodeEntities(raw).replaceAll(/\s+/g, " ").trim();
  if (depthOf(cut) > MAX_DEPTH) return { title, text: withoutTags(cut) };
  const { default: Turndown } = await import("turndown") as unknown as {
    default: new (options: object) => Converter;
  };
  const converter = new Turndown({ headingStyle: "atx", codeBlockStyle: "fenced" });
  converter.remove(["title", ...UNREAD.split("|")]);
  let text: string;
  try {
    text = converter.turndown(mainOf(cut));
  } catch (error) {
    // A page that is nested in a way that the estimate has missed.
    if (!(error instanceof RangeError)) throw error;
    text = withoutTags(cut);
  }
  return { title, text: text.replaceAll(/\n{3,}/g, "\n\n").trim() };
}

/** Returns the main part of a page, if it says which one that is. */
function mainOf(html: string): string {
  for (const name of ["main", "article"]) {
    const start = html.search(new RegExp(`<${name}[\\s>]`, "i"));
    const end = start < 0 ? -1 : html.toLowerCase().lastIndexOf(`</${name}>`);
    if (end > start) return html.slice(start, end + name.length + 3);
  }
  return html;
}

function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag, slash, name] of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9-]{0,30})/g)) {
    if (OPEN_ENDED.has(name!.toLowerCase()) || tag === undefined) continue;
    depth = Math.max(0, depth + (slash === "/" ? -1 : 1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Returns the text between tags. */
function withoutTags(html: string): string {
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const start = html.indexOf("<", at);
    parts.push(html.slice(at, start < 0 ? undefined : start));
    const end = start < 0 ? -1 : html.indexOf(">", start);
    if (end < 0) break;
    at = end + 1;
  }
  return decodeEntities(parts.join(" ")).replaceAll(/\s+/g, " ").trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
