import { beforeAll, describe, expect, it, vi } from "vitest";
import { targetOf } from "../../../src/mechanisms/triggers/targets.ts";
import { makeClient, makePool, ORIGIN, PASSWORD } from "../../client.ts";
import { get } from "../../fetch.ts";
import { newFunction } from "../../triggers/functions.ts";

const SECRET = "a secret of thirty-two characters";
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:check";
const HOOK = { url: "https://hooks.example/check", secret: SECRET };
const LAMBDA = { lambda: { accessKeyId: "AKID", secretAccessKey: SECRET } };

describe("TRIGGERS says what is wrong with it, and no secret:", () => {
  it.each<[what: string, text: string, message: string]>([
    ["text that is no JSON", `${SECRET}{`, "TRIGGERS: is not JSON"],
    ["a list", "[]", "TRIGGERS: must be an object of objects by ARN"],
    ["a target that is no object", JSON.stringify({ [ARN]: SECRET }), "TRIGGERS: must be an object of objects by ARN"],
    [
      "a name that is no ARN",
      JSON.stringify({ [ARN]: HOOK, [SECRET]: HOOK }),
      "TRIGGERS: the name of member 2 is no ARN, nor the begin of one",
    ],
    [
      "a star in the middle of a name",
      JSON.stringify({ "arn:aws:*:function:a": HOOK }),
      "TRIGGERS: the name of member 1 is no ARN, nor the begin of one",
    ],
    ["no way to reach it", JSON.stringify({ [ARN]: {} }), `TRIGGERS["${ARN}"]: has none of service, url, lambda`],
    [
      "two ways to reach it",
      JSON.stringify({ [ARN]: { service: "HOOKS", ...HOOK } }),
      `TRIGGERS["${ARN}"]: has a member that does not belong there`,
    ],
    [
      "a binding of impossible name",
      JSON.stringify({ [ARN]: { service: "my hooks" } }),
      `TRIGGERS["${ARN}"].service: is not well-formed`,
    ],
    [
      "a webhook without secret",
      JSON.stringify({ [ARN]: { url: HOOK.url } }),
      `TRIGGERS["${ARN}"].secret: must be given as string`,
    ],
    [
      "a secret that is soon guessed",
      JSON.stringify({ [ARN]: { ...HOOK, secret: SECRET.slice(0, 31) } }),
      `TRIGGERS["${ARN}"].secret: is too short`,
    ],
    [
      "an address that is none",
      JSON.stringify({ [ARN]: { ...HOOK, url: "hooks.example" } }),
      `TRIGGERS["${ARN}"].url: is not well-formed`,
    ],
    [
      "an address with a password",
      JSON.stringify({ [ARN]: { ...HOOK, url: "https://me:secret@hooks.example" } }),
      `TRIGGERS["${ARN}"].url: is not well-formed`,
    ],
    [
      "Lambda without keys",
      JSON.stringify({ [ARN]: { lambda: { region: "us-east-1" } } }),
      `TRIGGERS["${ARN}"].lambda.accessKeyId: must be given as string; TRIGGERS["${ARN}"].lambda.secretAccessKey: must be given as string`,
    ],
    [
      "Lambda with what it does not know",
      JSON.stringify({ [ARN]: { lambda: { ...LAMBDA.lambda, [SECRET]: 1 } } }),
      `TRIGGERS["${ARN}"].lambda: has a member that does not belong there`,
    ],
  ])("%s", (_, text, message) => {
    expect(() => targetOf(text, ARN)).toThrow(new Error(message));
  });
});

