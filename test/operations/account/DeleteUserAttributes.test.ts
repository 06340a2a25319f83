import { expect, it } from "vitest";
import { open } from "./person.ts";

it("removes values, and with an address its proof", async () => {
  const { person } = await open();
  const { drop, attributes } = await person("jane", {
    name: "Jane",
    email: "jane@example.com",
    email_verified: "true",
  });
  expect(await drop("email", "nickname")).toEqual({});
  expect(await attributes()).toEqual({ name: "Jane" });
});

it("refuses sub, what is required, what is immutable, what the schema lacks and what the client may not write", async () => {
  const { person } = await open(
    {
      Schema: [
        { Name: "given_name", AttributeDataType: "String", Required: true },
        { Name: "born", AttributeDataType: "String", Mutable: false },
      ],
    },
    { WriteAttributes: ["given_name", "name", "custom:born"] },
  );
  const { drop, attributes } = await person("jane", { given_name: "Jane", nickname: "J", "custom:born": "1999" });
  for (const name of ["sub", "given_name", "custom:born", "custom:other", "nonsense"]) {
    await expect(drop("name", name), name).rejects.toMatchObject({ name: "InvalidParameterException" });
  }
  for (const name of ["nickname", "email_verified"]) {
    await expect(drop("name", name), name).rejects.toMatchObject({ name: "NotAuthorizedException" });
  }
  expect(await attributes()).toEqual({ given_name: "Jane", nickname: "J", "custom:born": "1999" });
});
