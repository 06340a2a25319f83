import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ExampleFunction, exampleFunction } from "../triggers/control.ts";
import type { Arrived } from "../triggers/verify.ts";
import worker from "../triggers/worker.ts";

export const WEBHOOK_SECRET = "a secret that webhook and worker share";
export const AWS_KEYS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG",
  sessionToken: "session",
};

/** The example worker of the triggers behind real HTTP. */
export interface ExampleTriggers {
  /** For the worker's configuration: all example functions are reached as Lambda is, and `webhook` as a webhook. */
  TRIGGERS: string;
  /** Another function, reached as Lambda. */
  newFunction(): ExampleFunction;
  webhook: ExampleFunction;
  /** The invocations as they arrived, oldest first. */
  arrived: Arrived[];
  close(): Promise<void>;
}

export async function startTriggers(): Promise<ExampleTriggers> {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => void pass(request, response, arrived));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const newFunction = () => exampleFunction((path, init) => worker.fetch(new Request(new URL(path, origin), init)));
  const webhook = newFunction();
  const url = `${origin}/2015-03-31/functions/${webhook.arn}/invocations`;
  return {
    TRIGGERS: JSON.stringify({
      "arn:aws:lambda:us-east-1:000000000000:function:example-*": { lambda: { ...AWS_KEYS, endpoint: origin } },
      [webhook.arn]: { url, secret: WEBHOOK_SECRET },
    }),
    newFunction,
    webhook,
    arrived,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A function's error leaves in Lambda's way: with status 200 and a header. */
async function pass(request: IncomingMessage, response: ServerResponse, arrived: Arrived[]): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [path, body] = [request.url ?? "", Buffer.concat(chunks).toString()];
  const headers = request.headers as Record<string, string>;
  arrived.push({ path, headers, body });
  try {
    const url = new URL(path, `http://${headers.host}`);
    const answer = await worker.fetch(new Request(url, { method: request.method ?? "GET", body }));
    const text = await answer.text();
    const failed = "x-amz-invocation-type" in headers && answer.status === 400 && text.includes("errorMessage");
    const more = failed ? { "x-amz-function-error": "Unhandled" } : {};
    response.writeHead(failed ? 200 : answer.status, { ...Object.fromEntries(answer.headers), ...more }).end(text);
  } catch {
    request.socket.destroy();
  }
}
