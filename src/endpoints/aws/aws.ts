// The AWS endpoint: AWS JSON 1.1 for both services. It finds the operation, checks signature and input, and translates
// answers and refusals. What an operation means is none of its business.
import { Hono } from "hono";
import type { Call } from "../../call.ts";
import { fromUtf8 } from "../../lib/encoding.ts";
import { describeError } from "../../lib/log.ts";
import { Refusal } from "../../lib/refusal.ts";
import { parseAccessKeys } from "../../mechanisms/callers/access-keys.ts";
import { checkAdministrator } from "../../mechanisms/callers/administrator.ts";
import { identityPools } from "../../operations/identity-pools.ts";
import type { Operation } from "../../operations/operation.ts";
import { userPools } from "../../operations/user-pools.ts";
import { readBody } from "./body.ts";
import {
  model as contractOf,
  type OperationModel,
  operationModel,
  type Service,
  serviceOfTarget,
} from "./model/model.ts";
import { validateInput } from "./validate.ts";
import { answer, preflight, refusal } from "./wire.ts";

const OPERATIONS: Record<Service, ReadonlyMap<string, Operation>> = {
  "cognito-idp": userPools,
  "cognito-identity": identityPools,
};

export const aws = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

aws.options("/", (c) => preflight(c.req.raw));

aws.post("/", async (c) => {
  const call = c.get("call");
  const target = c.req.header("x-amz-target");
  try {
    const { service, name, model } = readTarget(target);
    const output = await perform(call, c.req.raw, service, name, model);
    call.log("operation", { operation: name, ...costOf(call) });
    return answer(call.requestId, output, model.output === "empty");
  } catch (error) {
    if (error instanceof Refusal) {
      call.log("refused", { target, name: error.name, reason: error.reason, ...costOf(call) });
      return refusal(call.requestId, error);
    }
    call.log("failed", { target, ...costOf(call), ...describeError(error) });
    return refusal(call.requestId, { name: "InternalErrorException", message: "Internal server error", status: 500 });
  }
});

const costOf = ({ meter: { hops, rowsRead, rowsWritten } }: Call) => ({ hops, rowsRead, rowsWritten });

/** The operation that a target header names. @throws Refusal UnknownOperationException */
function readTarget(target = ""): { service: Service; name: string; model: OperationModel } {
  const [prefix = "", name = "", ...rest] = target.split(".");
  const service = serviceOfTarget(prefix);
  const model = service && rest.length === 0 ? operationModel(service, name) : undefined;
  if (!service || !model) throw new Refusal("UnknownOperationException", "The requested operation is not known.");
  return { service, name, model };
}

/** Order of checks: size, JSON, signature, constraints of the model, then the operation's own. */
async function perform(
  call: Call,
  request: Request,
  service: Service,
  name: string,
  model: OperationModel,
): Promise<unknown> {
  const bytes = await readBody(request);
  const body = parse(bytes);
  if (model.auth === "signed") {
    await checkAdministrator({
      request: { method: request.method, url: request.url, headers: headersAsSigned(request), body: bytes },
      accessKeys: parseAccessKeys(call.settings.adminKeys),
      service,
      operation: name,
      poolId: poolOf(body, service, model),
      accountId: call.settings.accountId,
      now: call.now,
    });
  }
  const input = validateInput(service, name, body);
  const operation = OPERATIONS[service].get(name);
  if (!operation) throw new Refusal("NotImplementedException", `${name} is not built yet.`);
  return operation.run(call, input as never);
}

/** Cloudflare rewrites Accept-Encoding on its way to a worker and keeps what the client sent, and may have signed, beside it. */
function headersAsSigned(request: Request): Headers {
  const sent = request.cf?.clientAcceptEncoding;
  const headers = new Headers(request.headers);
  if (typeof sent === "string") headers.set("accept-encoding", sent);
  return headers;
}

/** @throws Refusal SerializationException. An empty body counts as an empty object. */
function parse(bytes: Uint8Array): unknown {
  const text = fromUtf8(bytes);
  if (text === "") return {};
  try {
    if (text !== null) return JSON.parse(text);
  } catch {
    // Said below, the same for bytes that are no UTF-8.
  }
  throw new Refusal("SerializationException", "The request body is not valid JSON.");
}

const POOL_MEMBERS = ["UserPoolId", "IdentityPoolId", "ResourceArn"] as const;

/**
 * The pool that an input names, for access keys that are limited to some; by id, or by ARN in the tag operations. Only a
 * member that the operation knows counts: another would name a pool to this check alone.
 */
function poolOf(body: unknown, service: Service, { input }: OperationModel): string | undefined {
  const shape = contractOf(service).shapes[input];
  if (typeof body !== "object" || body === null || shape?.type !== "structure") return undefined;
  const member = POOL_MEMBERS.find((each) => Object.hasOwn(shape.members, each));
  const value = member && Object.hasOwn(body, member) ? (body as Record<string, unknown>)[member] : undefined;
  if (typeof value !== "string") return undefined;
  return member === "ResourceArn" ? value.slice(value.lastIndexOf("/") + 1) : value;
}
