import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { openSrp } from "../../srp-client.ts";

let pool: string;
let token: string;

beforeAll(async () => {
  pool = await makePool();
  await makeUser(pool, "jane");
  const { ClientId } = await makeClient(pool);
  token = (await signIn(ClientId, "jane")).AuthenticationResult.RefreshToken;
});

const FLOWS = [
  "USER_PASSWORD_AUTH",
  "USER_SRP_AUTH",
  "CUSTOM_AUTH",
  "ADMIN_USER_PASSWORD_AUTH",
  "ADMIN_NO_SRP_AUTH",
  "REFRESH_TOKEN_AUTH",
  "REFRESH_TOKEN",
];

/** What a closed flow is refused with; an open one gets further, to an answer or to the token of another client. */
const CLOSED: Record<string, string> = {
  USER_PASSWORD_AUTH: "USER_PASSWORD_AUTH flow not enabled for this client",
  USER_SRP_AUTH: "USER_SRP_AUTH is not enabled for the client.",
  CUSTOM_AUTH: "CUSTOM_AUTH is not enabled for the client.",
  ADMIN_USER_PASSWORD_AUTH: "Auth flow not enabled for this client",
  ADMIN_NO_SRP_AUTH: "Auth flow not enabled for this client",
  REFRESH_TOKEN_AUTH: "REFRESH_TOKEN_AUTH is not enabled for the client.",
  REFRESH_TOKEN: "REFRESH_TOKEN_AUTH is not enabled for the client.",
};

const PASSWORDS = ["USER_PASSWORD_AUTH"];
const SRP = ["USER_SRP_AUTH"];
const CUSTOM = ["CUSTOM_AUTH"];
const ADMIN = ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"];
const REFRESH = ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"];

describe("ExplicitAuthFlows", () => {
  it.each([
    [[], [...SRP, ...CUSTOM, ...REFRESH]],
    [["ALLOW_USER_PASSWORD_AUTH"], PASSWORDS],
    [["ALLOW_USER_SRP_AUTH"], SRP],
    [["ALLOW_ADMIN_USER_PASSWORD_AUTH"], ADMIN],
    [["ALLOW_REFRESH_TOKEN_AUTH"], REFRESH],
    [["ALLOW_CUSTOM_AUTH"], CUSTOM],
    [["ADMIN_NO_SRP_AUTH"], [...ADMIN, ...SRP, ...CUSTOM, ...REFRESH]],
    [["USER_PASSWORD_AUTH"], [...PASSWORDS, ...SRP, ...CUSTOM, ...REFRESH]],
    [["CUSTOM_AUTH_FLOW_ONLY"], [...CUSTOM, ...REFRESH]],
  ])("%j opens %j, and nothing else", async (ExplicitAuthFlows, open) => {
    const { ClientId } = await makeClient(pool, { ExplicitAuthFlows });
    const { SRP_A } = openSrp(pool);
    const AuthParameters = { USERNAME: "jane", PASSWORD, SRP_A, REFRESH_TOKEN: token };
    for (const AuthFlow of FLOWS) {
      const begin = call("AdminInitiateAuth", { UserPoolId: pool, ClientId, AuthFlow, AuthParameters });
      if (!open.includes(AuthFlow)) {
        const refusal = { name: "InvalidParameterException", message: CLOSED[AuthFlow] };
        await expect(begin, AuthFlow).rejects.toMatchObject(refusal);
      } else if (REFRESH.includes(AuthFlow)) {
        await expect(begin, AuthFlow).rejects.toMatchObject({ message: "Invalid Refresh Token." });
      } else if (CUSTOM.includes(AuthFlow)) {
        // It gets as far as to the triggers, of which the pool has none.
        await expect(begin, AuthFlow).rejects.toMatchObject({ name: "InvalidUserPoolConfigurationException" });
      } else expect(Object.keys(await begin), AuthFlow).toContain("ChallengeParameters");
    }
  });
});
