import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { SECOND_FACTORS, SENDER } from "../../factors.ts";
import { open } from "./people.ts";

const ADDRESSES = { phone_number: "+15550130001", email: "of-preferences@example.com" };
const SMS = (settings: object) => ({ SMSMfaSettings: settings });
const APP = (settings: object) => ({ SoftwareTokenMfaSettings: settings });
const MAIL = (settings: object) => ({ EmailMfaSettings: settings });
const PASSKEYS = (Enabled: boolean) => ({ WebAuthnMfaSettings: { Enabled } });
const ON = { Enabled: true };
const OFF = { Enabled: false };
const PREFERRED = { Enabled: true, PreferredMfa: true };
const MFA_OPTIONS = [{ DeliveryMedium: "SMS", AttributeName: "phone_number" }];
const invalid = (message: string) => ({ name: "InvalidParameterException", message });

let optional: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  const passkeys = { WebAuthnConfiguration: { FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION" } };
  optional = await open("OPTIONAL", { ...SECOND_FACTORS, ...passkeys });
});

type Person = Awaited<ReturnType<typeof optional.person>>;

describe.each([
  ["SetUserMFAPreference", (person: Person) => (input: object) => person.mine("SetUserMFAPreference", input)],
  [
    "AdminSetUserMFAPreference",
    (person: Person) => (input: object) => person.admin("AdminSetUserMFAPreference", input),
  ],
])("%s", (_, setterOf) => {
  const someone = async (attributes: Record<string, string> = ADDRESSES) => {
    const person = await optional.person(attributes);
    return { ...person, set: setterOf(person) };
  };

  it("switches factors on and off, and leaves those that it does not name", async () => {
    const { set, chosen, app } = await someone();
    await app();
    expect(await set(SMS(ON))).toEqual({});
    expect(await chosen()).toEqual({ UserMFASettingList: ["SMS_MFA"], MFAOptions: MFA_OPTIONS });
    await set({ ...MAIL(ON), ...APP(ON) });
    expect(new Set((await chosen()).UserMFASettingList)).toEqual(
      new Set(["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"]),
    );
    await set({ ...SMS(OFF), ...MAIL({}) });
    expect(new Set((await chosen()).UserMFASettingList)).toEqual(new Set(["EMAIL_OTP", "SOFTWARE_TOKEN_MFA"]));
    await set({ ...APP(OFF), ...MAIL(OFF), ...SMS(OFF) });
    expect(await chosen()).toEqual({});
    expect(await set({})).toEqual({});
  });

  it("prefers one factor: a new one takes the place of the last, and one that is switched off is none", async () => {
    const { set, chosen } = await someone();
    await set(SMS(PREFERRED));
    expect((await chosen()).PreferredMfaSetting).toBe("SMS_MFA");
    await set(MAIL(ON));
    expect((await chosen()).PreferredMfaSetting).toBe("SMS_MFA");
    await set(MAIL({ PreferredMfa: true }));
    expect((await chosen()).PreferredMfaSetting).toBe("EMAIL_OTP");
    await set(SMS({ Enabled: true, PreferredMfa: false }));
    expect((await chosen()).PreferredMfaSetting).toBe("EMAIL_OTP");
    await set(MAIL({ Enabled: true, PreferredMfa: false }));
    expect(await chosen()).toMatchObject({
      UserMFASettingList: ["SMS_MFA", "EMAIL_OTP"],
      PreferredMfaSetting: undefined,
    });
    await set(MAIL(PREFERRED));
    await set(MAIL(OFF));
    expect(await chosen()).toMatchObject({ UserMFASettingList: ["SMS_MFA"], PreferredMfaSetting: undefined });
  });

  it("refuses two that are preferred, and one that is preferred but off", async () => {
    const { set, chosen } = await someone();
    await expect(set({ ...SMS(PREFERRED), ...MAIL(PREFERRED) })).rejects.toMatchObject(
      invalid("Only one MFA factor can be preferred."),
    );
    for (const settings of [{ PreferredMfa: true }, { Enabled: false, PreferredMfa: true }]) {
      await expect(set(SMS(settings))).rejects.toMatchObject(
        invalid("SMS_MFA cannot be preferred while it is not enabled."),
      );
    }
    expect(await chosen()).toEqual({});
  });

  it("refuses what the user lacks something for, and changes nothing then", async () => {
    const { set, chosen } = await someone({});
    await expect(set(APP(ON))).rejects.toMatchObject(
      invalid("User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA"),
    );
    await expect(set(SMS(ON))).rejects.toMatchObject(
      invalid("User does not have delivery config set to turn on SMS_MFA"),
    );
    await expect(set(MAIL(ON))).rejects.toMatchObject(
      invalid("User does not have delivery config set to turn on EMAIL_OTP"),
    );
    const half = await someone({ email: ADDRESSES.email });
    await expect(half.set({ ...MAIL(ON), ...SMS(ON) })).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(await half.chosen()).toEqual({});
    expect(await chosen()).toEqual({});
  });

  it("takes an app that was given a seed for an app only once it is proven", async () => {
    const { set, mine, app } = await someone();
    await mine("AssociateSoftwareToken");
    await expect(set(APP(ON))).rejects.toMatchObject(invalid("User has not verified software token mfa"));
    await app();
    expect(await set(APP(ON))).toEqual({});
  });

  it("lets a passkey be both factors beside another one, and no longer than that", async () => {
    const { set, sub } = await someone();
    const isBoth = async () => (await factors(sub)).passkeyIsMfa ?? false;
    await expect(set(PASSKEYS(true))).rejects.toMatchObject(
      invalid("User must have another MFA factor enabled to turn on passkey MFA"),
    );
    await set({ ...PASSKEYS(true), ...MAIL(ON) });
    expect(await isBoth()).toBe(true);
    await expect(set({ ...PASSKEYS(true), ...MAIL(OFF) })).rejects.toMatchObject({ name: "InvalidParameterException" });
    await set({ ...SMS(ON), ...MAIL(OFF) });
    expect(await isBoth()).toBe(true);
    await set(PASSKEYS(false));
    expect(await isBoth()).toBe(false);
    await set(PASSKEYS(true));
    await set(SMS(OFF));
    expect(await isBoth()).toBe(false);
  });

  it("loses nothing when different factors are set at once", async () => {
    const { set, chosen } = await someone();
    const changes = [SMS(ON), MAIL(PREFERRED), PASSKEYS(false)];
    const results = await Promise.allSettled(changes.map((change) => set(change)));
    const { UserMFASettingList = [] } = await chosen();
    const written = (at: number) => results[at]?.status === "fulfilled";
    expect(UserMFASettingList.includes("SMS_MFA")).toBe(written(0));
    expect(UserMFASettingList.includes("EMAIL_OTP")).toBe(written(1));
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.name).toBe("TooManyRequestsException");
    }
  });

  it("takes two hops", async () => {
    const { set } = await someone();
    await set({});
    const [cost] = await costsOf(() => set(SMS(ON)));
    expect(cost?.hops).toBe(2);
  });
});

