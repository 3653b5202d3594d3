// The acting person's stack of modals: the last one shows, those under it keep what was typed.
import { h, icon, iconButton } from "./dom.js";
import { patchBlocks, setError } from "./blocks.js";
import { complaint } from "./elements.js";
import { plainString } from "./mrkdwn.js";
import { closePopover } from "./popover.js";
import { Surface, act, blockIdOf, store } from "./store.js";

const open = new Map(); // view_id → dialog
let returnTo = null;

const FOCUSABLE = "button:not([disabled]), a[href], input, textarea, select, [tabindex='0']";

export function renderModals() {
  const root = document.getElementById("modals");
  const views = store.state.modals ?? [];
  const top = views.at(-1);
  if (views.length && !open.size) {
    returnTo = document.activeElement;
    // What was already said waits behind the modal; what is said from now on shows over it.
    for (const toast of document.querySelectorAll(".toast")) toast.classList.add("earlier");
  }
  for (const [id, dialog] of open) {
    if (!views.some((view) => view.id === id)) { if (dialog.node.contains(document.activeElement)) closePopover(); dialog.node.remove(); open.delete(id); }
  }
  views.forEach((view, depth) => {
    if (!open.has(view.id)) { open.set(view.id, new Dialog(view)); root.append(open.get(view.id).node); }
    const dialog = open.get(view.id);
    dialog.update(view, depth);
    const wasHidden = dialog.node.hidden;
    dialog.node.hidden = view !== top;
    if (view === top && (wasHidden || !dialog.seen)) { closePopover(); dialog.seen = true; dialog.focusFirst(); }
  });
  document.getElementById("app").inert = Boolean(top);
  document.body.classList.toggle("has-modal", Boolean(top));
  if (!top && returnTo) { if (returnTo.isConnected) returnTo.focus({ preventScroll: true }); returnTo = null; }
}

export function forgetModals() {
  for (const dialog of open.values()) dialog.node.remove();
  open.clear();
}

class Dialog {
  local = {}; // complaints of this page, by block_id; they win over the server's
  cleared = new Set(); // server errors that the person has already acted on
  busy = false;
  seen = false;

  constructor(view) {
    this.id = view.id;
    this.title = h("h2", { id: `title-${view.id}`, tabindex: "-1" });
    this.back = iconButton("back", "Back", () => this.close(), { class: "icon-button back" });
    this.body = h("div", { class: "dialog-body blocks" });
    this.note = h("p", { class: "dialog-note", role: "alert", hidden: true });
    this.closer = h("button", { type: "button", class: "button", data: { test: "modal-close" }, on: { click: () => this.close() } });
    this.submitter = h("button", { type: "button", class: "button primary", data: { test: "modal-submit" }, on: { click: () => this.submit() } });
    this.panel = h("div", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": `title-${view.id}`, data: { test: "modal", viewId: view.id } },
      h("header", {}, this.back, h("span", { class: "dialog-mark" }, icon("pair")), this.title, iconButton("close", "Close", () => this.close(), { class: "icon-button" })),
      this.body, this.note, h("footer", {}, this.closer, this.submitter));
    this.node = h("div", { class: "overlay" }, this.panel);
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  update(view, depth) {
    const json = JSON.stringify(view);
    if (this.json !== json) { this.cleared.clear(); }
    this.json = json;
    this.view = view;
    this.surface = Surface.of(`view:${view.id}`, { type: "view", view_id: view.id }, view.blocks);
    this.title.textContent = plainString(view.title);
    this.back.hidden = depth === 0;
    this.panel.dataset.callbackId = view.callback_id ?? "";
    this.closer.textContent = plainString(view.close) || "Close";
    this.submitter.hidden = !view.submit;
    this.submitter.textContent = plainString(view.submit) || "Submit";
    this.draw();
  }

  errors() {
    const server = Object.entries(this.view.errors ?? {}).filter(([id]) => !this.cleared.has(id));
    return { ...Object.fromEntries(server), ...this.local };
  }

  draw() {
    patchBlocks(this.body, this.view.blocks, this.surface, {
      errors: this.errors(),
      changed: (id) => { delete this.local[id]; this.cleared.add(id); setError([...this.body.children].find((node) => node.dataset.blockId === id), null); },
    });
  }

  focusFirst() {
    const wanted = this.body.querySelector("[data-autofocus]") ?? this.body.querySelector(".field, .select, .choices input, .button");
    (wanted ?? (this.submitter.hidden ? this.closer : this.submitter)).focus({ preventScroll: true });
  }

  key(event) {
    if (event.key === "Escape") { event.preventDefault(); this.close(); return; }
    if (event.key === "Enter" && !event.isComposing) {
      const area = event.target.matches("textarea");
      const line = event.target.matches("input.field, .choices input");
      if ((area && (event.metaKey || event.ctrlKey)) || line) { event.preventDefault(); if (this.view.submit) this.submit(); }
      return;
    }
    if (event.key !== "Tab") return;
    const all = [...this.panel.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null && node.tabIndex >= 0);
    const [first, last] = [all[0], all.at(-1)];
    if (event.shiftKey && (document.activeElement === first || !this.panel.contains(document.activeElement))) { event.preventDefault(); last?.focus(); }
    if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first?.focus(); }
  }

  async close() {
    if (this.busy) return;
    this.setBusy(true);
    await act({ type: "close_view", view_id: this.id });
    this.setBusy(false);
  }

  async submit() {
    if (this.busy) return;
    this.local = {};
    this.view.blocks?.forEach((block, index) => {
      if (block.type !== "input" || !block.element?.action_id) return;
      const id = blockIdOf(block, index);
      const state = this.surface.get(id, block.element);
      const text = state && complaint(block, block.element, state);
      if (text) this.local[id] = text;
    });
    this.note.hidden = true;
    if (Object.keys(this.local).length) { this.draw(); this.focusError(); return; }
    this.cleared.clear();
    this.setBusy(true);
    const reply = await act({ type: "submit_view", view_id: this.id, values: this.surface.values() }, { quiet: true });
    this.setBusy(false);
    if (!open.has(this.id)) return;
    // A refusal with texts by block is shown at the blocks.
    if (!reply.ok && !Object.keys(this.errors()).length) { this.note.textContent = reply.error || "That could not be sent. Try again."; this.note.hidden = false; }
    this.draw();
    this.focusError();
  }

  focusError() {
    const bad = this.body.querySelector(".has-error");
    if (!bad || this.node.hidden) return;
    bad.scrollIntoView({ block: "nearest" });
    bad.querySelector(".field, .select, .choices input")?.focus({ preventScroll: true });
  }

  setBusy(busy) {
    this.busy = busy;
    this.panel.setAttribute("aria-busy", String(busy));
    this.submitter.disabled = busy;
    this.closer.disabled = busy;
  }
}
