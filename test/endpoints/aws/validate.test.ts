import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matcher } from "../../../src/endpoints/aws/pattern.ts";
import { model, type Service, services, type Shape } from "../../../src/endpoints/aws/model/model.ts";
import { validateInput } from "../../../src/endpoints/aws/validate.ts";
import { toBase64 } from "../../../src/lib/encoding.ts";
import { Refusal } from "../../../src/lib/refusal.ts";
import { brokenInput, validInput } from "./arbitrary-input.ts";

const pool = "eu-west-1_abcDEF123";

/** The refusal of an input, as `Name: message`; "accepted" when there is none. Anything else thrown fails the test. */
function verdict(operation: string, body: unknown, service: Service = "cognito-idp"): string {
  try {
    validateInput(service, operation, body);
    return "accepted";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.name}: ${error.message}`;
  }
}

const accepted = (operation: string, body: unknown) => validateInput("cognito-idp", operation, body);

describe("wording of violations", () => {
  const invalid = "InvalidParameterException: 1 validation error detected: ";

  it("quotes the value and the pattern", () => {
    expect(verdict("DescribeUserPool", { UserPoolId: "bad id" })).toBe(
      `${invalid}Value 'bad id' at 'userPoolId' failed to satisfy constraint: ` +
        "Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+",
    );
  });

  it("joins several violations in one message and hides passwords and user names", () => {
    expect(verdict("SignUp", { ClientId: "abc", Username: "", Password: "short" })).toBe(
      "InvalidParameterException: 2 validation errors detected: " +
        "Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6; " +
        "Value at 'username' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });

  it("says null for a required member that is absent or null", () => {
    const sentence = `${invalid}Value null at 'userPoolId' failed to satisfy constraint: Member must not be null`;
    expect(verdict("DescribeUserPool", {})).toBe(sentence);
    expect(verdict("DescribeUserPool", { UserPoolId: null })).toBe(sentence);
  });

  it("bounds numbers by value", () => {
    expect(verdict("ListUserPools", { MaxResults: 0 })).toBe(
      `${invalid}Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
    expect(verdict("ListUserPools", { MaxResults: 61 })).toBe(
      `${invalid}Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60`,
    );
  });

  it("lists the values of an enumeration", () => {
    expect(verdict("CreateUserPool", { PoolName: "a", MfaConfiguration: "false" })).toBe(
      `${invalid}Value 'false' at 'mfaConfiguration' failed to satisfy constraint: ` +
        "Member must satisfy enum value set: [OFF, ON, OPTIONAL]",
    );
  });

  it("counts list items from one in dotted lower camel case paths", () => {
    expect(verdict("CreateUserPool", { PoolName: "a", Schema: [{ Name: "phone_number_verified" }] })).toBe(
      `${invalid}Value 'phone_number_verified' at 'schema.1.member.name' failed to satisfy constraint: ` +
        "Member must have length less than or equal to 20",
    );
    const arn = verdict("CreateUserPool", { PoolName: "a", LambdaConfig: { CustomMessage: "x" } });
    expect(arn).toContain("Value 'x' at 'lambdaConfig.customMessage' failed to satisfy constraint: ");
    expect(arn).toMatch(/: 2 validation errors detected: /);
  });

  it("names attribute values that are too long without repeating them", () => {
    const body = { ClientId: "abc", Username: "u", UserAttributes: [{ Name: "email", Value: "v".repeat(2049) }] };
    expect(verdict("SignUp", body)).toBe(
      `${invalid}Value at 'userAttributes.1.member.value' failed to satisfy constraint: ` +
        "Member must have length less than or equal to 2048",
    );
  });

  it("reports all limits of a list's items at once, with the list as Java prints it", () => {
    const body = { UserPoolId: pool, ClientName: "a", CallbackURLs: ["https://a.example", "https://b.example/ x"] };
    expect(verdict("CreateUserPoolClient", body)).toBe(
      `${invalid}Value '[https://a.example, https://b.example/ x]' at 'callbackURLs' failed to satisfy constraint: ` +
        "Member must satisfy constraint: [Member must have length less than or equal to 1024, " +
        "Member must have length greater than or equal to 1, " +
        "Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+]",
    );
  });

  it("reports keys and values of maps apart", () => {
    const body = {
      ResourceArn: "arn:aws:cognito-idp:eu-west-1:000000000000:userpool/a",
      Tags: { "": "v".repeat(257) },
    };
    const value = `{=${"v".repeat(257)}}`;
    expect(verdict("TagResource", body)).toBe(
      "InvalidParameterException: 2 validation errors detected: " +
        `Value '${value}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: ` +
        "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]; " +
        `Value '${value}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: ` +
        "[Member must have length less than or equal to 256, Member must have length greater than or equal to 0]",
    );
  });

  it("calls violations of identity pools ValidationException, and repeats no token of a login", () => {
    expect(verdict("GetId", { IdentityPoolId: "us-east-1_abc" }, "cognito-identity")).toBe(
      "ValidationException: 1 validation error detected: Value 'us-east-1_abc' at 'identityPoolId' failed to satisfy " +
        "constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+",
    );
    const login = { IdentityPoolId: "eu-west-1:0", Logins: { "a.example": "", "b.example": "token" } };
    expect(verdict("GetId", login, "cognito-identity")).toBe(
      "ValidationException: 1 validation error detected: Value at 'logins' failed to satisfy constraint: Map value must " +
        "satisfy constraint: [Member must have length less than or equal to 50000, " +
        "Member must have length greater than or equal to 1]",
    );
  });

  it("hides what is inside a sensitive member", () => {
    const long = "9".repeat(131_073);
    const message = verdict("InitiateAuth", {
      AuthFlow: "USER_AUTH",
      ClientId: "abc",
      AuthParameters: { PASSWORD: long },
      UserContextData: { IpAddress: long },
    });
    expect(message).toMatch(/^InvalidParameterException: 2 validation errors detected: /);
    expect(message).not.toContain("999");
  });

  it("repeats no more than 2,048 characters of a value and words no more than 100 violations", () => {
    expect(verdict("DescribeUserPool", { UserPoolId: "-".repeat(1_000_000) }).length).toBeLessThan(5000);
    const UserAttributes = Array.from({ length: 20_000 }, () => ({ Name: "" }));
    const message = verdict("UpdateUserAttributes", { AccessToken: "a", UserAttributes });
    expect(message).toMatch(/^InvalidParameterException: 100 validation errors detected: /);
    const RoleMappings = {
      ["k".repeat(500_000)]: { Type: "Rules", RulesConfiguration: { Rules: Array(100).fill({}) } },
    };
    const body = { IdentityPoolId: "eu-west-1:0", Roles: {}, RoleMappings };
    expect(verdict("SetIdentityPoolRoles", body, "cognito-identity").length).toBeLessThan(60_000);
  });
});

