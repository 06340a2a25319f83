import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, codeSentTo, makeUser, outbox } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { interruptedAt } from "../../interrupted.ts";
import { list, open } from "./person.ts";

const proven = (email: string) => ({ email, email_verified: "true" });
const ALIAS = { name: "AliasExistsException", message: "An account with the email already exists." };

let plain: Awaited<ReturnType<typeof open>>;
let verifying: Awaited<ReturnType<typeof open>>;
let waiting: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  const Schema = [
    { Name: "team", AttributeDataType: "String", StringAttributeConstraints: { MaxLength: "4" } },
    { Name: "born", AttributeDataType: "String", Mutable: false },
    { Name: "given_name", AttributeDataType: "String", Required: true },
  ];
  plain = await open({ Schema });
  verifying = await open({ AutoVerifiedAttributes: ["email", "phone_number"] });
  waiting = await open({
    AutoVerifiedAttributes: ["email"],
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
  });
});

describe("ordinary attributes", () => {
  it("are written, and deleted by an empty text", async () => {
    const { update, attributes } = await plain.person("jane", { given_name: "Jane", nickname: "J" });
    expect(await update({ "custom:team": "red", nickname: "", locale: "de" })).toEqual([]);
    expect(await attributes()).toEqual({ given_name: "Jane", "custom:team": "red", locale: "de" });
  });

  it("are held to the schema, and nothing is written when one is not", async () => {
    const { update, attributes } = await plain.person("strict", { given_name: "S" });
    const refused = async (changed: Record<string, string>, message: string) =>
      expect(update({ name: "written", ...changed })).rejects.toMatchObject({
        name: "InvalidParameterException",
        message,
      });
    await refused({ "custom:foo": "x" }, "user.custom:foo: Attribute does not exist in the schema.\n");
    await refused({ "custom:born": "x" }, "user.custom:born: Attribute cannot be updated.\n");
    await refused({ sub: "x" }, "user.sub: Attribute cannot be updated.\n");
    await refused(
      { given_name: "" },
      "Attributes did not conform to the schema: given_name: The attribute is required\n",
    );
    await refused(
      { "custom:team": "green" },
      "Attributes did not conform to the schema: custom:team: String must be no longer than 4 characters\n",
    );
    expect(await attributes()).toEqual({ given_name: "S" });
  });

  it("are written only as the client may", async () => {
    const { person } = await open({}, { WriteAttributes: ["name"] });
    const { update } = await person("narrow");
    const unauthorized = {
      name: "NotAuthorizedException",
      message: "A client attempted to write unauthorized attribute",
    };
    await expect(update({ name: "N", nickname: "n" })).rejects.toMatchObject(unauthorized);
    await expect(update({ name: "N" })).resolves.toEqual([]);
    const { update: wide } = await plain.person("wide", { given_name: "W", email: "wide@example.com" });
    await expect(wide({ email_verified: "true" })).rejects.toMatchObject(unauthorized);
  });

  it("are all written by calls at the same moment", async () => {
    const { update, attributes } = await plain.person("busy", { given_name: "B" });
    await Promise.all([update({ nickname: "n" }), update({ locale: "de" }), update({ zoneinfo: "UTC" })]);
    expect(await attributes()).toEqual({ given_name: "B", nickname: "n", locale: "de", zoneinfo: "UTC" });
  });
});

describe("an address that the pool verifies", () => {
  it("is stored unverified at once, and a code is sent", async () => {
    const { update, verify, attributes } = await verifying.person("mia", proven("mia@example.com"));
    expect(await update({ email: "mia@elsewhere.example" })).toEqual([
      { Destination: "m***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" },
    ]);
    expect(await attributes()).toEqual({ email: "mia@elsewhere.example", email_verified: "false" });
    await verify("email", await codeSentTo("mia@elsewhere.example"));
    expect(await attributes()).toEqual(proven("mia@elsewhere.example"));
  });

  it("is left alone when it does not change", async () => {
    const { update, attributes } = await verifying.person("same", proven("same@example.com"));
    expect(await update({ email: "same@example.com", name: "Same" })).toEqual([]);
    expect(await attributes()).toEqual({ ...proven("same@example.com"), name: "Same" });
    expect(await outbox("same@example.com")).toEqual([]);
  });

  it("may be two at once, each with its code", async () => {
    const { update, verify, attributes } = await verifying.person("duo");
    const details = await update({ email: "duo@example.com", phone_number: "+12065550111" });
    expect(details.map(({ AttributeName }: { AttributeName: string }) => AttributeName)).toEqual([
      "email",
      "phone_number",
    ]);
    await verify("phone_number", await codeSentTo("+12065550111"));
    await verify("email", await codeSentTo("duo@example.com"));
    expect(await attributes()).toMatchObject({ email_verified: "true", phone_number_verified: "true" });
  });

  it("takes its proof with it when it is deleted", async () => {
    const { update, attributes } = await verifying.person("gone", proven("gone@example.com"));
    await update({ email: "" });
    expect(await attributes()).toEqual({});
  });

  it("is changed five times an hour, and then neither stored nor sent", async () => {
    const { update, attributes } = await verifying.person("eager");
    for (let at = 0; at < 5; at++) await update({ email: `eager${at}@example.com` });
    await expect(update({ email: "eager5@example.com" })).rejects.toMatchObject({
      name: "LimitExceededException",
      message: "Attempt limit exceeded, please try after some time.",
    });
    expect(await attributes()).toEqual({ email: "eager4@example.com", email_verified: "false" });
    expect(await outbox("eager5@example.com")).toEqual([]);
    await expect(update({ name: "still possible" })).resolves.toEqual([]);
  });
});

