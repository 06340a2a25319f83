import type { CodeDeliveryDetailsType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../call.ts";
import { admitted, type AttemptOf } from "../directory/attempts.ts";
import { putCode, voidCode } from "../directory/codes.ts";
import { isTaken, type Statement } from "../directory/database.ts";
import { namesOf, usernameAttributes } from "../directory/names.ts";
import type { Pool } from "../directory/pools.ts";
import { userChanges } from "../directory/user-writes.ts";
import { namesTaken, type User, userBySub } from "../directory/users.ts";
import { Refusal } from "../lib/refusal.ts";
import { checkSenders } from "./custom-sender.ts";
import { decideOn } from "./decide-on.ts";
import { deliverCode, type Destination, drawCode } from "./deliver-code.ts";
import { checkLimit, countTry } from "./hourly-limits.ts";
import { userNotFound } from "./resolve.ts";

const ADDRESSES = ["email", "phone_number"] as const;

/** What is to become of a user's attributes. */
interface Plan {
  attributes: Record<string, string>;
  /** Addresses to be proven: new values, whether they are stored already or wait for the proof. */
  unproven: Destination[];
  /** Addresses whose former change, if one still waits for its proof, is off. */
  settled: Destination["attribute"][];
}

/** A change of attributes and who asks for it. */
export interface AttributeChange {
  /** As `readAttributes` gave them; an empty text deletes. */
  submitted: Record<string, string>;
  by: "user" | "administrator";
  clientId?: string;
  clientMetadata?: Record<string, string> | undefined;
}

/**
 * Changes a user's attributes and sends codes to the addresses that are to be proven (Amazon Cognito API:
 * UpdateUserAttributes, AdminUpdateUserAttributes; UserAttributeUpdateSettingsType). Users may ask for so many codes in an
 * hour; beyond that nothing is changed, either.
 * @returns where codes went
 * @throws Refusal InvalidParameterException, AliasExistsException, LimitExceededException, UserNotFoundException,
 *   TooManyRequestsException, CodeDeliveryFailureException, UnexpectedLambdaException
 */
export async function changeAttributes(
  call: Call,
  pool: Pool,
  before: User,
  change: AttributeChange,
): Promise<CodeDeliveryDetailsType[]> {
  const readAgain = async () => {
    const [user] = await userBySub(call.db, pool.id, before.sub);
    if (!user) throw userNotFound();
    return user;
  };
  const { user, sent } = await decideOn(before, readAgain, (user) => store(call, pool, user, change));
  const { clientId, clientMetadata } = change;
  const source = "CustomMessage_UpdateUserAttribute";
  return Promise.all(
    sent.map(({ code, destination }) =>
      deliverCode(call, { pool, clientId, user, source, code, destination, clientMetadata }),
    ),
  );
}

/** Stores the change with the codes it needs, in one transaction. */
async function store(
  call: Call,
  pool: Pool,
  before: User,
  { submitted, by }: AttributeChange,
): Promise<{ user: User; sent: { code: string; destination: Destination }[] } | "stale"> {
  const { attributes, unproven, settled } = plan(pool, before, submitted, by);
  if (unproven.length > 0) await checkSenders(call, pool);
  const drawn = await Promise.all(
    unproven.map(async (destination) => {
      const kind = `verify:${destination.attribute}` as const;
      return { destination, ...(await drawCode(call, before, kind, destination)) };
    }),
  );
  const tries: AttemptOf & { kind: "send-attribute" } = {
    poolId: pool.id,
    subject: before.sub,
    kind: "send-attribute",
  };
  const counted = by === "user" && drawn.length > 0;
  const options = counted ? { unless: admitted(tries) } : {};
  const { after, statements, onlyWith } = userChanges(call.db, pool, before, { attributes }, call.now, options);
  const [change, ...others] = statements;
  const codes: Statement[] = [
    ...settled.map((name) => voidCode(call.db, { poolId: pool.id, sub: before.sub, kind: `verify:${name}` }, onlyWith)),
    ...drawn.map(({ row }) => putCode(call.db, row, onlyWith)),
  ];
  try {
    const results = counted
      ? await call.db.batch([countTry(call, tries), change, ...others, ...codes])
      : [[], ...(await call.db.batch([change, ...others, ...codes]))];
    checkLimit(results[0] as { refused: number }[]);
    const changed = (results[1] as unknown[]).length === 1;
    return changed ? { user: after, sent: drawn } : "stale";
  } catch (error) {
    if (!isTaken(error, "user_names")) throw error;
    const [taken] = await namesTaken(call.db, pool, namesOf(pool, after), before.sub);
    throw new Refusal("AliasExistsException", `An account with the ${taken?.kind ?? "name"} already exists.`);
  }
}

/** Applies what was submitted by the rules for addresses. @throws Refusal InvalidParameterException */
function plan(pool: Pool, user: User, submitted: Record<string, string>, by: AttributeChange["by"]): Plan {
  const { AutoVerifiedAttributes: proven = [], UserAttributeUpdateSettings: update } = pool.settings;
  const held = update?.AttributesRequireVerificationBeforeUpdate ?? [];
  const attributes = { ...user.attributes, ...submitted };
  const unproven: Destination[] = [];
  const settled: Destination["attribute"][] = [];
  for (const attribute of ADDRESSES) {
    const flag = `${attribute}_verified`;
    const value = submitted[attribute];
    const vouched = by === "administrator" && submitted[flag] === "true";
    if (vouched && !attributes[attribute]) {
      throw new Refusal("InvalidParameterException", `${attribute} is required to set ${flag} to true.`);
    }
    if (value === undefined) continue;
    if (held.includes(attribute)) settled.push(attribute);
    if (value === "") {
      attributes[flag] = "";
    } else if (value !== user.attributes[attribute] && !vouched) {
      if (proven.includes(attribute)) unproven.push({ attribute, value });
      if (held.includes(attribute)) keep(attributes, user, [attribute, flag]);
      else attributes[flag] = "false";
    }
  }
  for (const [name, value] of Object.entries(attributes)) if (value === "") delete attributes[name];
  checkName(pool, user, attributes);
  return { attributes, unproven, settled };
}

/** Puts back what a user has, where a new value waits for its proof. */
function keep(attributes: Record<string, string>, { attributes: present }: User, names: string[]): void {
  for (const name of names) attributes[name] = present[name] ?? "";
}

/** Whoever signs in by e-mail or phone must keep one. @throws Refusal InvalidParameterException */
function checkName(pool: Pool, user: User, attributes: Record<string, string>): void {
  const kinds = usernameAttributes(pool);
  const has = (of: Record<string, string>) => kinds.some((kind) => of[kind]);
  if (has(user.attributes) && !has(attributes)) {
    const lost = kinds.find((kind) => user.attributes[kind]);
    throw new Refusal(
      "InvalidParameterException",
      `user.${lost}: Attribute cannot be deleted, as it is the username.\n`,
    );
  }
}