describe("JSON types", () => {
  it.each([
    ["a number for a text", "DescribeUserPool", { UserPoolId: 1 }, "NUMBER_VALUE cannot be converted to String"],
    ["a truth value for a text", "DescribeUserPool", { UserPoolId: true }, "TRUE_VALUE cannot be converted to String"],
    [
      "an object for a text",
      "DescribeUserPool",
      { UserPoolId: {} },
      "Start of structure or map found where not expected",
    ],
    ["a list for a text", "DescribeUserPool", { UserPoolId: [] }, "Start of list found where not expected"],
    ["a text for a number", "ListUserPools", { MaxResults: "1" }, "STRING_VALUE cannot be converted to Integer"],
    ["a fraction for an integer", "ListUserPools", { MaxResults: 1.5 }, "NUMBER_VALUE cannot be converted to Integer"],
    [
      "a large number for an integer",
      "ListUserPools",
      { MaxResults: 2 ** 31 },
      "NUMBER_VALUE cannot be converted to Integer",
    ],
    [
      "a text for a truth value",
      "AdminSetUserPassword",
      { Permanent: "true" },
      "STRING_VALUE cannot be converted to Boolean",
    ],
    ["a text for a list", "TagResource", { Tags: "a" }, "Unexpected field type"],
    ["a list for a map", "TagResource", { Tags: [] }, "Start of list found where not expected"],
    ["a text for a list's structure", "SignUp", { UserAttributes: ["a"] }, "Unexpected field type"],
    [
      "text that is no base64 for bytes",
      "SetUICustomization",
      { ImageFile: "*" },
      "STRING_VALUE cannot be converted to Blob",
    ],
    [
      "half a surrogate pair",
      "DescribeUserPool",
      { UserPoolId: "\ud83d" },
      "STRING_VALUE cannot be converted to String",
    ],
  ])("refuses %s", (_title, operation, body, message) => {
    expect(verdict(operation, body)).toBe(`SerializationException: ${message}`);
  });

  it.each([null, "text", 1, true, []])("refuses %j for a body", (body) => {
    expect(verdict("ListUserPools", body)).toMatch(/^SerializationException: /);
  });

  it("says a wrong type before any violation, wherever it stands", () => {
    expect(verdict("CreateUserPool", { PoolName: "", Schema: [{ Name: 1 }] })).toMatch(/^SerializationException: /);
  });
});

