/**
 * Advice on errors of models: one line that says what to do.
 *
 * @module
 */

import type { ModelError } from "../../model/model_error.ts";

/** Time limit of a connection, in milliseconds. */
const CONNECT_MS = 3_000;

/** Returns advice on an error; `undefined` if its message says all. */
export function adviceOn({ kind, status }: ModelError): string | undefined {
  if (kind === "auth") {
    return "Check the key in OPENAI_API_KEY, or in the settings file; `doctor` tests it.";
  }
  if (status === 404) {
    return "Check the name of the model, and the address, which often ends in /v1; `doctor` lists the models.";
  }
  if (kind === "quota") return "Check the account at the provider.";
  if (kind === "unreachable") return "Check the address and the network; `doctor` tests them.";
  if (kind === "context_length") {
    return "Begin anew with /reset, or take a model with a larger window.";
  }
  return undefined;
}

/**
 * Checks that something listens at an address, so that a wrong one is reported at once and not after all tries.
 *
 * @param baseUrl The address.
 * @returns The reason why nothing can be reached; `undefined` if it can, or a proxy is asked.
 */
export async function findNoServer(baseUrl: string): Promise<string | undefined> {
  const proxies = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
  ];
  if (proxies.some((name) => Deno.env.get(name))) return undefined;
  const { hostname, port, protocol } = new URL(baseUrl);
  const signal = AbortSignal.timeout(CONNECT_MS);
  try {
    const connection = await Deno.connect({
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port || (protocol === "https:" ? 443 : 80)),
      signal,
    });
    connection.close();
    return undefined;
  } catch (error) {
    // A slow network is no fault: the request waits longer.
    if (signal.aborted) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    return `Cannot reach ${baseUrl}: ${reason}. Check the address, and that a server runs there.`;
  }
}
