import { env, exports } from "cloudflare:workers";
import { operationModel, type Service } from "../src/endpoints/aws/model/model.ts";
import { utf8 } from "../src/lib/encoding.ts";
import { signRequest } from "../src/lib/sigv4.ts";

export const ORIGIN = "http://limen.test";
const PREFIX: Record<Service, string> = {
  "cognito-idp": "AWSCognitoIdentityProviderService",
  "cognito-identity": "AWSCognitoIdentityService",
};

/** What an operation was refused with. */
export class Fault extends Error {
  readonly status: number;
  constructor(name: string, message: string, status: number) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** Sends bytes as they are to the AWS endpoint. */
export const send = (body: BodyInit | null, headers: Record<string, string>): Promise<Response> =>
  exports.default.fetch(new Request(`${ORIGIN}/`, { method: "POST", body, headers }));

/** The signed or plain request of an operation, not yet sent. */
export async function requestOf(
  operation: string,
  input: unknown,
  options: { service?: Service; accessKeyId?: string; secretAccessKey?: string } = {},
): Promise<{ body: string; headers: Record<string, string> }> {
  const { service = "cognito-idp", accessKeyId = "local", secretAccessKey = "local" } = options;
  const body = JSON.stringify(input);
  const headers: Record<string, string> = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `${PREFIX[service]}.${operation}`,
  };
  if (operationModel(service, operation)?.auth !== "signed") return { body, headers };
  const request = { method: "POST", url: `${ORIGIN}/`, headers: new Headers(headers), body: utf8(body) };
  const signed = await signRequest(
    request,
    { accessKeyId, secretAccessKey },
    { region: "us-east-1", service },
    Date.now(),
  );
  return { body, headers: Object.fromEntries(signed) };
}

/**
 * Calls an operation as an SDK would, by HTTP against the worker.
 * @throws Fault with the wire name, message and status of a refusal
 */
export async function call<Output = any>(
  operation: string,
  input: unknown,
  options?: Parameters<typeof requestOf>[2],
): Promise<Output> {
  const { body, headers } = await requestOf(operation, input, options);
  const response = await send(body, headers);
  const text = await response.text();
  const answer = text === "" ? undefined : JSON.parse(text);
  if (!response.ok) throw new Fault(answer.__type, answer.message, response.status);
  return answer;
}

/** Creates a pool. @returns its id */
export async function makePool(settings: object = {}): Promise<string> {
  return (await call("CreateUserPool", { PoolName: "test", ...settings })).UserPool.Id;
}

/** Creates a client with the password flows open. @returns its description */
export async function makeClient(
  UserPoolId: string,
  settings: object = {},
): Promise<{ ClientId: string; ClientSecret?: string }> {
  const ExplicitAuthFlows = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
  ];
  return (await call("CreateUserPoolClient", { UserPoolId, ClientName: "test", ExplicitAuthFlows, ...settings }))
    .UserPoolClient;
}

/** Messages that were sent to someone, oldest first. */
export async function outbox(
  to: string,
): Promise<{ channel: string; subject: string | null; body: string; sentAt: number }[]> {
  const { results } = await env.DB.prepare('select * from outbox where "to" = ? order by id').bind(to).all();
  return results as never;
}

/** The code in the newest message to someone. */
export async function codeSentTo(to: string): Promise<string> {
  const code = (await outbox(to)).at(-1)?.body.match(/\d{6,8}/)?.[0];
  if (!code) throw new Error(`no code was sent to ${to}`);
  return code;
}

export const PASSWORD = "Corr3ct-Horse!";

/** Creates a confirmed user with a password that stays. @returns the user's sub */
export async function makeUser(
  UserPoolId: string,
  Username: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  const { User } = await call("AdminCreateUser", { UserPoolId, Username, UserAttributes, MessageAction: "SUPPRESS" });
  await call("AdminSetUserPassword", { UserPoolId, Username, Password: PASSWORD, Permanent: true });
  return User.Attributes.find(({ Name }: { Name: string }) => Name === "sub").Value;
}

/** Signs in by password. @returns the answer of InitiateAuth */
export const signIn = (
  ClientId: string,
  USERNAME: string,
  PASSWORD_: string = PASSWORD,
  more: object = {},
): Promise<any> =>
  call("InitiateAuth", {
    ClientId,
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME, PASSWORD: PASSWORD_, ...more },
  });