describe("the clean input", () => {
  it("leaves out unknown and null members, and null elements", () => {
    const body = {
      UserPoolId: pool,
      Username: "ann",
      Extra: 1,
      UserAttributes: [null, { Name: "email", Value: null, X: 1 }],
    };
    expect(accepted("AdminUpdateUserAttributes", body)).toStrictEqual({
      UserPoolId: pool,
      Username: "ann",
      UserAttributes: [{ Name: "email" }],
    });
  });

  it("takes nothing from prototypes", () => {
    expect(verdict("DescribeUserPool", Object.create({ UserPoolId: pool }))).toMatch(/Member must not be null$/);
    expect(accepted("DescribeUserPool", JSON.parse(`{"__proto__":{"x":1},"UserPoolId":"${pool}"}`))).toStrictEqual({
      UserPoolId: pool,
    });
  });

  it("keeps maps apart from inherited names", () => {
    const body = JSON.parse(
      '{"ClientId":"a","AuthFlow":"USER_AUTH","ClientMetadata":{"__proto__":"p","constructor":"c","n":null}}',
    );
    const { ClientMetadata } = accepted("InitiateAuth", body) as { ClientMetadata: Record<string, string> };
    expect(Object.getPrototypeOf(ClientMetadata)).toBeNull();
    expect(Object.entries(ClientMetadata)).toEqual([
      ["__proto__", "p"],
      ["constructor", "c"],
    ]);
    expect(ClientMetadata["toString"]).toBeUndefined();
  });

  it("turns base64 into bytes and limits the bytes", () => {
    const bytes = new Uint8Array([0, 255, 16]);
    expect(accepted("SetUICustomization", { UserPoolId: pool, ImageFile: toBase64(bytes) })["ImageFile"]).toEqual(
      bytes,
    );
    const large = toBase64(new Uint8Array(131_073));
    expect(verdict("SetUICustomization", { UserPoolId: pool, ImageFile: large })).toBe(
      "InvalidParameterException: 1 validation error detected: Value at 'imageFile' failed to satisfy constraint: " +
        "Member must have length less than or equal to 131072",
    );
  });

  it("copies documents as they are", () => {
    const Settings = JSON.parse('{"a":[1,null,"x",{"__proto__":{"b":true}}],"constructor":null}');
    const clean = accepted("CreateManagedLoginBranding", { UserPoolId: pool, ClientId: "a", Settings })["Settings"];
    expect(JSON.stringify(clean)).toBe(JSON.stringify(Settings));
    Settings.a[3] = 0;
    expect(JSON.stringify(clean)).toContain("__proto__");
  });

  it("refuses bottomless bodies instead of running out of stack", () => {
    const deep = (text: string) =>
      JSON.parse(text.repeat(500_000) + (text === "[" ? "]" : "1}").repeat(text === "[" ? 500_000 : 1));
    expect(verdict("CreateManagedLoginBranding", { UserPoolId: pool, ClientId: "a", Settings: deep("[") })).toBe(
      "SerializationException: The document is nested too deeply",
    );
    expect(verdict("SignUp", deep("["))).toMatch(/^SerializationException: /);
    expect(verdict("SignUp", { ClientId: "a", Username: "u", UserAttributes: deep("[") })).toMatch(
      /^SerializationException: /,
    );
    expect(verdict("SignUp", { ClientId: "a", Username: "u", Unknown: deep("[") })).toBe("accepted");
  });

  it("counts characters, not code units", () => {
    expect(verdict("CreateGroup", { UserPoolId: pool, GroupName: "😀".repeat(128) })).toBe("accepted");
    expect(verdict("CreateGroup", { UserPoolId: pool, GroupName: "😀".repeat(129) })).toMatch(
      /less than or equal to 128$/,
    );
  });

  it("knows no other operation", () => {
    for (const name of ["constructor", "__proto__", "SignOut", ""]) {
      expect(verdict(name, {})).toMatch(/^UnknownOperationException: /);
    }
  });
});

