import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";

/** An HTTPS server whose certificate nobody knows: clients must be told to accept it. */
export interface TlsServer {
  /** Such as `https://127.0.0.1:34567`. */
  origin: string;
  close(): Promise<void>;
}

type Answer = (url: URL, init: RequestInit) => Promise<Response>;

/**
 * Serves HTTPS on a free port. What answers sees the address that was asked for, scheme included, as a worker does behind
 * Cloudflare: nothing between has rewritten it.
 */
export async function serveTls(answer: Answer): Promise<TlsServer> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    algorithm: "sha256",
    extensions: [
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          { type: 2, value: "localhost" },
        ],
      },
    ],
  });
  const server = createServer({ key, cert }, (request, response) => {
    pass(request, response, answer).catch((error: Error) => response.writeHead(502).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Headers that are about the connection, or about the form of a body that has been read. */
const OF_CONNECTION = ["connection", "content-encoding", "content-length", "host", "transfer-encoding"];

async function pass(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const headers = Object.entries(request.headers).filter(([name]) => !OF_CONNECTION.includes(name));
  const answered = await answer(new URL(request.url ?? "/", `https://${request.headers.host}`), {
    method: request.method ?? "GET",
    headers: headers.map(([name, value]) => [name, [value ?? []].flat().join(", ")]),
    redirect: "manual",
    ...(body.length > 0 && { body }),
  });
  const sent = [...answered.headers].filter(([name]) => !OF_CONNECTION.includes(name));
  response.writeHead(answered.status, sent.flat());
  response.end(Buffer.from(await answered.arrayBuffer()));
}
