import { type Bytes, concat } from "./encoding.ts";

/** The body of a request or answer; null as soon as it proves longer than `most` bytes: by its header, or while it arrives. */
export async function readAtMost(message: Pick<Request, "headers" | "body">, most: number): Promise<Bytes | null> {
  if (Number(message.headers.get("content-length") ?? 0) > most) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (message.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) return null;
    chunks.push(chunk);
  }
  return concat(...chunks);
}
