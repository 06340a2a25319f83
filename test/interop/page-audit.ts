import type { BrowserContext, Page } from "playwright-core";

/** Runs in the page: what is wrong with it as it stands, one line each. As text, since it is written for another world than ours. */
const AUDIT = `(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isSeen = (element) => element.checkVisibility() && !element.closest(".unseen");
  const style = (element) => getComputedStyle(element);
  const named = (element) => element.tagName.toLowerCase() + (element.id ? "#" + element.id : "") + " " + element.textContent.trim().slice(0, 30);

  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(style(at).backgroundColor);
      if (alpha === 1) return [r, g, b];
      if (alpha !== 0) faults.push("a ground that shows what is behind it: " + named(at));
    }
    return [255, 255, 255];
  };
  // WCAG 2.2, relative luminance and contrast ratio.
  const luminance = (color) => {
    const [r, g, b] = color.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const need = (least, what, one, other) => {
    const found = contrast(one.slice(0, 3), other);
    if (found < least) faults.push(what + " has a contrast of " + found.toFixed(2) + ", less than " + least);
  };

  // WCAG 2.2 §1.4.10.
  if (document.documentElement.scrollWidth > innerWidth) faults.push("it is " + document.documentElement.scrollWidth + " wide in " + innerWidth);
  for (const element of all("body *").filter(isSeen)) {
    const { left, right } = element.getBoundingClientRect();
    if (right - left > 0 && (left < -0.5 || right > innerWidth + 0.5)) faults.push("it leaves the window: " + named(element));
    if (element.scrollWidth > element.clientWidth + 1 && style(element).overflowX !== "visible" && !element.matches("input"))
      faults.push("it is cut off: " + named(element));
    // §1.4.3.
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (hasText) need(4.5, "the text of " + named(element), parse(style(element).color), ground(element));
  }

  // §3.1.1, §2.4.2, §1.3.1.
  if (!document.documentElement.lang) faults.push("it names no language");
  if (document.title.trim() === "") faults.push("it has no title");
  if (all("h1").length !== 1) faults.push("it has not one heading of the first level");
  if (all("main").length !== 1) faults.push("it has not one main part");
  const ids = all("[id]").map(({ id }) => id);
  if (new Set(ids).size < ids.length) faults.push("an id is there twice");
  for (const element of all("[aria-describedby]"))
    for (const id of element.getAttribute("aria-describedby").split(" "))
      if (!document.getElementById(id)) faults.push(named(element) + " is described by nothing: " + id);

  // §1.3.5, §3.3.2, §1.4.11, §2.5.8.
  for (const field of all("input:not([type=hidden])").filter(isSeen)) {
    const label = field.labels.length === 1 ? field.labels[0].textContent.trim() : "";
    if (label === "") faults.push(named(field) + " has not one label");
    if (!field.getAttribute("autocomplete")) faults.push(named(field) + " has no autocomplete");
    need(4.5, "the text in " + named(field), parse(style(field).color), parse(style(field).backgroundColor).slice(0, 3));
    need(3, "the edge of " + named(field), parse(style(field).borderTopColor), ground(field.parentElement));
  }
  for (const element of all("button, input:not([type=hidden]), summary").filter(isSeen)) {
    const { width, height } = element.getBoundingClientRect();
    if (width < 24 || height < 24) faults.push(named(element) + " is too small to be hit");
  }

  // §3.3.1, §4.1.3: what went wrong is said first, by title and by the field that has the focus.
  const [alert] = all("[role=alert]");
  if (alert) {
    if (!document.title.startsWith(alert.textContent.trim())) faults.push("its title does not say what went wrong");
    const [focused] = all("[autofocus]");
    if (focused && !focused.getAttribute("aria-describedby")?.split(" ").includes(alert.id)) faults.push(named(focused) + " is not described by what went wrong");
  }
  return faults;
})()`;

/** Runs in the page: what tells what the keyboard reaches apart. Several buttons may be of one name. */
const NAME_OF = `(element) => (element.name ? element.name + (element.type === "submit" ? "=" + element.value : "") : element.getAttribute("href") || element.tagName)`;

/** Runs in the page: focuses the last that the keyboard must reach. @returns the names of all of them, in order */
const REACHABLE = `(() => {
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary")].filter((element) => element.checkVisibility());
  all.at(-1)?.focus();
  return all.map((element) => (${NAME_OF})(element));
})()`;

/** Runs in the page: what has the focus, and whether one can see that. The button in a date is the browser's, and so is its mark. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const isOurs = element.matches(":focus:not([type=date])");
  const isShown = !isOurs || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
  return element === document.body ? null : { name: (${NAME_OF})(element), isShown };
})()`;

/** Windows that a page must fit: of a small phone, a phone, and a desktop, which at 200 % has half as many pixels. */
const WIDTHS = [320, 390, 640, 1280];

/** What is wrong with a page in any of the windows, light and dark, and with letters of twice the size. One line each. */
export async function auditPage(page: Page): Promise<string[]> {
  const found = new Set<string>();
  const audit = async (where: string) => {
    for (const fault of (await page.evaluate(AUDIT)) as string[]) found.add(`${where}: ${fault}`);
  };
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of width === 390 || width === 1280 ? (["light", "dark"] as const) : (["light"] as const)) {
      await page.emulateMedia({ colorScheme });
      await audit(`${width} pixels, ${colorScheme}`);
    }
  }
  await page.evaluate(`document.documentElement.style.fontSize = "200%"`);
  await audit("letters of 200 %");
  await page.evaluate(`document.documentElement.style.fontSize = ""`);
  return [...found];
}

/** What the Tab key reaches, in order, after the last has led to the first. Of a date, which has several stops, its field. */
export async function tabOrder(page: Page): Promise<{ reached: string[]; unseen: string[]; reachable: string[] }> {
  const reachable = (await page.evaluate(REACHABLE)) as string[];
  const reached: string[] = [];
  const unseen: string[] = [];
  for (let tabs = 0; tabs < reachable.length * 4 && reached.length < reachable.length; tabs++) {
    await page.keyboard.press("Tab");
    const at = (await page.evaluate(FOCUSED)) as { name: string; isShown: boolean } | null;
    if (!at) continue;
    if (reached.at(-1) !== at.name) reached.push(at.name);
    if (!at.isShown) unseen.push(at.name);
  }
  return { reached, unseen, reachable };
}

/** Collects what the browser complains about in a context, such as what the policy of a page forbids. */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on("console", (message) => complaints.push(message.text()));
  context.on("weberror", (error) => complaints.push(error.error().message));
  return complaints;
}
