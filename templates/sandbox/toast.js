// Short messages at the edge of the window, read out politely.
import { h, iconButton } from "./dom.js";

const shown = new Map();

/** Shows `text`; with an `id` it stays until it is dismissed, and only once. */
export function notify(text, { kind = "note", id = null, onDismiss = null } = {}) {
  if (id !== null && shown.has(id)) return;
  const close = () => { node.remove(); shown.delete(id); onDismiss?.(); };
  const node = h("div", { class: `toast ${kind}`, data: { test: "toast", notice: id } },
    h("p", {}, text), iconButton("close", "Dismiss", close));
  document.getElementById("toasts").append(node);
  if (id !== null) shown.set(id, node);
  else setTimeout(() => node.remove(), 9000);
}

/** Takes away the notices that the server no longer lists. */
export function keepNotices(ids) {
  for (const [id, node] of shown) if (!ids.includes(id)) { node.remove(); shown.delete(id); }
}
