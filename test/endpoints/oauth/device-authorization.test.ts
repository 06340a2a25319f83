import { beforeAll, describe, expect, test } from "vitest";
import { call, makePool, makeUser, ORIGIN, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { makeWebClient, Person } from "../login/person.ts";
import { allowed, DEVICE, Devices, entered } from "./devices.ts";
import { basic } from "./requests.ts";

let devices: Devices;

beforeAll(async () => {
  devices = await Devices.make();
});

describe("the device authorization endpoint", () => {
  test("[RFC 8628 §3.2] gives two codes and tells where to go and how long they live", async () => {
    const answer = await devices.begin({ scope: "openid email" });
    expect(answer).toEqual({
      status: 200,
      device_code: expect.stringMatching(/^[\w-]{100,}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${ORIGIN}/device`,
      verification_uri_complete: `${ORIGIN}/device?user_code=${answer.user_code}`,
      expires_in: 600,
      interval: 5,
    });
  });

  test("[RFC 8628 §3.1] asks confidential clients for their secret", async () => {
    const { ClientId, ClientSecret } = await makeWebClient(devices.pool, { ...DEVICE, GenerateSecret: true });
    expect(await devices.begin({ client_id: ClientId })).toMatchObject({ status: 401, error: "invalid_client" });
    const headers = basic(ClientId, ClientSecret as string);
    const { device_code, user_code } = await devices.begin({ client_id: ClientId }, headers);
    await allowed(user_code);
    expect(await devices.poll(device_code, { client_id: ClientId })).toMatchObject({
      status: 400,
      error: "invalid_client",
    });
    expect(await devices.poll(device_code, { client_id: ClientId }, headers)).toMatchObject({ status: 200 });
  });

  test.each([[{ AllowedOAuthFlows: ["code"] }], [{ AllowedOAuthFlowsUserPoolClient: false }]])(
    "is closed to a client with %j",
    async (settings) => {
      const { ClientId } = await makeWebClient(devices.pool, { ...DEVICE, ...settings });
      const refused = { status: 400, error: "unauthorized_client" };
      expect(await devices.begin({ client_id: ClientId })).toMatchObject(refused);
      expect(await devices.poll("x", { client_id: ClientId })).toMatchObject(refused);
    },
  );

  test("stands beside the flows of browsers, and not beside that of machines", async () => {
    const { ClientId } = await makeWebClient(devices.pool, { AllowedOAuthFlows: ["code", "implicit", "device_code"] });
    expect(await devices.begin({ client_id: ClientId })).toMatchObject({ status: 200 });
    const settings = { AllowedOAuthFlows: ["client_credentials", "device_code"], GenerateSecret: true };
    await expect(makeWebClient(devices.pool, settings)).rejects.toMatchObject({ name: "InvalidOAuthFlowException" });
  });

  test.each(["openid nonsense", "email", "profile phone"])("[RFC 6749 §5.2] refuses the scope %s", async (scope) => {
    expect(await devices.begin({ scope })).toMatchObject({ status: 400, error: "invalid_scope" });
  });

  test("answers with the domain of the pool, where codes of other pools are unknown", async () => {
    const host = "https://devices.example";
    const other = await makePool();
    const { ClientId } = await makeWebClient(other, DEVICE);
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/x" };
    await call("CreateUserPoolDomain", { UserPoolId: other, Domain: "devices.example", CustomDomainConfig });
    const here = await devices.begin({ client_id: ClientId }, {}, host);
    expect(here.verification_uri).toBe(`${host}/device`);
    const foreign = new Person(host);
    await entered((await devices.begin()).user_code, foreign);
    expect(foreign.html).toContain("There is no such code");
    await makeUser(other, "ada");
    const person = await entered(here.user_code, new Person(host));
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.url.startsWith(`${host}/device?`)).toBe(true);
    await person.submit({ allow: "1" });
    expect(await devices.poll(here.device_code, { client_id: ClientId })).toMatchObject({ status: 200 });
  });

  test("costs one hop, a poll one, and tokens three", async () => {
    await devices.begin();
    expect(await costsOf(() => devices.begin())).toMatchObject([
      { operation: "/oauth2/device_authorization", hops: 1 },
    ]);
    const { device_code, user_code } = await devices.begin();
    expect(await costsOf(() => devices.poll(device_code))).toMatchObject([{ event: "refused", hops: 1 }]);
    await allowed(user_code);
    await devices.poll("x");
    expect(await costsOf(() => devices.poll(device_code))).toMatchObject([{ event: "operation", hops: 3 }]);
  });
});