describe("a function is reached", () => {
  const targets = JSON.stringify({
    "arn:aws:lambda:*": HOOK,
    "arn:aws:lambda:us-east-1:000000000000:function:che*": HOOK,
    [ARN]: LAMBDA,
    "arn:aws-cn:*": LAMBDA,
  });
  /** The request that is made: its address and what comes with it. */
  const requested = async (arn: string, text: string, wait: boolean) => {
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.reject(new Error("no network")));
    const call = { now: 0, settings: { development: false }, log: () => undefined } as never;
    const invocation = { arn, body: new Uint8Array(), wait, signal: new AbortController().signal };
    await targetOf(text, arn)?.(call, invocation).catch(() => undefined);
    const [address, init] = fetched.mock.calls[0] ?? [];
    fetched.mockRestore();
    return { address, init };
  };
  /** Where a request goes. */
  const asked = async (arn: string, text = targets) => (await requested(arn, text, true)).address;
  const path = (arn: string) => `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`;

  it("by the entry of its name before any that ends with a star", async () => {
    expect(await asked(ARN)).toBe(`https://lambda.us-east-1.amazonaws.com${path(ARN)}`);
  });

  it("by the longest that ends with a star, whatever their order", async () => {
    const two = (keys: string[]) =>
      JSON.stringify(Object.fromEntries(keys.map((key) => [key, { ...HOOK, url: `https://${key.length}.example/` }])));
    const keys = ["arn:aws:lambda:us-east-1:*", "*", "arn:aws:lambda:us-east-1:000000000000:*"];
    expect(await asked(ARN, two(keys))).toBe("https://39.example/");
    expect(await asked(ARN, two(keys.reverse()))).toBe("https://39.example/");
    expect(await asked("arn:aws:lambda:eu-west-1:1:function:a", two(keys))).toBe("https://1.example/");
  });

  it("in its own region and partition, unless another is named", async () => {
    const china = "arn:aws-cn:lambda:cn-north-1:000000000000:function:a";
    expect(await asked(china)).toBe(`https://lambda.cn-north-1.amazonaws.com.cn${path(china)}`);
    const elsewhere = JSON.stringify({ "*": { lambda: { ...LAMBDA.lambda, region: "eu-west-1" } } });
    expect(await asked(ARN, elsewhere)).toBe(`https://lambda.eu-west-1.amazonaws.com${path(ARN)}`);
    const local = JSON.stringify({ "*": { lambda: { ...LAMBDA.lambda, endpoint: "https://lambda.test/" } } });
    expect(await asked(ARN, local)).toBe(`https://lambda.test${path(ARN)}`);
  });

  it.each(["evil.example/", "evil.example/x", "x@evil.example/", "evil.example", "x,evil", ""])(
    "never by Lambda at a host that a pool's ARN makes up: region %j",
    async (region) => {
      expect(await asked(`arn:aws:lambda:${region}:000000000000:function:a`, JSON.stringify({ "*": LAMBDA }))).toBe(
        undefined,
      );
    },
  );

  it("[AWS Lambda API: Invoke] by Lambda without being waited for where nobody wants a reply", async () => {
    for (const [wait, type] of [
      [true, "RequestResponse"],
      [false, "Event"],
    ] as const) {
      const { init } = await requested(ARN, targets, wait);
      expect(new Headers(init?.headers).get("x-amz-invocation-type")).toBe(type);
    }
  });

  it.each([
    ["webhook", HOOK],
    ["Lambda", LAMBDA],
  ])("as a %s at its own address, and at none that it leads to", async (_, target) => {
    const { init } = await requested(ARN, JSON.stringify({ "*": target }), true);
    expect(init).toMatchObject({ method: "POST", redirect: "manual" });
  });

  it("not where no entry is for it", async () => {
    expect(targetOf(targets, "arn:aws-us-gov:lambda:us-gov-east-1:0:function:a")).toBeUndefined();
    expect(targetOf(undefined, ARN)).toBeUndefined();
    expect(targetOf("", ARN)).toBeUndefined();
  });

  it("never unencrypted", async () => {
    expect(await asked(ARN, JSON.stringify({ "*": { ...HOOK, url: "http://hooks.example/" } }))).toBeUndefined();
    const lambda = { lambda: { ...LAMBDA.lambda, endpoint: "http://lambda.test" } };
    expect(await asked(ARN, JSON.stringify({ "*": lambda }))).toBeUndefined();
  });
});

describe("a pool whose function cannot be found refuses what it should be asked about,", () => {
  let ClientId: string;
  beforeAll(async () => {
    const pool = await makePool({ LambdaConfig: { PreSignUp: newFunction().arn } });
    ({ ClientId } = await makeClient(pool));
  });
  /** @returns the answer, and what was logged of why */
  const signUp = async (TRIGGERS: string | undefined) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const response = await get(
      `${ORIGIN}/`,
      {
        method: "POST",
        headers: {
          "x-amz-target": "AWSCognitoIdentityProviderService.SignUp",
          "content-type": "application/x-amz-json-1.1",
        },
        body: JSON.stringify({ ClientId, Username: "ann", Password: PASSWORD }),
      },
      { TRIGGERS },
    );
    const lines = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    return { status: response.status, answer: await response.json(), lines };
  };
  const refused = {
    status: 400,
    answer: { __type: "UnexpectedLambdaException", message: "PreSignUp invocation failed due to configuration." },
  };

  it.each<[what: string, TRIGGERS: string | undefined]>([
    ["without TRIGGERS", undefined],
    ["where TRIGGERS has other functions", JSON.stringify({ [ARN]: HOOK })],
    ["where it names a binding that is none", JSON.stringify({ "*": { service: "NOTHING" } })],
    ["where it names a binding that is no worker", JSON.stringify({ "*": { service: "ADMIN_KEYS" } })],
    ["where it names what every object has", JSON.stringify({ "*": { service: "constructor" } })],
  ])("%s", async (_, TRIGGERS) => {
    expect(await signUp(TRIGGERS)).toMatchObject(refused);
  });

  it("and the log says what is wrong with TRIGGERS", async () => {
    const { lines, ...answer } = await signUp(JSON.stringify({ [ARN]: { ...HOOK, secret: "short" } }));
    expect(answer).toEqual(refused);
    expect(lines.join()).toContain("secret: is too short");
    expect(lines.join()).not.toContain('"short"');
  });
});
