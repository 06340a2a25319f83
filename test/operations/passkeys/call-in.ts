import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../../src/worker.ts";
import { Fault, ORIGIN, requestOf } from "../../client.ts";

/** Calls an operation in an environment other than that of the tests. @throws Fault as `call` does */
export async function callIn(changes: object, operation: string, input: object): Promise<any> {
  const { body, headers } = await requestOf(operation, input);
  const ctx = createExecutionContext();
  const request = new Request(`${ORIGIN}/`, { method: "POST", body, headers });
  const response = await worker.fetch(request as never, { ...env, ...changes } as Cloudflare.Env, ctx);
  await waitOnExecutionContext(ctx);
  const answer = JSON.parse(await response.text());
  if (!response.ok) throw new Fault(answer.__type, answer.message, response.status);
  return answer;
}
