// What the arithmetic of a sign-in costs by itself, inside workerd: a worker that does one thing as often as it is asked.
import { hashPassword, verifyPassword } from "../../src/mechanisms/factors/password-hash.ts";
import { begin, makeVerifier, verifyProof } from "../../src/mechanisms/factors/srp.ts";
import { checkToken, signToken } from "../../src/mechanisms/tokens/jwt.ts";
import { signingKeys } from "../../src/mechanisms/tokens/keys.ts";
import { startSrp } from "../mechanisms/factors/plain-srp-client.ts";
import type { Arithmetic } from "./load.ts";

const identity = "Ab1Cd2Ef3jane";
const password = "Corr3ct-Horse!";
const timestamp = "Tue Mar 3 04:05:06 UTC 2026";
const secretBlock = new Uint8Array(64);
const pepper = { id: "bench", bytes: new Uint8Array(32) };

/** Prepares one kind of work. */
const WORK: Record<Arithmetic, (secrets: string[]) => Promise<() => unknown>> = {
  argon2id: async () => {
    const hash = await hashPassword(password, pepper);
    if (!(await verifyPassword(password, hash, () => pepper))) throw new Error("the hash to be timed is wrong");
    return () => verifyPassword(password, hash, () => pepper);
  },
  "RS256 signature": async (secrets) => {
    const keys = signingKeys(secrets);
    const claims = { sub: crypto.randomUUID(), iss: "https://example.com/us-east-1_Ab1Cd2Ef3", exp: 1_800_000_000 };
    return () => signToken(keys, "id", claims, Date.now());
  },
  "RS256 check": async (secrets) => {
    const keys = signingKeys(secrets);
    const claims = { sub: "jane", iss: "https://example.com/a", iat: 0, exp: 4_000_000_000, token_use: "access" };
    const token = await signToken(keys, "access", claims, Date.now());
    if (typeof (await checkToken(keys, "access", token, Date.now())) === "string")
      throw new Error("the token to be checked is wrong");
    return () => checkToken(keys, "access", token, Date.now());
  },
  "SRP: challenge": async () => {
    const { verifier } = await makeVerifier({ identity, password });
    return () => begin(verifier);
  },
  "SRP: proof": async () => {
    const { salt, verifier } = await makeVerifier({ identity, password });
    const { b, B } = begin(verifier);
    const client = startSrp();
    const signature = client.sign({ identity, password, salt, B, secretBlock, timestamp });
    const proof = { identity, verifier, b, B, A: client.A, secretBlock, timestamp, signature };
    if (!(await verifyProof(proof))) throw new Error("the proof to be timed is wrong");
    return () => verifyProof(proof);
  },
  "SRP: verifier of a new password": async () => () => makeVerifier({ identity, password }),
};

export default {
  /** `POST /<times>/<work>` with the signing keys as body; `GET /` lists the kinds of work. */
  async fetch(request: Request): Promise<Response> {
    const [, times = "", work = ""] = decodeURIComponent(new URL(request.url).pathname).split("/");
    if (request.method === "GET") return Response.json(Object.keys(WORK));
    const run = await WORK[work as Arithmetic]([await request.text()]);
    for (let i = 0; i < Number(times); i++) await run();
    return new Response();
  },
};
