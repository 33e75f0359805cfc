/** The events of a streamed answer: server-sent events, lines of JSON, or one JSON object. */

/** Maximum size of one event in characters, and of all events of an answer in bytes. Replies are a fraction of both. */
const maxEventLength = 16 * 1024 * 1024;
const maxAnswerBytes = 256 * 1024 * 1024;

/** An event: its data, and whether the server calls it an error. */
export interface ServerEvent {
  data: string;
  isError: boolean;
}

/**
 * Reads the events of an answer.
 *
 * @param response The answer.
 * @param onLife Called whenever bytes arrive, comments included.
 */
export async function* readEvents(
  response: Response,
  onLife: () => void,
): AsyncGenerator<ServerEvent> {
  if (response.body === null) return;
  if (/^application\/json\b/.test(response.headers.get("content-type") ?? "")) {
    return yield* readWhole(response.body, onLife);
  }
  let event = { data: "", isError: false };
  for await (const line of readLines(response.body, onLife)) {
    if (line === "") {
      if (event.data !== "") yield event;
      event = { data: "", isError: false };
      continue;
    }
    // Some servers send lines of JSON without the name of a field.
    if (line.startsWith("{")) yield { data: line, isError: false };
    const [, field, value = ""] = /^(\w+):[ ]?(.*)$/s.exec(line) ?? [];
    if (field === "data") event.data += (event.data === "" ? "" : "\n") + value;
    else if (field === "event") event.isError = /error/i.test(value);
    else if (field === "error") yield { data: value, isError: true };
    // A server that sends no empty lines between events must not fill the memory.
    if (event.data.length > maxEventLength) {
      throw new Error("the server sent an event that is too long");
    }
    if (field === "data" && isWhole(event.data)) {
      yield event;
      event = { data: "", isError: false };
    }
  }
  if (event.data !== "") yield event;
}

/** Whether data is complete without the empty line behind it, which some servers leave out. */
function isWhole(data: string): boolean {
  if (data === "[DONE]") return true;
  if (!data.startsWith("{") || !data.endsWith("}")) return false;
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}

/** Reads an answer that is one JSON object, or lines of them. */
async function* readWhole(
  body: ReadableStream<Uint8Array>,
  onLife: () => void,
): AsyncGenerator<ServerEvent> {
  const lines: string[] = [];
  for await (const line of readLines(body, onLife)) lines.push(line);
  const text = lines.join("\n").trim();
  if (text === "") return;
  try {
    JSON.parse(text);
    yield { data: text, isError: false };
  } catch {
    for (const line of lines) if (line.trim() !== "") yield { data: line, isError: false };
  }
}

async function* readLines(
  body: ReadableStream<Uint8Array>,
  onLife: () => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  let bytes = 0;
  for await (const chunk of body) {
    onLife();
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) throw new Error("the server sent an answer that is too long");
    const lines = decoder.decode(chunk, { stream: true }).split("\n");
    const last = lines.pop()!;
    for (const line of lines) {
      yield withoutReturn(pieces.join("") + line);
      pieces = [];
      length = 0;
    }
    pieces.push(last);
    length += last.length;
    if (length > maxEventLength) throw new Error("the server sent a line that is too long");
  }
  const rest = withoutReturn(pieces.join("") + decoder.decode());
  if (rest !== "") yield rest;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
