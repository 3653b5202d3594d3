// Where a person writes: text, commands, mentions and files.
import { avatar, h, icon, iconButton } from "./dom.js";
import { resolve, toWire } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { act, apps, channelOf, nameOf, people, store, upload } from "./store.js";
import { notify } from "./toast.js";

const made = new Map();
export const forgetComposers = () => made.clear();

/** The one composer of a channel or thread for the acting person; its text outlives every re-render. */
export function composerFor(channel, thread, sent) {
  const key = `${store.user}/${channel}/${thread ?? ""}`;
  if (!made.has(key)) made.set(key, new Composer(channel, thread, sent));
  return made.get(key);
}

let serial = 0;
class Composer {
  names = new Map(); // "@Maya Lindholm" as shown → "<@U0MAYA>" as sent
  choices = [];
  active = 0;

  constructor(channel, thread, sent) {
    Object.assign(this, { channel, thread, sent });
    serial += 1;
    const listId = `completion-${serial}`;
    this.field = h("textarea", {
      rows: 1, class: "composer-field", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, "aria-haspopup": "listbox",
      "aria-label": thread ? "Reply in thread" : `Message ${title(channel)}`, placeholder: thread ? "Reply…" : `Message ${title(channel)}`, data: { test: thread ? "thread-composer" : "composer" },
    });
    this.list = h("div", { id: listId, class: "completion", role: "listbox", "aria-label": "Suggestions", hidden: true, data: { test: "completion" } });
    this.files = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", data: { test: thread ? "thread-file" : "file" } });
    this.status = h("p", { class: "composer-status", role: "status" });
    this.bolt = iconButton("bolt", "Shortcuts", () => this.shortcuts(), { "aria-haspopup": "menu", data: { test: "shortcuts" } });
    this.sender = iconButton("send", "Send", () => this.send(), { class: "icon-button send", data: { test: thread ? "thread-send" : "send" } });
    this.node = h("div", { class: "composer" }, this.list,
      h("div", { class: "composer-box" }, this.field, h("div", { class: "composer-bar" },
        iconButton("clip", "Attach a file", () => this.files.click(), { data: { test: "attach" } }), this.bolt,
        h("span", { class: "composer-help" }, h("kbd", {}, "/"), " commands · ", h("kbd", {}, "@"), " people · ", h("kbd", {}, "Shift"), " ", h("kbd", {}, "Enter"), " new line"),
        this.sender)), this.files, this.status);
    this.field.addEventListener("input", () => { this.grow(); this.complete(); });
    this.field.addEventListener("click", () => this.complete());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== this.field) this.hide(); }, 150));
    this.field.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length && !event.clipboardData.getData("text/plain")) { event.preventDefault(); this.sendFiles(files); }
    });
    this.files.addEventListener("change", () => { this.sendFiles([...this.files.files]); this.files.value = ""; });
    this.grow();
  }

  refresh() {
    this.bolt.hidden = this.thread || !apps().some((app) => app.global_shortcuts?.length);
    this.sender.disabled = !this.field.value.trim();
  }

  grow() {
    this.field.style.height = "auto";
    if (this.field.scrollHeight) this.field.style.height = `${Math.min(this.field.scrollHeight, 240)}px`;
    this.sender.disabled = !this.field.value.trim();
  }

  key(event) {
    if (!this.list.hidden && this.choices.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); this.mark((this.active + step + this.choices.length) % this.choices.length); return; }
      if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !this.choices[this.active].helpOnly)) { event.preventDefault(); this.take(this.choices[this.active]); return; }
      if (event.key === "Escape") { event.preventDefault(); this.hide(); return; }
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
  }

  /** Offers commands for `/…`, people for `@…` and channels for `#…` before the caret. */
  complete() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const command = before.match(/^\/(\S*)$/);
    const inCommand = before.match(/^(\/\S+)\s/);
    const word = before.match(/(?:^|[\s(])([@#])([\p{L}\p{N}._-]*)$/u);
    let found = [];
    if (word) found = word[1] === "@" ? this.peopleFor(word[2]) : this.channelsFor(word[2]);
    else if (command && !this.thread) found = this.commandsFor(command[1], false);
    else if (inCommand && !this.thread && !before.includes("\n")) found = this.commandsFor(inCommand[1].slice(1), true);
    this.show(found, word ? word[2].length + 1 : before.length);
  }

  commandsFor(typed, exact) {
    return apps().flatMap((app) => (app.commands ?? []).map((command) => ({ app, ...command })))
      .filter(({ command }) => (exact ? command === `/${typed}` : command.startsWith(`/${typed}`)))
      .map((command) => ({
        helpOnly: exact || command.command === `/${typed}`, insert: exact ? null : `${command.command} `, lead: avatar({ is_bot: true }, "small"),
        label: command.command, usage: command.usage, note: command.description,
      }));
  }

  peopleFor(typed) {
    const want = typed.toLowerCase();
    const words = (user) => [user.name, user.real_name, ...(user.real_name ?? "").split(" ")].filter(Boolean).map((each) => each.toLowerCase());
    const members = channelOf(this.channel)?.members;
    return people().filter((user) => user.id !== store.user && (!user.is_stranger || members?.includes(user.id)) && words(user).some((each) => each.startsWith(want))).slice(0, 8).map((user) => ({
      lead: avatar(user, "small"), label: user.real_name || user.name, note: [user.title, user.is_stranger ? user.team_name : null].filter(Boolean).join(", "), user: user.id,
      insert: `@${nameOf(user.id)} `, shown: `@${nameOf(user.id)}`, token: `<@${user.id}>`, commandToken: `<@${user.id}|${user.name}>`,
    }));
  }

  channelsFor(typed) {
    return store.state.channels.filter((channel) => channel.kind !== "im" && channel.name.startsWith(typed.toLowerCase())).slice(0, 8).map((channel) => ({
      lead: icon(channel.kind === "private" ? "lock" : "hash"), label: channel.name, note: channel.topic, insert: `#${channel.name} `, shown: `#${channel.name}`, token: `<#${channel.id}|${channel.name}>`,
    }));
  }

  show(found, replaced) {
    this.choices = found;
    this.replaced = replaced;
    this.active = 0;
    if (!found.length) { this.hide(); return; }
    this.list.replaceChildren(...found.map((choice, index) => h("div", {
      role: "option", id: `${this.list.id}-${index}`, class: `picker-option${choice.helpOnly ? " help-only" : ""}`, "aria-selected": String(index === 0), data: { value: choice.label, user: choice.user },
      on: { pointerdown: (event) => { event.preventDefault(); this.take(choice); } },
    }, choice.lead, h("span", { class: "menu-words" }, h("span", {}, h("strong", {}, choice.label), choice.usage && h("code", {}, choice.usage)), choice.note && h("small", {}, choice.note)))));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.mark(0);
  }

  mark(to) {
    this.active = to;
    [...this.list.children].forEach((row, index) => { row.classList.toggle("active", index === to); row.setAttribute("aria-selected", String(index === to)); });
    this.list.children[to]?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${to}`);
  }

  hide() {
    this.list.hidden = true;
    this.choices = [];
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  take(choice) {
    if (!choice?.insert) return;
    const caret = this.field.selectionStart;
    const start = caret - this.replaced;
    this.field.setRangeText(choice.insert, start, caret, "end");
    if (choice.token) this.names.set(choice.shown, choice);
    this.hide();
    this.grow();
    this.field.focus();
    this.complete();
  }

  shortcuts() {
    openMenu(this.bolt, apps().flatMap((app) => (app.global_shortcuts ?? []).map((shortcut) => ({
      label: shortcut.name, note: app.name, value: shortcut.callback_id, lead: avatar({ is_bot: true }, "small"), run: () => act({ type: "global_shortcut", callback_id: shortcut.callback_id }),
    }))), { label: "Shortcuts" });
  }

  async send() {
    const typed = this.field.value.trim();
    if (!typed || this.sending) return;
    const command = typed.match(/^\/[a-z][\w-]*/)?.[0];
    let what;
    if (command) {
      if (this.thread) { notify(`${command} does not work in threads. Send it in the channel.`, { kind: "error" }); return; }
      if (!["/invite", "/remove"].includes(command) && !apps().some((app) => app.commands?.some((each) => each.command === command))) { notify(`${command} is not a command here. Type / to see what is.`, { kind: "error" }); return; }
      let text = typed;
      for (const [shown, choice] of [...this.names].sort((a, b) => b[0].length - a[0].length)) text = text.split(shown).join(choice.commandToken ?? choice.token);
      text = resolve(text, undefined, (user) => `<@${user.id}|${user.name}>`);
      what = { type: "command", channel: this.channel, text };
    } else {
      const names = new Map([...this.names].map(([shown, choice]) => [shown, choice.token]));
      what = { type: "post", channel: this.channel, text: toWire(typed, names), ...(this.thread ? { thread_ts: this.thread } : {}) };
    }
    // The text goes at once, as in any chat; it comes back when the server refuses it.
    const raw = this.field.value;
    this.field.value = "";
    this.hide();
    this.grow();
    this.sending = true;
    this.node.setAttribute("aria-busy", "true");
    const reply = await act(what);
    this.sending = false;
    this.node.removeAttribute("aria-busy");
    if (reply.ok) { if (!this.field.value) this.names.clear(); this.sent?.(); } else if (!this.field.value) { this.field.value = raw; this.grow(); }
  }

  async sendFiles(files) {
    for (const file of files) {
      const say = (part) => { this.status.textContent = `Uploading ${file.name}${part > 0 && part < 1 ? `, ${Math.round(part * 100)} %` : ""}…`; };
      say(0);
      const reply = await upload(file, this.channel, this.thread, say);
      if (reply.ok) this.sent?.();
    }
    this.status.textContent = "";
  }
}

export function title(id) {
  const channel = channelOf(id);
  if (!channel) return "";
  return channel.kind === "im" ? nameOf(channel.with) : `#${channel.name}`;
}
