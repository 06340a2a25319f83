import { begin, makeVerifier, verifyProof } from "../../src/mechanisms/factors/srp.ts";
import { startSrp } from "../mechanisms/factors/plain-srp-client.ts";

// What the arithmetic of a sign-in costs: `node test/bench/crypto.ts`. argon2 runs inside the worker only.

async function time(name: string, times: number, run: () => unknown): Promise<void> {
  for (let i = 0; i < 5; i++) await run();
  const start = process.cpuUsage();
  for (let i = 0; i < times; i++) await run();
  const { user, system } = process.cpuUsage(start);
  console.log(`${name.padEnd(32)} ${((user + system) / times / 1000).toFixed(2)} ms CPU`);
}

const identity = "Ab1Cd2Ef3jane";
const password = "Corr3ct-Horse!";
const timestamp = "Tue Mar 3 04:05:06 UTC 2026";
const secretBlock = new Uint8Array(64);

const { salt, verifier } = await makeVerifier({ identity, password });
const { b, B } = begin(verifier);
const client = startSrp();
const signature = client.sign({ identity, password, salt, B, secretBlock, timestamp });
const proof = { identity, verifier, b, B, A: client.A, secretBlock, timestamp, signature };
if (!(await verifyProof(proof))) throw new Error("the proof to be timed is wrong");

await time("SRP: make a verifier", 300, () => makeVerifier({ identity, password }));
await time("SRP: begin", 300, () => begin(verifier));
await time("SRP: verify a proof", 150, () => verifyProof(proof));
