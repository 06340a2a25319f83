/**
 * Makes and proves passkeys on our pages (Web Authentication Level 3 §5.1). One text, since the content security policy
 * names it by its hash. It converts the JSON by itself: `parseRequestOptionsFromJSON` and `toJSON` are missing in
 * browsers that have passkeys, and broken in some password managers that stand in for the browser.
 *
 * - What has `data-with-passkeys` is shown, and what has `data-without-passkeys` hidden, where the browser knows
 *   passkeys.
 * - The button with `data-passkey` (options as JSON) runs the ceremony `data-ceremony` (create, get) when it is
 *   pressed, and sends its form with what came of it in the field `passkey`. What went wrong is said by `data-failed`.
 * - `data-begin` also runs it when the page opens: `at-once`, or `autofill`, where the passkey is picked in the field
 *   for the name (§5.1.4, conditional mediation). Nothing is said where that comes to nothing: some browsers want the
 *   button first.
 * - A page that was left open for longer than `data-stale` (milliseconds) asks for a new challenge when one comes back
 *   to it.
 */
export const PASSKEYS_SCRIPT = String.raw`(() => {
  const known = "credentials" in navigator && "PublicKeyCredential" in window;
  for (const each of document.querySelectorAll("[data-with-passkeys]")) each.hidden = !known;
  for (const each of document.querySelectorAll("[data-without-passkeys]")) each.hidden = known;
  const button = document.querySelector("[data-passkey]");
  if (!known || !button) return;
  const { passkey, ceremony, begin, failed, stale } = button.dataset;
  const form = button.form;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const text = (buffer) => {
    let binary = "";
    for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  };
  const named = (list) => list && list.map((each) => ({ ...each, id: bytes(each.id) }));
  const publicKey = JSON.parse(passkey);
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  publicKey.allowCredentials = named(publicKey.allowCredentials);
  publicKey.excludeCredentials = named(publicKey.excludeCredentials);
  const written = ({ id, rawId, type, response, authenticatorAttachment }) => {
    const parts = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (response[part]) parts[part] = text(response[part]);
    if (response.getTransports) parts.transports = response.getTransports();
    const attachment = authenticatorAttachment || undefined;
    return JSON.stringify({ id, rawId: text(rawId), type, response: parts, authenticatorAttachment: attachment, clientExtensionResults: {} });
  };
  let running;
  const run = async (mediation) => {
    if (running) running.abort();
    running = new AbortController();
    const { signal } = running;
    const credential = await navigator.credentials[ceremony]({ publicKey, signal, ...(mediation && { mediation }) });
    form.elements.passkey.value = written(credential);
    form.submit();
  };
  const fail = () => {
    const heading = document.querySelector("h1");
    const notice = document.getElementById("notice") || document.createElement("p");
    notice.id = "notice";
    notice.className = "notice error errorMessage-customizable";
    notice.setAttribute("role", "alert");
    heading.after(notice);
    notice.textContent = failed;
    document.title = failed + " – " + heading.textContent;
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await run();
    } catch {
      fail();
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
  const nothing = () => {};
  if (begin === "at-once") run().catch(nothing);
  const autofills = PublicKeyCredential.isConditionalMediationAvailable;
  if (begin === "autofill" && autofills)
    autofills.call(PublicKeyCredential).then((can) => can && !running && run("conditional")).catch(nothing);
  const opened = Date.now();
  const name = form.elements.username;
  document.addEventListener("visibilitychange", () => {
    const isUntouched = !name || name.value === name.defaultValue;
    if (!document.hidden && stale && Date.now() - opened > stale && isUntouched) location.replace(location.href);
  });
})()`;
