import type { Call } from "../../../call.ts";
import type { Device } from "../../../directory/devices.ts";
import { fromBase64Url, toBase64 } from "../../../lib/encoding.ts";
import { begin } from "../../../mechanisms/factors/srp.ts";
import { deviceNotFound, verifierOfDevice } from "../../devices.ts";
import { resume, sealProgress } from "../session/progress.ts";
import { badSession, required } from "../refusals.ts";
import { tryOpenState } from "../session/session-string.ts";
import type { Candidate, Step, Turn } from "../sign-in.ts";
import { type SrpState, srpValue } from "../proofs/srp-exchange.ts";
import { DEVICE_EXCHANGE, type DeviceProgress } from "./device-exchange.ts";

/** Whether a device can be asked to prove itself by SRP, as a program does; a browser's cookie has proven it before. */
const isProgram = (device: Device | undefined): device is Device =>
  device?.remembered === true && device.verifier !== null;

/**
 * DEVICE_SRP_AUTH: opens the exchange by which a remembered device proves itself (Amazon Cognito: device tracking,
 * signing in with a device). One hop. It leads to DEVICE_PASSWORD_VERIFIER, and each Session leads to one.
 */
export const deviceSrpAuth: Step = {
  name: "DEVICE_SRP_AUTH",

  due: ({ device, passed }) => isProgram(device) && !passed.includes("DEVICE_PASSWORD_VERIFIER"),

  async offer(call, signIn) {
    return { name: "DEVICE_SRP_AUTH", parameters: {}, session: await sealProgress(call, signIn, "DEVICE_SRP_AUTH") };
  },

  async answer(call, turn, session) {
    const A = srpValue(turn.given);
    required(turn.given, "DEVICE_KEY");
    const candidate = await resumeBefore(call, turn, session);
    const { device, username } = candidate;
    if (!isProgram(device)) throw badSession("the device is remembered no more");
    const verifier = await verifierOfDevice(call, device);
    if (!verifier) throw deviceNotFound();
    const exchange: SrpState = { A, ...begin(verifier.verifier) };
    const progress: DeviceProgress = { deviceKey: device.key, exchange: crypto.randomUUID() };
    const block = await call.keyring.sealJson(DEVICE_EXCHANGE, exchange, progress.exchange);
    return {
      challenge: {
        name: "DEVICE_PASSWORD_VERIFIER",
        parameters: {
          DEVICE_KEY: device.key,
          SALT: verifier.salt,
          // Clients decode it as ordinary base64 to sign it.
          SECRET_BLOCK: toBase64(fromBase64Url(block) as Uint8Array),
          SRP_B: exchange.B,
          USERNAME: username,
        },
        session: await sealProgress(call, candidate, "DEVICE_PASSWORD_VERIFIER", progress),
      },
    };
  },
};

/** The codes after which a program may bring back the Session that it answered them with. */
const CODES = ["SMS_MFA", "SOFTWARE_TOKEN_MFA"] as const;

/**
 * Where the sign-in stood when the device was asked for. After a code that does not spare the device its proof,
 * amazon-cognito-identity-js (sendMFACode) overlooks the Session of DEVICE_SRP_AUTH and sends that of the code. As long
 * as that was answered rightly it says the same: who passed what. It, too, is taken once.
 */
async function resumeBefore(call: Call, turn: Turn, session: string | undefined): Promise<Candidate> {
  const taking = { once: true, tellsDevice: true };
  const code = turn.pool.settings.DeviceConfiguration?.ChallengeRequiredOnNewDevice
    ? undefined
    : await sealedFor(call, turn, session);
  if (code === undefined) return (await resume(call, turn, "DEVICE_SRP_AUTH", session, taking)).candidate;
  const { candidate } = await resume(call, turn, code, session, { ...taking, answered: true });
  return { ...candidate, passed: [...candidate.passed, code] };
}

/** The code whose challenge a session was made for, if it was one of these. */
async function sealedFor(call: Call, turn: Turn, session: string | undefined) {
  const opened = await Promise.all(CODES.map((code) => tryOpenState(call, turn, code, session)));
  return CODES.find((_, at) => opened[at]);
}
