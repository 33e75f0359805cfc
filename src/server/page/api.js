/**
 * Requests to the server, with the token of the user.
 */

// The token is in the part of the address that never leaves the browser, and is taken out of sight.
const token = new URLSearchParams(location.hash.slice(1)).get("token") ??
  sessionStorage.getItem("token") ?? "";
if (token !== "") sessionStorage.setItem("token", token);
history.replaceState(null, "", location.pathname);

/** Whether there is a token. */
export const hasToken = token !== "";

/** Asks the server; throws what it says. */
export async function call(method, path, { body, headers = {}, signal } = {}) {
  const response = await fetch(path, {
    method,
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const answer = await response.json().catch(() => undefined);
  const error = new Error(answer?.error?.message ?? `The server answers with ${response.status}`);
  throw Object.assign(error, { status: response.status });
}

/** Reads server-sent events. */
export async function* eventsOf(body) {
  let text = "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const field = (name) =>
        block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      if (data !== undefined) yield { id: field("id"), data: JSON.parse(data) };
    }
  }
}
