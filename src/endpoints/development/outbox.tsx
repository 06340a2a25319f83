import { Hono } from "hono";
import type { Call } from "../../call.ts";
import { listMessages, type OutboxMessage } from "../../directory/outbox.ts";
import { Page } from "../../ui/layout.tsx";
import { pageHeaders } from "../../ui/page-headers.ts";

export const outbox = new Hono<{ Bindings: Cloudflare.Env; Variables: { call: Call } }>();

/** Messages that a page shows; programs get all. */
const SHOWN = 200;

/**
 * Development only: the mail and SMS that would have been sent. A list oldest first for programs, which say so by naming a
 * recipient (`?to=`) or by not asking for HTML; a page newest first for people.
 */
outbox.get("/dev/outbox", async (c) => {
  const { db, settings } = c.get("call");
  if (!settings.development) return c.notFound();
  const to = c.req.query("to");
  const messages = await listMessages(db, to);
  if (to === undefined && c.req.header("accept")?.includes("text/html")) {
    return c.html(
      <Outbox messages={messages.slice(-SHOWN).reverse()} of={messages.length} />,
      200,
      await pageHeaders(),
    );
  }
  const list = messages.map(({ id, channel, to, subject, body, sentAt }) => ({
    id,
    channel,
    to,
    subject,
    body,
    sentAt: iso(sentAt),
  }));
  return c.json(list, 200, { "Cache-Control": "no-store" });
});

const iso = (time: number): string => new Date(time).toISOString();

const Outbox = ({ messages, of }: { messages: OutboxMessage[]; of: number }) => (
  <Page title="Outbox – Limen">
    <h1>Outbox</h1>
    <p class="soft">
      What would have been sent, newest first{of > messages.length && ` (the last ${messages.length} of ${of})`}.
      Nothing left this machine. <a href="/">Back to the start</a>
    </p>
    <h2>{messages.length === 0 ? "No messages yet" : "Messages"}</h2>
    {messages.length > 0 && (
      <table>
        <thead>
          <tr>
            <th scope="col">Sent (UTC)</th>
            <th scope="col">By</th>
            <th scope="col">To</th>
            <th scope="col">Subject</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody>
          {messages.map(({ channel, to, subject, body, sentAt }) => (
            <tr>
              <td class="short" data-label="Sent (UTC)">
                <time datetime={iso(sentAt)}>{iso(sentAt).slice(0, 19).replace("T", " ")}</time>
              </td>
              <td class="short" data-label="By">
                {channel === "sms" ? "SMS" : "e-mail"}
              </td>
              <td data-label="To">
                <a href={`/dev/outbox?to=${encodeURIComponent(to)}`}>{to}</a>
              </td>
              <td data-label="Subject">{subject ?? "–"}</td>
              <td class="text" data-label="Text">
                {body}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </Page>
);
