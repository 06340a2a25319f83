import { clearAttempts } from "../../../directory/attempts.ts";
import { type Bytes, fromBase64, fromUtf8, toBase64Url } from "../../../lib/encoding.ts";
import { verifyProof } from "../../../mechanisms/factors/srp.ts";
import { timestampWithin } from "../../../mechanisms/factors/srp-timestamp.ts";
import type { Call } from "../../../call.ts";
import { verifierOfDevice } from "../../devices.ts";
import { punish } from "../lockout.ts";
import { resume } from "../progress.ts";
import { badSession, required, wrongPassword } from "../refusals.ts";
import type { Step } from "../sign-in.ts";
import { DEVICE_EXCHANGE, type DeviceExchange, type DeviceProgress } from "./device-exchange.ts";

const TOLERANCE = 5 * 60_000;

/**
 * DEVICE_PASSWORD_VERIFIER: the proof of a remembered device by SRP. The exchange is spent and the try counted, in one hop
 * together with the read of user and device, before the proof is judged: each takes one answer.
 */
export const devicePasswordVerifier: Step = {
  name: "DEVICE_PASSWORD_VERIFIER",

  async answer(call, turn, session) {
    const { given, pool } = turn;
    const secretBlock = fromBase64(required(given, "PASSWORD_CLAIM_SECRET_BLOCK"));
    const signature = required(given, "PASSWORD_CLAIM_SIGNATURE");
    const timestamp = required(given, "TIMESTAMP");
    const key = required(given, "DEVICE_KEY");
    if (!timestampWithin(timestamp, call.now, TOLERANCE)) throw wrongPassword("timestamp out of range");
    const { candidate, extra, tries } = await resume<DeviceProgress>(call, turn, "DEVICE_PASSWORD_VERIFIER", session, {
      once: true,
      counted: "mfa",
      tellsDevice: true,
    });
    const { device } = candidate;
    const exchange = secretBlock && (await openExchange(call, secretBlock, extra.exchange));
    if (!device || key !== extra.deviceKey || !exchange) throw badSession("answer to another challenge");
    const verifier = await verifierOfDevice(call, device);
    const of = { poolId: pool.id, subject: candidate.sub, kind: "mfa" } as const;
    const proven =
      verifier !== undefined &&
      (await verifyProof({
        ...exchange,
        identity: device.groupKey + device.key,
        verifier: verifier.verifier,
        secretBlock,
        timestamp,
        signature,
      }));
    if (!proven) {
      await punish(call, of, tries);
      throw wrongPassword("wrong proof of a device");
    }
    return {
      ...candidate,
      passed: [...candidate.passed, "DEVICE_PASSWORD_VERIFIER"],
      writes: [clearAttempts(call.db, of)],
    };
  },
};

async function openExchange(call: Call, block: Bytes, exchange: string): Promise<DeviceExchange | null> {
  const opened = await call.keyring.open(DEVICE_EXCHANGE, toBase64Url(block), exchange);
  const content = opened && fromUtf8(opened);
  return content ? (JSON.parse(content) as DeviceExchange) : null;
}
