/**
 * Writes the contract of the AWS services as data, `src/endpoints/aws/model/*.json`, from the public service descriptions
 * of botocore (`service-2.json`) and the installed SDK:
 *
 *     node src/command/model.ts <cognito-idp service-2.json> <cognito-identity service-2.json>
 *
 * Run it when the SDK or the descriptions are updated, and read the diff.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as identityPools from "@aws-sdk/client-cognito-identity";
import * as userPools from "@aws-sdk/client-cognito-identity-provider";
import type { Service } from "../endpoints/aws/model/model.ts";
import { type Beyond, identityPoolsBeyond, userPoolsBeyond } from "./model/beyond.ts";
import { mergeModel, type Sdk, type ServiceDescription } from "./model/merge.ts";
import { print } from "./model/print.ts";

const packages: Record<Service, string> = {
  "cognito-idp": "@aws-sdk/client-cognito-identity-provider",
  "cognito-identity": "@aws-sdk/client-cognito-identity",
};

/** Any region: only which scheme an operation takes is asked of the client, which sends nothing. */
const region = "us-east-1";

const clients = {
  "cognito-idp": new userPools.CognitoIdentityProviderClient({ region }),
  "cognito-identity": new identityPools.CognitoIdentityClient({ region }),
};

/** As a path: the URL types of Node and of Workers do not fit each other. */
const file = (path: string, base: string): string => fileURLToPath(new URL(path, base).href);

function installed(service: Service, namespace: Record<string, unknown>): Sdk {
  const types = file("../dist-types", import.meta.resolve(packages[service]));
  const models = readdirSync(`${types}/models`)
    .filter((name) => /^models_\d+\.d\.ts$/.test(name))
    .map((name) => readFileSync(`${types}/models/${name}`, "utf8"))
    .join("\n");
  const { httpAuthSchemeProvider } = clients[service].config;
  return {
    namespace,
    unsigned: (operation) =>
      httpAuthSchemeProvider({ operation, region }).some((option) => option.schemeId === "smithy.api#noAuth"),
    errors(operation) {
      const command = readFileSync(`${types}/commands/${operation}Command.d.ts`, "utf8");
      return [...command.matchAll(/@throws \{@link (\w+)\} \(/g)].map((match) => match[1] ?? "");
    },
    typeText(structure, member) {
      const body = new RegExp(`export interface ${structure} \\{\\n([\\s\\S]*?)\\n\\}`).exec(models)?.[1] ?? "";
      return new RegExp(`^ {4}${member}\\??: (.*?)(?: \\| undefined)?;$`, "m").exec(body)?.[1];
    },
  };
}

function write(service: Service, source: string, namespace: Record<string, unknown>, beyond: Beyond): void {
  const description = JSON.parse(readFileSync(source, "utf8")) as ServiceDescription;
  const merged = mergeModel(service, description, installed(service, namespace), beyond);
  writeFileSync(file(`../endpoints/aws/model/${service}.json`, import.meta.url), print(merged));
  const { operations, shapes } = merged;
  console.log(`${service}: ${Object.keys(operations).length} operations, ${Object.keys(shapes).length} shapes`);
}

const [userPoolsFile, identityPoolsFile] = process.argv.slice(2);
if (!userPoolsFile || !identityPoolsFile) {
  console.error("usage: node src/command/model.ts <cognito-idp service-2.json> <cognito-identity service-2.json>");
  process.exitCode = 2;
} else {
  write("cognito-idp", userPoolsFile, { ...userPools }, userPoolsBeyond);
  write("cognito-identity", identityPoolsFile, { ...identityPools }, identityPoolsBeyond);
}
