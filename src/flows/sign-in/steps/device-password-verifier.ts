import { clearAttempts } from "../../../directory/attempts.ts";
import { type Bytes, fromBase64, toBase64Url } from "../../../lib/encoding.ts";
import { verifyProof } from "../../../mechanisms/factors/srp.ts";
import type { Call } from "../../../call.ts";
import { verifierOfDevice } from "../../devices.ts";
import { punish } from "../proofs/lockout.ts";
import { resume } from "../session/progress.ts";
import { badSession, required, wrongPassword } from "../refusals.ts";
import type { Step } from "../sign-in.ts";
import { readClaim, type SrpState } from "../proofs/srp-exchange.ts";
import { DEVICE_EXCHANGE, type DeviceProgress } from "./device-exchange.ts";

/**
 * DEVICE_PASSWORD_VERIFIER: the proof of a remembered device by SRP. The exchange is spent and the try counted, in one
 * hop together with the read of user and device, before the proof is judged: each takes one answer.
 */
export const devicePasswordVerifier: Step = {
  name: "DEVICE_PASSWORD_VERIFIER",

  async answer(call, turn, session) {
    const { given, pool } = turn;
    const key = required(given, "DEVICE_KEY");
    const { signature, timestamp, ...claim } = readClaim(call, given);
    const secretBlock = fromBase64(claim.secretBlock);
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

const openExchange = (call: Call, block: Bytes, exchange: string): Promise<SrpState | null> =>
  call.keyring.openJson(DEVICE_EXCHANGE, toBase64Url(block), exchange);
