import { expect } from "vitest";
import { makePool, makeUser, PASSWORD } from "../../client.ts";
import { makeWebClient, Person } from "../login/person.ts";
import { type Fields, post, read } from "./requests.ts";

/** What lets a client be used on devices. */
export const DEVICE = { AllowedOAuthFlows: ["device_code"], CallbackURLs: [], ClientName: "Kitchen lamp" };

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";

type Answer = ReturnType<typeof read>;

/** A pool with a client for devices, and a user `ada`. */
export class Devices {
  readonly pool: string;
  readonly client: string;
  readonly sub: string;

  private constructor(pool: string, client: string, sub: string) {
    this.pool = pool;
    this.client = client;
    this.sub = sub;
  }

  static async make(): Promise<Devices> {
    const pool = await makePool();
    const { ClientId } = await makeWebClient(pool, DEVICE);
    return new Devices(pool, ClientId, await makeUser(pool, "ada", { email: "ada@example.com", name: "Ada" }));
  }

  /** Begins the authorization of a device. @param at origin of the pool's domain */
  begin(fields: Fields = {}, headers: Fields = {}, at = ""): Answer {
    return read(post(`${at}/oauth2/device_authorization`, { client_id: this.client, ...fields }, headers));
  }

  /** Asks for tokens, as the device does again and again. */
  poll(device_code: string, fields: Fields = {}, headers: Fields = {}): Answer {
    const form = { grant_type: GRANT, client_id: this.client, device_code, ...fields };
    return read(post("/oauth2/token", form, headers));
  }
}

/** Someone who has entered a code. */
export async function entered(userCode: string, person = new Person()): Promise<Person> {
  await person.visit("/device");
  await person.submit({ user_code: userCode });
  return person;
}

/** Someone who has entered a code and signed in, and is asked. */
export async function asked(userCode: string, username = "ada"): Promise<Person> {
  const person = await entered(userCode);
  await person.submit({ username, password: PASSWORD });
  return person;
}

/** Someone who has allowed a device. */
export async function allowed(userCode: string): Promise<Person> {
  const person = await asked(userCode);
  await person.submit({ allow: "1" });
  expect(person.html).toContain("Your device is connected");
  return person;
}
