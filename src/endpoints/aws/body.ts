import { Refusal } from "../../lib/refusal.ts";

/** Bytes of a request that are read at most. */
export const MOST_BYTES = 1_048_576;

/**
 * The body of a request, refused as soon as it proves longer than 1 MiB: by its header, or while it arrives.
 * @throws Refusal RequestEntityTooLargeException
 */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new Refusal("RequestEntityTooLargeException", `Request bodies are limited to ${MOST_BYTES} bytes.`, {
      status: 413,
    });
  if (Number(request.headers.get("content-length") ?? 0) > MOST_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MOST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
