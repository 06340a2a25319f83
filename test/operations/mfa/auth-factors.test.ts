import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { SECOND_FACTORS } from "../../factors.ts";
import { open } from "./people.ts";

const CHOICE = {
  Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"] } },
};
const ADDRESSES = { phone_number: "+15550140001", email: "second@example.com" };

/** What both operations say, which is the same. */
async function factorsOf(person: {
  mine: (operation: string) => Promise<any>;
  admin: (operation: string) => Promise<any>;
}) {
  const mine = await person.mine("GetUserAuthFactors");
  expect(await person.admin("AdminGetUserAuthFactors")).toEqual(mine);
  return mine;
}

const givePasskey = (pool: string, sub: string) =>
  env.DB.prepare(
    "insert into passkeys (pool_id, id, sub, name, public_key, counter, backup_eligible, transports, relying_party_id, created_at) values (?, ?, ?, 'key', '', 0, 0, '[]', 'example.com', 0)",
  )
    .bind(pool, crypto.randomUUID(), sub)
    .run();

describe("GetUserAuthFactors and AdminGetUserAuthFactors", () => {
  it("show what a user can begin a sign-in with, and no choice of second factors where none was made", async () => {
    const { person, pool } = await open("OPTIONAL", SECOND_FACTORS, CHOICE);
    const bare = await person(ADDRESSES);
    await bare.mine("DeleteUserAttributes", { UserAttributeNames: ["email", "phone_number"] });
    expect(await factorsOf(bare)).toEqual({ Username: bare.name, ConfiguredUserAuthFactors: ["PASSWORD"] });
    const full = await person(ADDRESSES);
    await givePasskey(pool, full.sub);
    expect(await factorsOf(full)).toEqual({
      Username: full.name,
      ConfiguredUserAuthFactors: ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"],
    });
  });

  it("show nothing that the pool does not allow", async () => {
    const { person, pool } = await open("OPTIONAL");
    const full = await person(ADDRESSES);
    await givePasskey(pool, full.sub);
    expect((await factorsOf(full)).ConfiguredUserAuthFactors).toEqual(["PASSWORD"]);
  });

  it("show an app that was proven, whether or not it is asked for", async () => {
    const { person } = await open("OPTIONAL", SECOND_FACTORS, CHOICE);
    const full = await person(ADDRESSES);
    await full.app();
    expect(await factorsOf(full)).toEqual({
      Username: full.name,
      ConfiguredUserAuthFactors: ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN"],
    });
  });

  it("show codes that are a second factor, where they begin nothing", async () => {
    const { person } = await open("OPTIONAL");
    const full = await person(ADDRESSES);
    for (const [settings, factor] of [
      ["SMSMfaSettings", "SMS_OTP"],
      ["EmailMfaSettings", "EMAIL_OTP"],
    ] as const) {
      await full.mine("SetUserMFAPreference", { [settings]: { Enabled: true } });
      expect((await factorsOf(full)).ConfiguredUserAuthFactors).toEqual(["PASSWORD", factor]);
      await full.mine("SetUserMFAPreference", { [settings]: { Enabled: false } });
    }
  });

  it("show the second factors, and with them no codes to begin with, and passkeys only as both factors", async () => {
    const both = { WebAuthnConfiguration: { FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION" } };
    const { person, pool } = await open("OPTIONAL", { ...SECOND_FACTORS, ...both }, CHOICE);
    const full = await person(ADDRESSES);
    await givePasskey(pool, full.sub);
    await full.app();
    const Enabled = true;
    await full.mine("SetUserMFAPreference", {
      SoftwareTokenMfaSettings: { Enabled, PreferredMfa: true },
      SMSMfaSettings: { Enabled },
    });
    const shown = await factorsOf(full);
    expect(shown).toMatchObject({
      Username: full.name,
      PreferredMfaSetting: "SOFTWARE_TOKEN_MFA",
      ConfiguredUserAuthFactors: ["PASSWORD", "SMS_OTP", "SOFTWARE_TOKEN"],
    });
    expect(new Set(shown.UserMFASettingList)).toEqual(new Set(["SOFTWARE_TOKEN_MFA", "SMS_MFA"]));
    await full.mine("SetUserMFAPreference", { WebAuthnMfaSettings: { Enabled } });
    expect((await factorsOf(full)).ConfiguredUserAuthFactors).toEqual([
      "PASSWORD",
      "SMS_OTP",
      "WEB_AUTHN",
      "SOFTWARE_TOKEN",
    ]);
  });

  it("show no password of a user who has none, and nothing else of one who is to change a temporary one", async () => {
    const { person, pool } = await open("OPTIONAL", SECOND_FACTORS, CHOICE);
    const bare = await person(ADDRESSES);
    await env.DB.prepare("update users set credentials = null where sub = ?").bind(bare.sub).run();
    expect((await factorsOf(bare)).ConfiguredUserAuthFactors).toEqual(["EMAIL_OTP", "SMS_OTP"]);
    const fresh = await person(ADDRESSES);
    await givePasskey(pool, fresh.sub);
    await fresh.admin("AdminSetUserPassword", { Password: "An0ther-Horse!", Permanent: false });
    expect((await fresh.admin("AdminGetUserAuthFactors")).ConfiguredUserAuthFactors).toEqual(["PASSWORD"]);
  });

  it("take one hop, and a second for passkeys where the user asks", async () => {
    const { person } = await open("OPTIONAL", SECOND_FACTORS, CHOICE);
    const someone = await person(ADDRESSES);
    await factorsOf(someone);
    const costs = await costsOf(() => factorsOf(someone));
    expect(costs.map(({ hops }) => hops)).toEqual([2, 1]);
  });

  it("refuse who is not there", async () => {
    const { pool } = await open("OPTIONAL");
    await expect(call("AdminGetUserAuthFactors", { UserPoolId: pool, Username: "nobody" })).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
    await expect(call("GetUserAuthFactors", { AccessToken: "nonsense" })).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
  });
});

it("lists show MFAOptions of who is sent codes by SMS, and of nobody else", async () => {
  const { pool, person } = await open("OPTIONAL");
  const [bySms, byMail, none] = [await person(ADDRESSES), await person(ADDRESSES), await person(ADDRESSES)];
  await bySms.mine("SetUserMFAPreference", { SMSMfaSettings: { Enabled: true } });
  await byMail.mine("SetUserMFAPreference", { EmailMfaSettings: { Enabled: true } });
  await call("CreateGroup", { UserPoolId: pool, GroupName: "all" });
  for (const { admin } of [bySms, byMail, none]) await admin("AdminAddUserToGroup", { GroupName: "all" });
  const shown = (users: any[]) => Object.fromEntries(users.map(({ Username, MFAOptions }) => [Username, MFAOptions]));
  const expected = {
    [bySms.name]: [{ DeliveryMedium: "SMS", AttributeName: "phone_number" }],
    [byMail.name]: undefined,
    [none.name]: undefined,
  };
  expect(shown((await call("ListUsers", { UserPoolId: pool })).Users)).toEqual(expected);
  const filtered = await call("ListUsers", { UserPoolId: pool, Filter: `email = "${ADDRESSES.email}"` });
  expect(shown(filtered.Users)).toEqual(expected);
  expect(shown((await call("ListUsersInGroup", { UserPoolId: pool, GroupName: "all" })).Users)).toEqual(expected);
});

it("GetUser and AdminGetUser show the same choice of second factors, and nothing of what proves them", async () => {
  const { person } = await open("OPTIONAL");
  const { mine, admin, app } = await person(ADDRESSES);
  const seed = await app("phone");
  await mine("SetUserMFAPreference", {
    SoftwareTokenMfaSettings: { Enabled: true },
    SMSMfaSettings: { Enabled: true, PreferredMfa: true },
  });
  const choice = {
    UserMFASettingList: expect.arrayContaining(["SOFTWARE_TOKEN_MFA", "SMS_MFA"]),
    PreferredMfaSetting: "SMS_MFA",
    MFAOptions: [{ DeliveryMedium: "SMS", AttributeName: "phone_number" }],
  };
  for (const shown of [await mine("GetUser"), await admin("AdminGetUser")]) {
    expect(shown).toMatchObject(choice);
    expect(JSON.stringify(shown)).not.toContain(seed);
    expect(JSON.stringify(shown)).not.toMatch(/softwareToken|factors/i);
  }
});
