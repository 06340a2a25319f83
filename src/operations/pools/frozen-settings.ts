// Cognito freezes how people are named and what is required of them when a pool is made. Here that may change as long as
// everyone who is in the pool stays as valid, and as able to sign in, as before.
import { aliasAttributes, usernameAttributes } from "../../directory/names.ts";
import {
  everyClientMayWrite,
  everyUserHas,
  everyUserHasOneOf,
  hasNoUsers,
  noClientAllows,
  noDomainShows,
  noUsernameResembles,
} from "../../directory/pool-changes.ts";
import type { Pool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";
import { isTighter } from "./schema.ts";

/** Something that must hold when a pool is changed, and what is answered when it does not. */
export interface Condition {
  holds: ReturnType<typeof hasNoUsers>;
  refusal: Refusal;
}

const unless = (holds: Condition["holds"], message: string, name = "InvalidParameterException"): Condition => ({
  holds,
  refusal: new Refusal(name, message),
});

/** What the users and clients of a pool must be like for it to become `after`. */
export const conditionsOf = (before: Pool, after: Pool): Condition[] => [
  ...namingConditions(before, after),
  ...schemaConditions(before, after),
  ...tierConditions(before, after),
];

function namingConditions(before: Pool, after: Pool): Condition[] {
  const { id } = after;
  const [held, wanted] = [usernameAttributes(before), usernameAttributes(after)];
  if (held.length > 0 !== wanted.length > 0) {
    return [unless(hasNoUsers(id), "UsernameAttributes can be set or removed only while the user pool has no users.")];
  }
  const conditions: Condition[] = [];
  if (held.some((kind) => !wanted.includes(kind))) {
    const rest = wanted.join(" or ");
    conditions.push(unless(everyUserHasOneOf(id, wanted), `Some users could not sign in: they have no ${rest}.`));
  }
  for (const kind of aliasAttributes(after)) {
    if (kind === "preferred_username" || aliasAttributes(before).includes(kind)) continue;
    const message = `${kind} cannot become an alias: the username of some user looks like one.`;
    conditions.push(unless(noUsernameResembles(id, kind), message));
  }
  return conditions;
}

function schemaConditions(before: Pool, after: Pool): Condition[] {
  const { id } = after;
  return after.attributes.flatMap((attribute) => {
    const { Name, Required } = attribute;
    const was = before.attributes.find((other) => other.Name === Name);
    if (!was) return [];
    const conditions: Condition[] = [];
    if (Required && !was.Required) {
      conditions.push(
        unless(everyUserHas(id, Name), `${Name} cannot become required: some users do not have it.`),
        unless(everyClientMayWrite(id, Name), `${Name} cannot become required: an app client may not write it.`),
      );
    }
    if (isTighter(was, attribute)) {
      const message = `The constraints of ${Name} can be narrowed only while the user pool has no users.`;
      conditions.push(unless(hasNoUsers(id), message));
    }
    return conditions;
  });
}

function tierConditions(before: Pool, after: Pool): Condition[] {
  if (after.settings.UserPoolTier !== "LITE" || before.settings.UserPoolTier === "LITE") return [];
  const refused = "TierChangeNotAllowedException";
  const flow = "An app client allows ALLOW_USER_AUTH, which is not available in the LITE tier.";
  const pages = "A domain has ManagedLoginVersion 2, which is not available in the LITE tier.";
  return [
    unless(noClientAllows(after.id, "ALLOW_USER_AUTH"), flow, refused),
    unless(noDomainShows(after.id, 2), pages, refused),
  ];
}
