import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, codeSentTo, makeClient, makePool, outbox, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const LIMIT = { name: "LimitExceededException", message: "Attempt limit exceeded, please try after some time." };
const UNKNOWN = { name: "UserNotFoundException", message: "Username/client id combination not found." };

const list = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));

async function open(settings: object = {}, clientSettings: object = {}) {
  const pool = await makePool({ AutoVerifiedAttributes: ["email"], ...settings });
  const { ClientId } = await makeClient(pool, clientSettings);
  const signUp = (Username: string, attributes: Record<string, string> = {}) =>
    call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes: list(attributes) });
  const resend = async (Username: string) =>
    (await call("ResendConfirmationCode", { ClientId, Username })).CodeDeliveryDetails;
  const confirm = (Username: string, ConfirmationCode: string) =>
    call("ConfirmSignUp", { ClientId, Username, ConfirmationCode });
  return { pool, signUp, resend, confirm };
}

let plain: Awaited<ReturnType<typeof open>>;
let hiding: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  plain = await open();
  hiding = await open({}, { PreventUserExistenceErrors: "ENABLED" });
});

describe("ResendConfirmationCode", () => {
  it("sends another code and says where to", async () => {
    await plain.signUp("jane", { email: "jane@example.com" });
    expect(await plain.resend("jane")).toEqual({
      Destination: "j***@e***",
      DeliveryMedium: "EMAIL",
      AttributeName: "email",
    });
    expect(await outbox("jane@example.com")).toHaveLength(2);
  });

  it("refuses a confirmed user, and one who has nothing to verify", async () => {
    await plain.signUp("done", { email: "done@example.com" });
    await plain.confirm("done", await codeSentTo("done@example.com"));
    await expect(plain.resend("done")).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "User is already confirmed.",
    });
    await plain.signUp("bare");
    await expect(plain.resend("bare")).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("says that nobody has a name, unless the client hides that", async () => {
    await expect(plain.resend("nobody")).rejects.toMatchObject(UNKNOWN);
    const simulated = await hiding.resend("nobody");
    expect(simulated).toEqual({
      Destination: expect.stringMatching(/^[a-z]\*\*\*@[a-z]\*\*\*$/),
      DeliveryMedium: "EMAIL",
      AttributeName: "email",
    });
    expect(await hiding.resend("nobody")).toEqual(simulated);
  });

  it("answers for a disabled user as for an unknown one, and sends nothing", async () => {
    for (const { pool, signUp } of [plain, hiding]) {
      await signUp("off", { email: `off.${pool.slice(-4)}@example.com` });
      await call("AdminDisableUser", { UserPoolId: pool, Username: "off" });
    }
    await expect(plain.resend("off")).rejects.toMatchObject(UNKNOWN);
    expect(await hiding.resend("off")).toMatchObject({ DeliveryMedium: "EMAIL" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await outbox(`off.${hiding.pool.slice(-4)}@example.com`)).toHaveLength(1);
  });

  it("sends the code after the answer where the client hides users", async () => {
    await hiding.signUp("mia", { email: "mia@example.com" });
    await hiding.resend("mia");
    await expect.poll(() => outbox("mia@example.com")).toHaveLength(2);
    await expect(hiding.confirm("mia", await codeSentTo("mia@example.com"))).resolves.toEqual({});
  });

  it("sends five codes an hour, to names that nobody has as well", async () => {
    await plain.signUp("eager", { email: "eager@example.com" });
    for (let at = 0; at < 5; at++) await plain.resend("eager");
    await expect(plain.resend("eager")).rejects.toMatchObject(LIMIT);
    expect(await outbox("eager@example.com")).toHaveLength(6);
    for (let at = 0; at < 5; at++) await hiding.resend("ghost");
    await expect(hiding.resend("ghost")).rejects.toMatchObject(LIMIT);
    await env.DB.prepare("update attempts set since = since - 3600000 where pool_id = ?").bind(plain.pool).run();
    await expect(plain.resend("eager")).resolves.toBeDefined();
  });

  it("costs the same for a name that nobody has, rows written included", async () => {
    await hiding.signUp("real", { email: "real@example.com" });
    await hiding.resend("warm-up");
    const costs = await costsOf(async () => {
      await hiding.resend("real");
      await hiding.resend("unreal");
    });
    expect(costs.map(({ hops }) => hops)).toEqual([2, 2]);
    await expect.poll(() => outbox("real@example.com")).toHaveLength(2);
  });

  it("keeps unknown names out of the database", async () => {
    await hiding.resend("unmistakable-name@example.com");
    for (const table of ["attempts", "codes", "user_names", "outbox"]) {
      const { results } = await env.DB.prepare(`select * from ${table}`).all();
      expect(JSON.stringify(results), table).not.toContain("unmistakable");
    }
  });
});
