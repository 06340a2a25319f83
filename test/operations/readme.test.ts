import { expect, test } from "vitest";
import readme from "../../README.md?raw";
import { model, type Service } from "../../src/endpoints/aws/model/model.ts";
import { identityPools } from "../../src/operations/identity-pools.ts";
import { userPools } from "../../src/operations/user-pools.ts";

const built: Record<Service, ReadonlyMap<string, unknown>> = {
  "cognito-idp": userPools,
  "cognito-identity": identityPools,
};

/** Rows of the README's table of a service. */
function rowsOf(service: Service): string[] {
  const [, section = ""] = readme.split(`(\`${model(service).targetPrefix}\`)`);
  return section.split("\n### ")[0]?.match(/^\| \w+ \| (?:yes|no) \|$/gm) ?? [];
}

test.each(["cognito-idp", "cognito-identity"] as const)(
  "the README lists every operation of %s, and which are built",
  (service) => {
    const names = Object.keys(model(service).operations).toSorted();
    expect(names.length).toBeGreaterThan(20);
    expect(rowsOf(service)).toEqual(names.map((name) => `| ${name} | ${built[service].has(name) ? "yes" : "no"} |`));
  },
);
