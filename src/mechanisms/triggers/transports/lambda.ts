import { z } from "zod";
import { signRequest } from "../../../lib/sigv4.ts";
import { checkAddress, isAddress } from "./address.ts";
import { errorMessageIn, faultOf, invocationPath, reach, replyOf, transport, Unreachable } from "./transport.ts";

/** What a region is called, and nothing that would name another host. */
const REGION = /^[a-z0-9-]+$/;

/** Who may invoke the function, and where, if not in its own region at AWS. */
const schema = () =>
  z.strictObject({
    lambda: z.strictObject({
      region: z.string().regex(REGION).optional(),
      accessKeyId: z.string().min(1).max(128),
      secretAccessKey: z.string().min(1).max(256),
      sessionToken: z.string().min(1).max(4_096).optional(),
      endpoint: z.string().refine(isAddress).optional(),
    }),
  });

/** AWS Lambda API: Invoke. */
export const lambda = transport("lambda", schema, async (call, entry, { arn, body, wait, signal }) => {
  const { accessKeyId, secretAccessKey, sessionToken, ...where } = entry.lambda;
  const [, partition, , itsRegion = ""] = arn.split(":");
  const region = where.region ?? itsRegion;
  // The ARN is from whoever administers the pool; the keys, and what the event tells, are not for them to send
  // elsewhere.
  if (!REGION.test(region)) throw new Unreachable(undefined, { again: false });
  const host = `https://lambda.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
  const endpoint = (where.endpoint ?? host).replace(/\/+$/, "");
  checkAddress(call, endpoint);
  const method = "POST";
  const url = `${endpoint}${invocationPath(arn)}`;
  const type = wait ? "RequestResponse" : "Event";
  const unsigned = new Headers({ "content-type": "application/json", "x-amz-invocation-type": type });
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const scope = { region, service: "lambda" };
  const headers = await signRequest({ method, url, headers: unsigned, body }, credentials, scope, call.now);
  const response = await reach(() => fetch(url, { method, headers, body, redirect: "manual", signal }));
  const reply = await replyOf(response);
  if (!response.ok) throw refusalOf(response);
  const failed = response.headers.get("x-amz-function-error");
  return failed === null ? { reply } : { error: errorMessageIn(reply) ?? failed };
});

/** Why Lambda did not run the function, in its own word where it says one (AWS Lambda API: Invoke, errors). */
function refusalOf(response: Response): Unreachable {
  const { code, again } = faultOf(response.status);
  const said = /^\w{1,64}(?=$|:)/.exec(response.headers.get("x-amzn-errortype") ?? "")?.[0];
  return new Unreachable(said ?? code, { again });
}