const factors = async (sub: string) => {
  const text = await env.DB.prepare("select factors from users where sub = ?").bind(sub).first<string>("factors");
  return JSON.parse(text ?? "");
};

describe("what a pool has to do with preferences", () => {
  it("a factor that it does not offer cannot be switched on, passkeys as both factors neither", async () => {
    const apps = await open(
      "OPTIONAL",
      { SoftwareTokenMfaConfiguration: { Enabled: true } },
      { SmsConfiguration: SENDER },
    );
    const { mine, app } = await apps.person(ADDRESSES);
    await app();
    const set = (input: object) => mine("SetUserMFAPreference", input);
    await expect(set(SMS(ON))).rejects.toMatchObject(invalid("SMS_MFA is not enabled for the user pool."));
    await expect(set(MAIL(ON))).rejects.toMatchObject(invalid("EMAIL_OTP is not enabled for the user pool."));
    await expect(set({ ...APP(ON), ...PASSKEYS(true) })).rejects.toMatchObject(
      invalid("Passkey MFA is not enabled for the user pool."),
    );
    expect(await set({ ...APP(ON), ...SMS(OFF), ...PASSKEYS(false) })).toEqual({});
  });

  it("where MFA is required the last factor stays on: only the preference changes", async () => {
    const strict = await open("OPTIONAL");
    const { mine, chosen, app } = await strict.person(ADDRESSES);
    await app();
    await mine("SetUserMFAPreference", { ...APP(PREFERRED), ...MAIL(ON) });
    await strict.configure("ON");
    await mine("SetUserMFAPreference", MAIL(OFF));
    expect(await chosen()).toMatchObject({ UserMFASettingList: ["SOFTWARE_TOKEN_MFA"] });
    expect(await mine("SetUserMFAPreference", APP(OFF))).toEqual({});
    expect(await chosen()).toEqual({ UserMFASettingList: ["SOFTWARE_TOKEN_MFA"], PreferredMfaSetting: undefined });
    await mine("SetUserMFAPreference", { ...APP(OFF), ...MAIL(PREFERRED) });
    expect(await chosen()).toEqual({ UserMFASettingList: ["EMAIL_OTP"], PreferredMfaSetting: "EMAIL_OTP" });
  });

  it("where MFA is required a factor that has lost its address is none to fall back on", async () => {
    const strict = await open("OPTIONAL");
    const { mine, chosen, app } = await strict.person(ADDRESSES);
    await app();
    await mine("SetUserMFAPreference", { ...APP(ON), ...MAIL(ON) });
    await mine("DeleteUserAttributes", { UserAttributeNames: ["email"] });
    await strict.configure("ON");
    await mine("SetUserMFAPreference", APP(OFF));
    expect((await chosen()).UserMFASettingList).toContain("SOFTWARE_TOKEN_MFA");
  });

  it("an app stays with its user, and can be switched off, where the pool offers apps no more", async () => {
    const closing = await open("OPTIONAL");
    const { name, mine, app } = await closing.person(ADDRESSES);
    await app();
    await mine("SetUserMFAPreference", APP(ON));
    await closing.configure("OPTIONAL", { EmailMfaConfiguration: {} });
    expect(await signIn(closing.ClientId, name)).toMatchObject({ ChallengeName: "SOFTWARE_TOKEN_MFA" });
    await mine("SetUserMFAPreference", APP(OFF));
    expect(await signIn(closing.ClientId, name)).toHaveProperty("AuthenticationResult");
  });

  it("a factor whose address was deleted is asked for no more, and again once there is one", async () => {
    const { name, mine } = await optional.person(ADDRESSES);
    await mine("SetUserMFAPreference", { ...SMS(PREFERRED), ...MAIL(ON) });
    await mine("DeleteUserAttributes", { UserAttributeNames: ["phone_number"] });
    expect(await signIn(optional.ClientId, name)).toMatchObject({ ChallengeName: "EMAIL_OTP" });
    await mine("UpdateUserAttributes", { UserAttributes: [{ Name: "phone_number", Value: "+15550130002" }] });
    expect(await signIn(optional.ClientId, name)).toMatchObject({ ChallengeName: "SMS_MFA" });
  });

  it("is told apart from a user who does not exist", async () => {
    const nobody = { UserPoolId: optional.pool, Username: "nobody" };
    await expect(call("AdminSetUserMFAPreference", nobody)).rejects.toMatchObject({ name: "UserNotFoundException" });
    await expect(call("AdminSetUserSettings", { ...nobody, MFAOptions: [] })).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
  });
});

