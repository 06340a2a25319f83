import { describe, expect, it } from "vitest";
import { Authenticator } from "../../authenticator.ts";
import { call } from "../../client.ts";
import { listPasskeys, makePasskeyPool, makePasskeyUser, register } from "./passkey-user.ts";

const remove = ({ AccessToken }: { AccessToken: string }, CredentialId: string) =>
  call("DeleteWebAuthnCredential", { AccessToken, CredentialId });

const notFound = { name: "ResourceNotFoundException", message: "Passkey does not exist.", status: 400 };

describe("DeleteWebAuthnCredential", () => {
  it("deletes the passkey that is named, and no other", async () => {
    const user = await makePasskeyUser();
    const [first, second] = [await register(user), await register({ ...user, authenticator: new Authenticator() })];
    expect(await remove(user, first)).toEqual({});
    expect((await listPasskeys(user)).Credentials).toMatchObject([{ CredentialId: second }]);
    await expect(remove(user, first)).rejects.toMatchObject(notFound);
  });

  it("knows nobody else's passkeys, of the same pool or another with the same id", async () => {
    const id = crypto.getRandomValues(new Uint8Array(16));
    const jane = await makePasskeyUser();
    const john = await makePasskeyUser({ pool: jane.pool, client: jane.client });
    const stranger = await makePasskeyUser({ pool: await makePasskeyPool() });
    const passkey = await register(jane, { id });
    await register(stranger, { id });
    await expect(remove(john, passkey)).rejects.toMatchObject(notFound);
    await remove(stranger, passkey);
    expect((await listPasskeys(jane)).Credentials).toHaveLength(1);
    expect((await listPasskeys(stranger)).Credentials).toEqual([]);
  });

  it.each(["nonsense", "", "'; drop table passkeys --"])("refuses the id %j", async (id) => {
    await expect(remove(await makePasskeyUser(), id)).rejects.toMatchObject(notFound);
  });
});