describe("an address that the pool does not verify", () => {
  it("is stored unverified without a code", async () => {
    const { update, attributes } = await plain.person("plain", { given_name: "P", ...proven("plain@example.com") });
    expect(await update({ email: "plain@elsewhere.example" })).toEqual([]);
    expect(await attributes()).toMatchObject({ email: "plain@elsewhere.example", email_verified: "false" });
    expect(await outbox("plain@elsewhere.example")).toEqual([]);
  });
});

describe("an address that must be proven before it takes effect", () => {
  it("waits, while the old one stays, until the code comes back", async () => {
    const { update, verify, attributes } = await waiting.person("wanda", proven("old@example.com"));
    expect(await update({ email: "new@example.org", name: "Wanda" })).toEqual([
      { Destination: "n***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" },
    ]);
    expect(await attributes()).toEqual({ ...proven("old@example.com"), name: "Wanda" });
    await verify("email", await codeSentTo("new@example.org"));
    expect(await attributes()).toEqual({ ...proven("new@example.org"), name: "Wanda" });
  });

  it("is replaced by the next one that is asked for, and dropped when the old one is asked for", async () => {
    const { update, verify, attributes } = await waiting.person("will", proven("will@example.com"));
    await update({ email: "first.will@example.org" });
    await update({ email: "second.will@example.org" });
    const [first, second] = [await codeSentTo("first.will@example.org"), await codeSentTo("second.will@example.org")];
    if (first !== second) await expect(verify("email", first)).rejects.toMatchObject({ name: "CodeMismatchException" });
    await update({ email: "will@example.com" });
    await expect(verify("email", second)).rejects.toMatchObject({ name: "ExpiredCodeException" });
    expect(await attributes()).toEqual(proven("will@example.com"));
  });

  it("loses to an administrator's later word", async () => {
    const { sub, update, verify, attributes } = await waiting.person("wes", proven("wes@example.com"));
    await update({ email: "pending.wes@example.org" });
    await call("AdminUpdateUserAttributes", {
      UserPoolId: waiting.pool,
      Username: sub,
      UserAttributes: list(proven("decreed.wes@example.org")),
    });
    await expect(verify("email", await codeSentTo("pending.wes@example.org"))).rejects.toMatchObject({
      name: "ExpiredCodeException",
    });
    expect(await attributes()).toEqual(proven("decreed.wes@example.org"));
  });
});

describe("names to sign in with", () => {
  it("follow the attribute where it stands for the username, unless someone else has it", async () => {
    const { pool, person } = await open({ UsernameAttributes: ["email"] });
    const jane = await person("jane@example.com");
    await makeUser(pool, "joe@example.com");
    await expect(jane.update({ email: "joe@example.com" })).rejects.toMatchObject(ALIAS);
    expect(await jane.attributes()).toMatchObject({ email: "jane@example.com" });
    await jane.update({ email: "jane@elsewhere.example" });
    expect(await call("AdminGetUser", { UserPoolId: pool, Username: "jane@elsewhere.example" })).toMatchObject({
      Username: jane.sub,
    });
    await expect(call("AdminGetUser", { UserPoolId: pool, Username: "jane@example.com" })).rejects.toThrow();
    await makeUser(pool, "jane@example.com");
  });

  it("cannot all be deleted", async () => {
    const { person } = await open({ UsernameAttributes: ["email", "phone_number"] });
    const jane = await person("jane@example.com", { phone_number: "+12065550123" });
    await expect(jane.update({ email: "", phone_number: "" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await expect(jane.update({ email: "" })).resolves.toEqual([]);
    await expect(jane.drop("phone_number")).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("are preferred usernames that nobody else has, where those are aliases", async () => {
    const { person } = await open({ AliasAttributes: ["preferred_username"] });
    const [jane, joe] = [await person("jane"), await person("joe")];
    await jane.update({ preferred_username: "boss" });
    await expect(joe.update({ preferred_username: "boss" })).rejects.toMatchObject({
      name: "AliasExistsException",
      message: "An account with the preferred_username already exists.",
    });
    expect(await joe.attributes()).toEqual({});
  });

  it("are aliases no more once the address has changed, until the new one is proven", async () => {
    const { pool, person } = await open({ AliasAttributes: ["email"], AutoVerifiedAttributes: ["email"] });
    const jane = await person("jane", proven("jane.alias@example.com"));
    await jane.update({ email: "jane.new@example.com" });
    for (const Username of ["jane.alias@example.com", "jane.new@example.com"]) {
      await expect(call("AdminGetUser", { UserPoolId: pool, Username })).rejects.toMatchObject({
        name: "UserNotFoundException",
      });
    }
    await jane.verify("email", await codeSentTo("jane.new@example.com"));
    expect(await call("AdminGetUser", { UserPoolId: pool, Username: "jane.new@example.com" })).toMatchObject({
      Username: "jane",
    });
  });
});

describe("failures", () => {
  it("stores neither change nor code wherever the database fails, and works when tried again", async () => {
    const { update, attributes } = await verifying.person("broken", proven("broken@example.com"));
    for (const n of [1, 2]) {
      const { result } = await interruptedAt(n, () =>
        update({ email: "next@example.com" }).catch((fault: Error) => fault),
      );
      expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
      expect(await attributes()).toEqual(proven("broken@example.com"));
      const { results } = await env.DB.prepare("select 1 from codes where value = 'next@example.com'").all();
      expect(results).toEqual([]);
    }
    expect(await update({ email: "next@example.com" })).toHaveLength(1);
  });

  it("takes two hops, and one for the outbox", async () => {
    const { update } = await verifying.person("measured");
    const costs = await costsOf(async () => {
      await update({ name: "M" });
      await update({ email: "measured.update@example.com" });
    });
    expect(costs.map(({ hops }) => hops)).toEqual([2, 3]);
  });
});