describe.each(["SetUserSettings", "AdminSetUserSettings"])("%s", (operation) => {
  const settings = (person: Person, MFAOptions: object[]) =>
    (operation === "SetUserSettings" ? person.mine : person.admin)(operation, { MFAOptions });

  it("switches SMS on and off, and nothing else", async () => {
    const person = await optional.person(ADDRESSES);
    await person.mine("SetUserMFAPreference", MAIL(PREFERRED));
    expect(await settings(person, MFA_OPTIONS)).toEqual({});
    expect(await person.chosen()).toEqual({
      UserMFASettingList: ["EMAIL_OTP", "SMS_MFA"],
      PreferredMfaSetting: "EMAIL_OTP",
      MFAOptions: MFA_OPTIONS,
    });
    await settings(person, []);
    expect(await person.chosen()).toEqual({ UserMFASettingList: ["EMAIL_OTP"], PreferredMfaSetting: "EMAIL_OTP" });
  });

  it("refuses everything but SMS to the phone number, and that without one", async () => {
    const person = await optional.person({ email: ADDRESSES.email });
    for (const option of [
      { DeliveryMedium: "EMAIL", AttributeName: "email" },
      { DeliveryMedium: "SMS", AttributeName: "email" },
      { DeliveryMedium: "SMS" },
      {},
      ...MFA_OPTIONS,
    ]) {
      await expect(settings(person, [option])).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
    expect(await person.chosen()).toEqual({});
  });
});
