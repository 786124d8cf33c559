// Requests to the service that this page came from.

/** The service could not be reached, or the page was left before it answered. */
export class UnreachableError extends Error {}

/**
 * Asks the service.
 * @param {string} address A local address.
 * @param {object} [options] As `fetch` takes them.
 * @returns {Promise<{ok: boolean, type: string, text: string}>} The answer, read to its end.
 * @throws {UnreachableError}
 */
export async function ask(address, options) {
  try {
    const response = await fetch(address, options);
    const type = response.headers.get("content-type") ?? "";
    return { ok: response.ok, type, text: await response.text() };
  } catch (cause) {
    throw new UnreachableError(`no answer from ${address}`, { cause });
  }
}
