import type { Bytes } from "../../lib/encoding.ts";
import { Refusal } from "../../lib/refusal.ts";
import { readAtMost } from "../../lib/request-body.ts";

/** Bytes of a request that are read at most. */
export const MOST_BYTES = 1_048_576;

/** The body of a request, refused as soon as it proves longer than 1 MiB. @throws Refusal RequestEntityTooLargeException */
export async function readBody(request: Request): Promise<Bytes> {
  const body = await readAtMost(request, MOST_BYTES);
  if (body) return body;
  throw new Refusal("RequestEntityTooLargeException", `Request bodies are limited to ${MOST_BYTES} bytes.`, {
    status: 413,
  });
}
