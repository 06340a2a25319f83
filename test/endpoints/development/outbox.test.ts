import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/directory/database.ts";
import { putMessage } from "../../../src/directory/outbox.ts";
import { get } from "../../fetch.ts";

const HTML = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

beforeAll(async () => {
  const db = openDatabase(env.DB);
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  await putMessage(db, {
    channel: "email",
    to: "a@example.com",
    subject: "Your code",
    body: "It is 123456",
    sentAt: at,
  });
  await putMessage(db, { channel: "sms", to: "+15550100", subject: null, body: "654321", sentAt: at + 1_000 });
  await putMessage(db, {
    channel: "email",
    to: "a@example.com",
    subject: "<script>alert(1)</script>",
    body: '"><img src=x>',
    sentAt: at + 2_000,
  });
});

describe("for programs", () => {
  it("lists the messages to one recipient, oldest first", async () => {
    const answer = await get("/dev/outbox?to=a%40example.com");
    expect(answer.headers.get("content-type")).toBe("application/json");
    const messages: { id: number }[] = await answer.json();
    expect(messages[0]).toEqual({
      id: expect.any(Number),
      channel: "email",
      to: "a@example.com",
      subject: "Your code",
      body: "It is 123456",
      sentAt: "2026-01-02T03:04:05.000Z",
    });
    expect(messages).toHaveLength(2);
    expect(messages[0]?.id).toBeLessThan(messages[1]?.id as number);
  });

  it("lists all where none is named", async () => {
    for (const init of [{}, { headers: { accept: "*/*" } }, { headers: { accept: "application/json" } }]) {
      expect(await (await get("/dev/outbox", init)).json()).toHaveLength(3);
    }
  });

  it("answers a list with nothing in it for somebody who got nothing", async () => {
    expect(await (await get("/dev/outbox?to=nobody%40example.com", HTML)).json()).toEqual([]);
  });
});

describe("for people", () => {
  it("shows the newest first, and what was sent as text only", async () => {
    const answer = await get("/dev/outbox", HTML);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    const page = await answer.text();
    expect(page.indexOf("654321")).toBeLessThan(page.indexOf("It is 123456"));
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toMatch(/<script|<img/);
  });
});

it("is like any unknown path outside development", async () => {
  for (const init of [{}, HTML, { method: "HEAD" }, { method: "POST" }]) {
    for (const ENVIRONMENT of [undefined, "production", "Development"]) {
      const [answer, unknown] = [
        await get("/dev/outbox", init, { ENVIRONMENT }),
        await get("/dev/nowhere", init, { ENVIRONMENT }),
      ];
      expect(answer.status).toBe(unknown.status);
      expect([...answer.headers]).toEqual([...unknown.headers]);
      expect(await answer.text()).toBe(await unknown.text());
    }
  }
});
