// PreventUserExistenceErrors: what callers are told of names that nobody has, so that it could be anybody's.
import type { Call } from "../call.ts";
import type { Client } from "../directory/clients.ts";
import type { Code, CodeKind } from "../directory/codes.ts";
import { nameKey, namesOf, usernameAttributes } from "../directory/names.ts";
import type { Pool } from "../directory/pools.ts";
import type { User } from "../directory/users.ts";
import { utf8 } from "../lib/encoding.ts";
import { hmacSha256 } from "../lib/hash.ts";
import { Refusal } from "../lib/refusal.ts";
import { isEmail, isPhone } from "../mechanisms/attributes/formats.ts";
import { deliverCode, type Delivery, type Destination, drawCode } from "./deliver-code.ts";
import { sendLater } from "./send-later.ts";

/** Whether the client wants unknown users answered as known ones. */
export const hidesUsers = (client: Client): boolean => client.settings.PreventUserExistenceErrors === "ENABLED";

/** What is said of a name that nobody has where the client does not hide that. */
export const unknownName = (): Refusal =>
  new Refusal("UserNotFoundException", "Username/client id combination not found.");

/**
 * Whether SignUp tells whoever asks that this name is taken, as it does of usernames and what stands for them. Only what
 * it does not tell is worth hiding: aliases, and every name where nobody can sign up.
 */
export function isPublicName(pool: Pool, user: User, name: string): boolean {
  if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly) return false;
  const key = nameKey(pool, name);
  const kinds: readonly string[] = ["username", ...usernameAttributes(pool)];
  return namesOf(pool, user).some(({ kind, value }) => kinds.includes(kind) && nameKey(pool, value) === key);
}

/**
 * Where a code to this name would go if someone had it: to the name itself if that is an address, else to one that is
 * the same every time.
 * @param attribute where codes to users with names of another form mostly go
 */
export async function simulatedDestination(
  call: Call,
  pool: Pool,
  name: string,
  attribute: Destination["attribute"],
): Promise<Destination> {
  const key = await call.keyring.oldest("unknown-user");
  const bytes = await hmacSha256(key.bytes, utf8(`delivery/${pool.id}/${nameKey(pool, name)}`));
  if (isEmail(name)) return { attribute: "email", value: name };
  if (isPhone(name)) return { attribute: "phone_number", value: name };
  const pick = (from: string, at: number) => from[(bytes[at] as number) % from.length] as string;
  // Weighed roughly as first letters of people's addresses and of their providers are.
  const value =
    attribute === "email"
      ? `${pick("aabcddeefghijjjkkllmmmnoprrssstttvw", 0)}@${pick("ggggggghhooyyicamp", 1)}`
      : `+1${Array.from({ length: 10 }, (_, at) => pick("0123456789", at)).join("")}`;
  return { attribute, value };
}

/**
 * A code that no answer fits, kept where a real one would be: a name that nobody has then costs the same writes, and
 * answers are told apart into wrong and expired as with a real one. Its hash is made for another value than it names.
 * @param sub the user's, or what the tries of an unknown name are counted under
 */
export async function decoyCode(
  call: Call,
  poolId: string,
  sub: string,
  kind: CodeKind,
  attribute: Destination["attribute"],
): Promise<Code> {
  const { row } = await drawCode(call, { poolId, sub }, kind, { attribute, value: crypto.randomUUID() });
  return { ...row, value: "" };
}

/** Sends a code after the answer has left: neither its time nor its failure tells that there was someone to send it to. */
export const deliverLater = (call: Call, about: Delivery): void =>
  sendLater(call, about.source, () => deliverCode(call, about));
