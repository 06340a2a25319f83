import type { CodeDeliveryDetailsType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../call.ts";
import { codeOf, putCode } from "../directory/codes.ts";
import type { Pool } from "../directory/pools.ts";
import { type User, userBySub } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { checkStillTrue, expiredCode, judgeAnswer, spendCode } from "./answer-code.ts";
import { checkSenders } from "./custom-sender.ts";
import { decideOn } from "./decide-on.ts";
import { deliverCode, type Destination, drawCode } from "./deliver-code.ts";
import { checkLimit, countTry } from "./hourly-limits.ts";

type Attribute = Destination["attribute"];

/** The attribute of this name, if it is one that a code can prove. @throws Refusal InvalidParameterException */
export function verifiable(name: string): Attribute {
  if (name === "email" || name === "phone_number") return name;
  throw new Refusal("InvalidParameterException", `The attribute ${name} cannot be verified.`);
}

/** Whether a new value of the attribute waits until it is proven (AttributesRequireVerificationBeforeUpdate). */
const waits = (pool: Pool, attribute: Attribute): boolean =>
  pool.settings.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate?.includes(attribute) ?? false;

/**
 * Sends a code to a user's address, or to the one that is to replace it (Amazon Cognito API:
 * GetUserAttributeVerificationCode). The code before is void.
 * @throws Refusal LimitExceededException, InvalidParameterException, CodeDeliveryFailureException,
 *   UnexpectedLambdaException
 */
export async function requestVerification(
  call: Call,
  { pool, user, clientId }: { pool: Pool; user: User; clientId: string },
  attribute: Attribute,
  clientMetadata: Record<string, string> | undefined,
): Promise<CodeDeliveryDetailsType> {
  await checkSenders(call, pool);
  const kind = `verify:${attribute}` as const;
  const [tries, [pending]] = await call.db.batch([
    countTry(call, { poolId: pool.id, subject: user.sub, kind: "send-attribute" }),
    codeOf(call.db, pool.id, user.sub, kind, call.now),
  ]);
  checkLimit(tries);
  const value = (waits(pool, attribute) && pending?.value) || user.attributes[attribute];
  if (!value) throw new Refusal("InvalidParameterException", `The user has no ${attribute} to verify.`);
  const destination = { attribute, value };
  const { code, row } = await drawCode(call, user, kind, destination);
  await putCode(call.db, row);
  const source = "CustomMessage_VerifyUserAttribute";
  return deliverCode(call, { pool, clientId, user, source, code, destination, clientMetadata });
}

/**
 * Takes the code for a user's address as proof of it, and puts the new value in place if it waited for that (Amazon Cognito
 * API: VerifyUserAttribute).
 * @throws Refusal LimitExceededException, ExpiredCodeException, CodeMismatchException, AliasExistsException,
 *   TooManyRequestsException
 */
export async function verifyAttribute(
  call: Call,
  pool: Pool,
  { sub }: Pick<User, "sub">,
  attribute: Attribute,
  answer: string,
): Promise<void> {
  // Counted for both addresses together and not forgotten at success: proving the one would allow more guesses at the other.
  const tries = { poolId: pool.id, subject: sub, kind: "verify-attribute" } as const;
  const read = [
    userBySub(call.db, pool.id, sub),
    codeOf(call.db, pool.id, sub, `verify:${attribute}`, call.now),
  ] as const;
  const [counted, [user], [held]] = await call.db.batch([countTry(call, tries), ...read]);
  checkLimit(counted);
  const readAgain = async () => {
    const [[user], [held]] = await call.db.batch([...read]);
    return { user, held };
  };
  await decideOn({ user, held }, readAgain, async ({ user, held }) => {
    if (!user) throw expiredCode("the user is gone");
    const code = await judgeAnswer(call, held, answer);
    if (!waits(pool, attribute)) checkStillTrue(code, user);
    const attributes = { ...user.attributes, [attribute]: code.value, [`${attribute}_verified`]: "true" };
    return spendCode(call, pool, user, code, { attributes });
  });
}
