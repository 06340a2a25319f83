import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { Authenticator } from "../../authenticator.ts";
import { call } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { listPasskeys, makePasskeyUser, type PasskeyUser, register } from "./passkey-user.ts";

let user: PasskeyUser;
let ids: string[];
beforeAll(async () => {
  user = await makePasskeyUser();
  ids = [];
  for (let n = 0; n < 5; n++) ids.push(await register({ ...user, authenticator: new Authenticator() }));
  // Some of one moment, so that their ids decide the order.
  await env.DB.prepare("update passkeys set created_at = 1000 where pool_id = ? and id in (?, ?, ?)")
    .bind(user.pool, ...ids.slice(1, 4))
    .run();
  ids = [...ids.slice(1, 4).toSorted(), ids[0] as string, ids[4] as string];
}, 60_000);

describe("ListWebAuthnCredentials", () => {
  it("lists a user's passkeys, oldest first, in two hops", async () => {
    const [cost] = await costsOf(async () => {
      const { Credentials, NextToken } = await listPasskeys(user);
      expect(Credentials.map(({ CredentialId }: any) => CredentialId)).toEqual(ids);
      expect(NextToken).toBeUndefined();
    });
    expect(cost?.hops).toBe(2);
  });

  it.each([1, 2, 4])("pages by %d, with none left out or shown twice", async (MaxResults) => {
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await listPasskeys(user, { MaxResults, ...(NextToken && { NextToken }) });
      expect(page.Credentials.length).toBeLessThanOrEqual(MaxResults);
      seen.push(...page.Credentials.map(({ CredentialId }: any) => CredentialId));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(seen).toEqual(ids);
  });

  it("takes 0 for the most there are", async () => {
    expect((await listPasskeys(user, { MaxResults: 0 })).Credentials).toHaveLength(5);
  });

  it("shows nobody else's passkeys, nor takes their page token", async () => {
    const other = await makePasskeyUser({ pool: user.pool, client: user.client });
    expect(await listPasskeys(other)).toEqual({ Credentials: [] });
    const { NextToken } = await listPasskeys(user, { MaxResults: 2 });
    await expect(listPasskeys(other, { NextToken })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("still lists passkeys of a former relying party", async () => {
    const moved = await makePasskeyUser();
    const first = await register(moved);
    await call("SetUserPoolMfaConfig", {
      UserPoolId: moved.pool,
      WebAuthnConfiguration: { RelyingPartyId: "limen.test.example" },
    });
    const second = await register({ ...moved, authenticator: new Authenticator() });
    expect((await listPasskeys(moved)).Credentials).toMatchObject([
      { CredentialId: first, RelyingPartyId: "limen.test" },
      { CredentialId: second, RelyingPartyId: "limen.test.example" },
    ]);
  });
});