describe("passwords", () => {
  const set = (Password: string) => verdict("AdminSetUserPassword", { UserPoolId: pool, Username: "ann", Password });

  it.each(["correct horse battery", "a  b\tc1", "pässwörd", "密码密码密码"])("may be %j", (password) => {
    expect(set(password)).toBe("accepted");
  });

  it.each([" leading", "trailing ", "\tleading", "trailing\n"])("have no white space at either end: %j", (password) => {
    expect(set(password)).toBe(
      "InvalidParameterException: 1 validation error detected: Value at 'password' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$",
    );
  });

  it("may be short when they are old ones", () => {
    const change = { AccessToken: "a", PreviousPassword: "abc", ProposedPassword: "Longer-1" };
    expect(verdict("ChangePassword", change)).toBe("accepted");
    expect(verdict("ChangePassword", { ...change, ProposedPassword: "abc" })).toMatch(
      /'proposedPassword'.* equal to 6$/,
    );
  });
});

/** Every pattern of both models. */
const patterns = services.flatMap((service) =>
  Object.values(model(service).shapes).flatMap((shape: Shape) =>
    shape.type === "string" && shape.pattern ? [shape.pattern] : [],
  ),
);

describe("patterns", () => {
  /** The pattern as an expression, without any regard for time. */
  function plainly(pattern: string): RegExp {
    const dotAll = pattern.startsWith("(?s)");
    const source = pattern.replace("(?s)", "").replaceAll("[\\S]", "[^ \\t-\\r]").replaceAll("\\s", " \\t-\\r");
    return new RegExp(`^(?:${source})$`, dotAll ? "us" : "u");
  }

  const piece = fc.constantFrom(...Array.from("a0A_-:@.# \n"), "{####}", "{##", "##}", "arn:", "😀", "é", "\u0007");

  it.each([...new Set(patterns)])("accept the same texts as written: %s", (pattern) => {
    const plain = plainly(pattern);
    const matches = matcher(pattern);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        expect(matches(text)).toBe(plain.test(text));
      }),
    );
  });

  it.each([...new Set(patterns)])("take linear time over whatever is sent: %s", (pattern) => {
    const matches = matcher(pattern);
    const started = performance.now();
    // Growing, so that a pattern that takes cubic time fails before it takes for ever.
    for (const length of [300, 3000, 10_000, 100_000]) {
      for (const unit of [
        "a",
        "@",
        "_",
        "a_",
        "{####}",
        "{##",
        "##}",
        "{##a##}",
        "a ",
        " ",
        ":a",
        "arn:a:",
        "0-",
        "漢",
      ]) {
        const text = unit.repeat(Math.ceil(length / unit.length));
        for (const spoiler of ["", "\u0007", "\n", " ", "!"]) matches(text + spoiler);
        matches(`a_a@arn:aws:s3:::${text}\u0007`);
        expect(performance.now() - started).toBeLessThan(1500);
      }
    }
  });
});

describe.each(services)("every operation of %s", (service) => {
  const operations = Object.keys(model(service).operations);

  /** What came out, as it went in: bytes as base64, dates as seconds, members in order. */
  function canonical(value: unknown): unknown {
    if (value instanceof Uint8Array) return toBase64(value);
    if (value instanceof Date) return value.getTime() / 1000;
    if (Array.isArray(value)) return value.map(canonical);
    if (typeof value !== "object" || value === null) return value;
    return Object.entries(value)
      .map(([name, item]) => ({ name, item: canonical(item) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  it.each(operations)("%s takes whatever its model allows, unchanged", (operation) => {
    fc.assert(
      fc.property(validInput(service, operation), (input) => {
        const body: unknown = JSON.parse(JSON.stringify(input));
        expect(canonical(validateInput(service, operation, body))).toEqual(canonical(body));
      }),
      { numRuns: 25 },
    );
  });

  it.each(operations)("%s refuses an input with one fault, by name", (operation) => {
    fc.assert(
      fc.property(brokenInput(service, operation), ({ input, fault, refusal }) => {
        const found = verdict(operation, JSON.parse(JSON.stringify(input)), service);
        expect(`${fault}: ${found.slice(0, refusal.length)}`).toBe(`${fault}: ${refusal}`);
        if (refusal !== "SerializationException") expect(found).toMatch(/: \d+ validation errors? detected: Value/);
      }),
      { numRuns: 40 },
    );
  });
});
