// A browser without scripts, over real HTTP: cookies, redirects, and the forms of the pages. It stops where a service
// hands it over to somebody else.

const ENTITIES: Record<string, string> = { quot: '"', "#39": "'", lt: "<", gt: ">", amp: "&" };
const unescape = (text: string): string =>
  text.replace(/&(quot|#39|lt|gt|amp);/g, (entity, name: string) => ENTITIES[name] ?? entity);

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescape(value);
};

/** A page that is open. */
export interface Page {
  url: URL;
  status: number;
  html: string;
}

export class Browserless {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  page!: Page;

  /** @param origin where it stays */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /**
   * Goes to an address and on to where that leads.
   * @returns what is handed to somebody else at the end: an address, or a form that was posted there; undefined where a
   *   page is open
   */
  async open(address: string | URL, init: RequestInit = {}): Promise<URL | Request | undefined> {
    let url = new URL(address, this.#origin);
    let sent = init;
    for (let steps = 0; steps < 20; steps++) {
      if (url.origin !== this.#origin) return url;
      const response = await this.#send(url, sent);
      const location = response.headers.get("location");
      if (location === null) {
        this.page = { url, status: response.status, html: await response.text() };
        return this.#posted();
      }
      await response.body?.cancel();
      url = new URL(location, url);
      sent = {};
    }
    throw new Error(`too many redirects: ${url.href}`);
  }

  /** Fills in the form of the page that is open and sends it by its first button, or the one that is named. */
  submit(values: Record<string, string> = {}, button?: string): Promise<URL | Request | undefined> {
    const form = this.#forms().find(({ html }) => button === undefined || html.includes(`name="${button}"`));
    if (!form) throw new Error(`no such form at ${this.page.url.href}: ${this.text()}`);
    const fields = new Map([...form.fields, ...Object.entries(values)]);
    const missing = Object.keys(values).filter((name) => !form.fields.has(name));
    if (missing.length > 0) throw new Error(`no field ${missing.join()} at ${this.page.url.href}: ${this.text()}`);
    if (button !== undefined) fields.set(button, "1");
    return this.open(new URL(form.action, this.page.url), { method: "POST", body: new URLSearchParams([...fields]) });
  }

  /** What is to be read on the page. */
  text(): string {
    return unescape(
      this.page.html
        .replace(/<(style|script|head)\b.*?<\/\1>/gs, "")
        .replace(/<[^>]*>/g, " ")
        .replace(/\s+/g, " "),
    ).trim();
  }

  async #send(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = cookie.split(/;\s*/);
      const at = pair.indexOf("=");
      if (attributes.some((each) => /^max-age=0$/i.test(each))) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  #forms(): { html: string; action: string; fields: Map<string, string> }[] {
    return [...this.page.html.matchAll(/<form\b[^>]*>.*?<\/form>/gs)].map(([html]) => {
      const inputs = [...html.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag);
      const fields = inputs.map((tag) => [attribute(tag, "name") ?? "", attribute(tag, "value") ?? ""] as const);
      return { html, action: attribute(html, "action") ?? "", fields: new Map(fields) };
    });
  }

  /** A form that leads elsewhere, as browsers send it by themselves (OAuth 2.0 Form Post Response Mode §2). */
  #posted(): Request | undefined {
    const [form] = this.#forms();
    if (!form || new URL(form.action, this.page.url).origin === this.#origin) return undefined;
    return new Request(form.action, { method: "POST", body: new URLSearchParams([...form.fields]) });
  }
}
