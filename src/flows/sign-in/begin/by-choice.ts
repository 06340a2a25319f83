import type { Call } from "../../../call.ts";
import { passkeysOf } from "../../../directory/passkeys.ts";
import { nameKey } from "../../../directory/names.ts";
import type { Pool } from "../../../directory/pools.ts";
import { subNear, subOf, userBySub } from "../../../directory/users.ts";
import { toHex, utf8 } from "../../../lib/encoding.ts";
import { hmacSha256 } from "../../../lib/hash.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { attemptSubject } from "../../attempt-subject.ts";
import { checkSecretHash } from "../../client-secrets.ts";
import { hidesUsers } from "../../hidden-users.ts";
import { advance } from "../advance.ts";
import { afterSignUp } from "./after-sign-up.ts";
import { candidateOf } from "../session/candidate.ts";
import { type FirstFactor, firstFactors, offerFirstFactor, usualFactors } from "../factors/first-factors.ts";
import { judgePassword, migrateCounted } from "../proofs/judge-password.ts";
import { countProofTry } from "../proofs/lockout.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { noTry } from "../session/progress.ts";
import { readUser } from "../session/read-user.ts";
import { noFirstFactor, submittedName } from "../refusals.ts";
import type { Outcome, Turn } from "../sign-in.ts";
import { srpValue } from "../proofs/srp-exchange.ts";
import { offerSelection } from "../steps/select-challenge.ts";

/** What asks for a level of assurance (Amazon Cognito: step-up authentication). */
const STEP_UP = ["TARGET_ACR_VALUES", "MAX_AGE", "ACCESS_TOKEN"];

/**
 * USER_AUTH: the user picks what to begin with of what the pool allows and they have (Amazon Cognito: choice-based
 * sign-in). One hop, and one more for what sends a code or gives tokens. Where the client hides users, a name that
 * nobody has is offered what one of the pool's users would be, and whatever answers it is wrong.
 * @param session of a sign-up that was confirmed: then nothing is asked for again
 */
export async function byChoice(call: Call, turn: Turn, session?: string): Promise<Outcome> {
  const stepUp = STEP_UP.find((name) => turn.given[name] !== undefined);
  // To go on without would give less than was asked for, and say nothing of it.
  if (stepUp) throw new Refusal("NotImplementedException", `The parameter ${stepUp} is not built yet.`);
  return (session && (await afterSignUp(call, turn, session))) || choose(call, turn);
}

async function choose(call: Call, turn: Turn): Promise<Outcome> {
  const { pool, client, given, validationData } = turn;
  const name = submittedName(given);
  const { PREFERRED_CHALLENGE: preferred, SRP_A } = given;
  const password = preferred === "PASSWORD" && given.PASSWORD ? given.PASSWORD : undefined;
  if (preferred === "PASSWORD_SRP" && SRP_A) srpValue(given);
  await checkSecretHash(call, client, given.SECRET_HASH, name);
  const subject = await attemptSubject(call, pool, name);
  const sub = subOf(pool, name);
  const other = hidesUsers(client) ? subNear(pool.id, await placeOf(call, pool, name)) : "";
  const [tries, [known], groups, [found], passkeys, [usual], passkeysOfUsual] = await call.db.batch([
    password === undefined
      ? noTry(call)
      : countProofTry(call, { poolId: pool.id, subject: subject.query, kind: "password" }),
    ...readUser(call, turn, sub),
    passkeysOf(call.db, pool.id, sub),
    userBySub(call.db, pool.id, other),
    passkeysOf(call.db, pool.id, other),
  ]);
  const migrated =
    known || password === undefined
      ? undefined
      : await migrateCounted(call, turn, { name, password, validationData }, { tries, unknown: subject.unknown });
  const user = known ?? migrated;
  await preAuthenticate(call, turn, user, name);

  const own = user ? firstFactors(pool, user, passkeys.length > 0) : [];
  if (own.length === 0 && !hidesUsers(client)) throw noFirstFactor();
  const theirs = usual ? firstFactors(pool, usual, passkeysOfUsual.length > 0) : [];
  const available = [own, theirs].find(({ length }) => length > 0) ?? usualFactors(pool);
  // Whoever has nothing to begin with is nobody here: what stands in for that must lead nowhere.
  const read = { user: own.length > 0 ? user : undefined, groups, found };
  const candidate = { ...(await candidateOf(call, turn, name, read)), available };

  if (password !== undefined && available.includes("PASSWORD")) {
    const { sub: unknown } = candidate;
    const judged = await judgePassword(call, turn, candidate.user, { password, tries, unknown });
    return advance(call, { ...candidate, user: judged, passed: ["PASSWORD"] });
  }
  const factor = askedAtOnce(available, preferred);
  const challenge = factor
    ? await offerFirstFactor(call, candidate, factor, candidate.user ? passkeys : [])
    : await offerSelection(call, candidate);
  return { challenge: { ...challenge, available } };
}

/**
 * What there is no choice about: what the client prefers, if it is offered; without a preference, the only way there
 * is.
 */
function askedAtOnce(available: readonly FirstFactor[], preferred: string | undefined): FirstFactor | undefined {
  if (preferred) return available.find((factor) => factor === preferred);
  return available.length === 1 ? available[0] : undefined;
}

/**
 * Where among the subs of a pool the user is looked for who stands in for a name that nobody has: the same each time,
 * so that the answer stays the same as well; and spread over all users, so that it is as often this or that as theirs
 * are.
 */
async function placeOf(call: Call, pool: Pool, name: string): Promise<string> {
  const { bytes } = await call.keyring.oldest("unknown-user");
  const place = await hmacSha256(bytes, utf8(`first-factors/${pool.id}/${nameKey(pool, name)}`));
  return toHex(place.subarray(0, 4));
}
