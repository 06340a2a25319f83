import { describe, expect, test } from "vitest";
import {
  overrideAccessClaims,
  overrideIdClaims,
  type Overrides,
} from "../../../src/mechanisms/tokens/claim-overrides.ts";

const CLIENT = "1example23456789";
const GROUPS = { "cognito:groups": ["staff"], "cognito:roles": ["arn:role/a"], "cognito:preferred_role": "arn:role/a" };
const ID = {
  ..."acr amr aud at_hash auth_time azp c_hash exp event_id iat identities iss jti nbf nonce origin_jti sid sub token_use"
    .split(" ")
    .reduce((claims, name) => ({ ...claims, [name]: `own ${name}` }), {} as Record<string, string>),
  "cognito:username": "ann",
  email: "ann@example.com",
  email_verified: true,
  ...GROUPS,
};
const ACCESS = {
  ..."acr amr auth_time cnf device_key event_id exp iat iss jti nbf origin_jti token_use username version"
    .split(" ")
    .reduce((claims, name) => ({ ...claims, [name]: `own ${name}` }), {} as Record<string, string>),
  sub: "a user",
  client_id: CLIENT,
  scope: "openid email",
  "cognito:groups": ["staff"],
};

type Answer = NonNullable<Overrides["claimsAndScopeOverrideDetails"]>;
const first = (details: NonNullable<Overrides["claimsOverrideDetails"]>): Overrides => ({
  claimsOverrideDetails: details,
});
const later = (details: Answer): Overrides => ({ claimsAndScopeOverrideDetails: details });
const idChange = (changes: Answer["idTokenGeneration"]) => overrideIdClaims(ID, later({ idTokenGeneration: changes }));
const accessChange = (changes: Answer["accessTokenGeneration"], claims: Record<string, unknown> = ACCESS) =>
  overrideAccessClaims(claims, later({ accessTokenGeneration: changes }));
const valueOf = (name: string) => ({ [name]: "another" });

describe("[Amazon Cognito: pre token generation Lambda trigger] claims of the ID token", () => {
  test.each([
    ["V1_0", first],
    ["V2_0", (changes: object) => later({ idTokenGeneration: changes })],
  ] as const)("are added, replaced and suppressed by an answer to %s", (_, answer) => {
    const { email: _email, email_verified: _verified, ...others } = ID;
    const changes = {
      claimsToAddOrOverride: { plan: "gold", email: "b@example.com" },
      claimsToSuppress: ["email_verified"],
    };
    expect(overrideIdClaims(ID, answer(changes))).toEqual({ ...others, plan: "gold", email: "b@example.com" });
  });

  test.each(Object.keys(ID).filter((name) => !name.startsWith("email") && name !== "cognito:groups"))(
    "cannot have %s changed or suppressed, and nothing is said of it",
    (name) => {
      expect(idChange({ claimsToAddOrOverride: valueOf(name) })).toEqual(ID);
      expect(idChange({ claimsToSuppress: [name] })).toEqual(ID);
    },
  );

  test.each(["azp", "nbf", "nonce", "cognito:anything", "cognito:groups", "dev:custom:risk"])(
    "cannot have %s added",
    (name) =>
      expect(overrideIdClaims({ sub: "a user" }, first({ claimsToAddOrOverride: valueOf(name) }))).toEqual({
        sub: "a user",
      }),
  );

  test("are suppressed where the answer both adds and suppresses them", () => {
    expect(idChange({ claimsToAddOrOverride: valueOf("email"), claimsToSuppress: ["email"] })).not.toHaveProperty(
      "email",
    );
  });

  test("lose the roles with the groups where cognito:groups is suppressed", () => {
    const kept = Object.entries(ID).filter(([name]) => !Object.hasOwn(GROUPS, name));
    expect(idChange({ claimsToSuppress: ["cognito:groups"] })).toEqual(Object.fromEntries(kept));
  });

  test("hold any JSON", () => {
    const claims = { on: false, many: ["a", 1, true], deep: { a: { b: [null] } }, big: 1.5e300 };
    expect(idChange({ claimsToAddOrOverride: claims })).toEqual({ ...ID, ...claims });
  });

  test("[OpenID Connect Core 1.0 §5.1] have the form of the standard where that has one, whatever was given", () => {
    const texts = {
      email_verified: "false",
      phone_number_verified: "true",
      updated_at: "1700000000",
      address: "Elm Street",
    };
    const formed = {
      email_verified: false,
      phone_number_verified: true,
      updated_at: 1_700_000_000,
      address: { formatted: "Elm Street" },
    };
    expect(idChange({ claimsToAddOrOverride: texts })).toEqual({ ...ID, ...formed });
    expect(idChange({ claimsToAddOrOverride: { email_verified: false, updated_at: 5 } })).toMatchObject({
      email_verified: false,
      updated_at: 5,
    });
    const unfit = {
      email_verified: { yes: 1 },
      phone_number_verified: 1,
      updated_at: "soon",
      address: { street: "Elm" },
    };
    expect(idChange({ claimsToAddOrOverride: unfit })).toEqual(ID);
  });

  test("stay as they are where there is no answer, or one of nothing but nulls", () => {
    const nothing = { claimsToAddOrOverride: null, claimsToSuppress: null };
    for (const answer of [{}, { claimsOverrideDetails: null }, first(nothing), later({ idTokenGeneration: nothing })]) {
      expect(overrideIdClaims(ID, answer)).toEqual(ID);
    }
  });

  test("take names of an object's own members for nothing else than names", () => {
    const claims = JSON.parse('{ "__proto__": { "polluted": true }, "constructor": "text" }');
    const changed = idChange({ claimsToAddOrOverride: claims });
    expect(Object.getPrototypeOf(changed)).toBe(Object.prototype);
    expect(changed).toHaveProperty("constructor", "text");
  });
});

