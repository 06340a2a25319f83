import { call, makeClient } from "../../client.ts";
import { get } from "../../fetch.ts";

export type Fields = Record<string, string>;

/** Sends a form to an endpoint, by path at the worker's own host or by address. */
export const post = (
  to: string,
  fields: Fields | string,
  headers: Record<string, string> = {},
  changes: Record<string, unknown> = {},
): Promise<Response> => {
  const body = typeof fields === "string" ? fields : new URLSearchParams(fields).toString();
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return get(to, { method: "POST", body, headers: { ...type, ...headers } }, changes);
};

/** Status and JSON of an answer. */
export const read = async (answer: Response | Promise<Response>): Promise<{ status: number } & Record<string, any>> => {
  const response = await answer;
  const text = await response.text();
  return { status: response.status, ...(text === "" ? {} : JSON.parse(text)) };
};

export const basic = (id: string, secret: string): { authorization: string } => ({
  authorization: `Basic ${btoa(`${id}:${secret}`)}`,
});

/** The resource server of the tests: `https://api.test/read`, `/write` and `/admin`. */
export const API = "https://api.test";

/** Gives a pool the resource server of the tests. */
export const makeApi = (UserPoolId: string, names = ["read", "write", "admin"]): Promise<unknown> =>
  call("CreateResourceServer", {
    UserPoolId,
    Identifier: API,
    Name: "api",
    Scopes: names.map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName })),
  });

/** What lets a client act for itself, with two of the three scopes. */
export const MACHINE = {
  GenerateSecret: true,
  AllowedOAuthFlows: ["client_credentials"],
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthScopes: [`${API}/read`, `${API}/write`],
};

export interface Machine {
  id: string;
  secret: string;
}

/** Creates a client that may act for itself. */
export async function makeMachine(pool: string, settings: object = {}): Promise<Machine> {
  const { ClientId, ClientSecret } = await makeClient(pool, { ...MACHINE, ...settings });
  return { id: ClientId, secret: ClientSecret as string };
}

/** Takes a token for a machine. */
export const takeToken = ({ id, secret }: Machine, fields: Fields = {}): Promise<Response> =>
  post("/oauth2/token", { grant_type: "client_credentials", ...fields }, basic(id, secret));
