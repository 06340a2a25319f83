import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JwtVerifier } from "aws-jwt-verify";
import { afterAll, expect, test } from "vitest";
import { sender } from "../../src/command/dev/send.ts";
import { freePort, Project, type Started } from "./project.ts";

// The tests of this file are one story: they follow one another on one copy of the project.
const project = new Project();
afterAll(async () => {
  expect(await project.quiet()).toEqual([]);
  project.remove();
});

interface Told {
  url: string;
  poolId: string;
  clientId: string;
  username: string;
  password: string;
}
let first: Told;
let vars: string;

const told = async (dev: Started): Promise<Told> => {
  const [, url, poolId, clientId, username, password] = await dev.says(
    /Limen answers at (\S+)\n +user pool +(\S+)\n +client +(\S+)\n +demo user +(\S+) \/ (\S+)\n/,
  );
  return { url, poolId, clientId, username, password } as Told;
};

const readVars = () => readFileSync(join(project.folder, ".dev.vars"), "utf8");
const administrate = (url: string) => sender(url, { accessKeyId: "local", secretAccessKey: "local" });

async function signIn({ url, clientId, username, password }: Told): Promise<{ AccessToken: string; IdToken: string }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: clientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  });
  const answer = (await response.json()) as { AuthenticationResult: { AccessToken: string; IdToken: string } };
  expect(answer).toMatchObject({ AuthenticationResult: { AccessToken: expect.any(String) } });
  return answer.AuthenticationResult;
}

test("a first start on a fresh clone makes keys and a demo user who can sign in; Ctrl-C ends everything", async () => {
  const port = await freePort();
  const dev = project.start("npm", ["run", "dev", "--", "--port", String(port), "--ip", "127.0.0.1"]);
  first = await told(dev);
  expect(first.url).toBe(`http://127.0.0.1:${port}`);
  expect((await fetch(`${first.url}/health`)).status).toBe(200);

  vars = readVars();
  expect(statSync(join(project.folder, ".dev.vars")).mode & 0o777).toBe(0o600);

  const { AccessToken, IdToken } = await signIn(first);
  const issuer = `${first.url}/${first.poolId}`;
  const keys = await (await fetch(`${issuer}/.well-known/jwks.json`)).json();
  for (const [tokenUse, token] of [
    ["access", AccessToken],
    ["id", IdToken],
  ] as const) {
    const verifier = JwtVerifier.create({ issuer, audience: null });
    verifier.cacheJwks(keys as never);
    expect(await verifier.verify(token)).toMatchObject({ token_use: tokenUse, iss: issuer });
  }

  dev.signal("SIGINT", { group: true });
  await dev.ended;
  expect(await project.quiet()).toEqual([]);
  await expect(fetch(`${first.url}/health`)).rejects.toThrow();
}, 120_000);

test("a second start keeps keys and pool, adds what is missing of the demo, and works from any folder; ending npm ends everything", async () => {
  const port = await freePort();
  const dev = project.start("npm", ["--prefix", project.folder, "run", "dev", "--", "--port", String(port)], tmpdir());
  const second = await told(dev);
  expect(second).toEqual({ ...first, url: `http://localhost:${port}` });
  expect(readVars()).toBe(vars);
  await signIn(second);
  await administrate(second.url)("AdminDeleteUser", { UserPoolId: second.poolId, Username: second.username });
  dev.signal("SIGTERM");
  expect(await project.quiet()).toEqual([]);
}, 120_000);

test("a start after the user went missing makes them anew; being killed outright leaves nothing behind", async () => {
  const dev = project.start(process.execPath, ["src/command/dev.ts", "--port", String(await freePort())]);
  const third = await told(dev);
  expect([third.poolId, third.clientId]).toEqual([first.poolId, first.clientId]);
  await signIn(third);
  dev.signal("SIGKILL");
  await dev.ended;
  expect(await project.quiet()).toEqual([]);
}, 120_000);

test("a port that is in use ends it with wrangler's own words and code", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  try {
    const dev = project.start(process.execPath, ["src/command/dev.ts", "--port", String(port), "--ip", "127.0.0.1"]);
    expect(await dev.ended).not.toBe(0);
    expect(dev.output).toMatch(/address already in use/i);
    expect(await project.quiet()).toEqual([]);
  } finally {
    server.close();
  }
}, 120_000);