describe("[Amazon Cognito: pre token generation Lambda trigger] claims of the access token", () => {
  test("are out of reach of V1_0", () => {
    const changes = { claimsToAddOrOverride: { plan: "gold" }, claimsToSuppress: ["cognito:groups"] };
    expect(overrideAccessClaims(ACCESS, first(changes))).toEqual(ACCESS);
  });

  test("are added, replaced and suppressed, and suppressed where both", () => {
    const before = { ...ACCESS, plan: "tin", level: 1 };
    const changes = { claimsToAddOrOverride: { plan: { name: "gold" }, both: 1 }, claimsToSuppress: ["level", "both"] };
    expect(accessChange(changes, before)).toEqual({ ...ACCESS, plan: { name: "gold" } });
  });

  test.each(Object.keys(ACCESS).filter((name) => name !== "cognito:groups"))(
    "cannot have %s changed or suppressed, and nothing is said of it",
    (name) => {
      expect(accessChange({ claimsToAddOrOverride: valueOf(name) })).toEqual(ACCESS);
      expect(accessChange({ claimsToSuppress: [name] })).toEqual(ACCESS);
    },
  );

  test("may have their own client for an audience, and no other", () => {
    expect(accessChange({ claimsToAddOrOverride: { aud: CLIENT } })).toEqual({ ...ACCESS, aud: CLIENT });
    for (const aud of ["another", [CLIENT], [CLIENT, "another"], null]) {
      expect(accessChange({ claimsToAddOrOverride: { aud } })).toEqual(ACCESS);
    }
  });

  test("[RFC 8707 §2.2] keep the audience that was asked for", () => {
    const bound = { ...ACCESS, aud: "https://api.example" };
    expect(accessChange({ claimsToAddOrOverride: { aud: CLIENT }, claimsToSuppress: ["aud"] }, bound)).toEqual(bound);
  });

  test("lose the groups by suppression", () => {
    expect(accessChange({ claimsToSuppress: ["cognito:groups"] })).not.toHaveProperty("cognito:groups");
  });
});

describe("[Amazon Cognito: pre token generation Lambda trigger] scopes", () => {
  const scopeAfter = (changes: Answer["accessTokenGeneration"]) => accessChange(changes).scope;

  test("are added after those that were granted, each once", () => {
    expect(scopeAfter({ scopesToAdd: ["api/read", "openid", "api/read"] })).toBe("openid email api/read");
  });

  test("are suppressed, also where they were added, and aws.cognito.signin.user.admin like any", () => {
    const scope = "aws.cognito.signin.user.admin";
    expect(scopeAfter({ scopesToAdd: ["api/read"], scopesToSuppress: ["email", "api/read", "phone"] })).toBe("openid");
    const changes = { scopesToAdd: ["api/read"], scopesToSuppress: [scope] };
    expect(accessChange(changes, { ...ACCESS, scope }).scope).toBe("api/read");
  });

  test("[RFC 6749 §3.3] have no claim where none is left", () => {
    expect(accessChange({ scopesToSuppress: ["openid", "email"] })).not.toHaveProperty("scope");
  });
});

describe("[Amazon Cognito: pre token generation Lambda trigger] groups", () => {
  const both = (groupOverrideDetails: Answer["groupOverrideDetails"]) => {
    const pairs = [first({ groupOverrideDetails }), later({ groupOverrideDetails })].map((answer) => {
      const {
        "cognito:groups": groups,
        "cognito:roles": roles,
        "cognito:preferred_role": preferred,
      } = overrideIdClaims(ID, answer);
      const access = overrideAccessClaims(ACCESS, answer);
      expect(access).not.toHaveProperty("cognito:roles");
      expect(access).not.toHaveProperty("cognito:preferred_role");
      expect(access["cognito:groups"]).toEqual(groups);
      return { groups, roles, preferred };
    });
    expect(pairs[0]).toEqual(pairs[1]);
    return pairs[0];
  };

  test("are replaced in both tokens, and roles in the ID token, by an answer to every version", () => {
    const change = {
      groupsToOverride: ["a", "b"],
      iamRolesToOverride: ["arn:role/b", "arn:role/c"],
      preferredRole: "arn:role/c",
    };
    expect(both(change)).toEqual({ groups: ["a", "b"], roles: ["arn:role/b", "arn:role/c"], preferred: "arn:role/c" });
  });

  test("take the roles along where the answer names groups alone", () => {
    expect(both({ groupsToOverride: ["a"] })).toEqual({ groups: ["a"], roles: undefined, preferred: undefined });
  });

  test.each([
    ["null", null],
    ["an empty object", {}],
    ["an object of nulls", { groupsToOverride: null, iamRolesToOverride: null, preferredRole: null }],
    ["an object of empty lists", { groupsToOverride: [], iamRolesToOverride: [], preferredRole: "" }],
  ])("are gone, with their roles, where the answer gives %s", (_, groups) => {
    expect(both(groups)).toEqual({ groups: undefined, roles: undefined, preferred: undefined });
  });

  test("stay where the answer does not mention them", () => {
    expect(overrideIdClaims(ID, first({}))).toEqual(ID);
    expect(overrideAccessClaims(ACCESS, later({ accessTokenGeneration: {} }))).toEqual(ACCESS);
  });

  test("cannot be given to a client that acts for itself", () => {
    const machine = { ...ACCESS, sub: CLIENT, "cognito:groups": undefined };
    expect(overrideAccessClaims(machine, later({ groupOverrideDetails: { groupsToOverride: ["admins"] } }))).toEqual(
      machine,
    );
  });
});
