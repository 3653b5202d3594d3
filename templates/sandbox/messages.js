// Message rows: drawn once per ts, and again only when their data changed.
import { append, avatar, h, icon, iconButton, keepingFocus, link } from "./dom.js";
import { patchBlocks } from "./blocks.js";
import { confirmDialog } from "./confirm.js";
import { QUICK, emoji } from "./emoji.js";
import { fromWire, mrkdwn, plainString, toWire } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { Surface, act, apps, me, nameOf, now, people, store, userOf, zone } from "./store.js";
import { ago, clockTime, dayLabel, fullTime, isoDay, tsToDate } from "./time.js";

const CLOSE_BY = 300; // seconds: a person's next message within this time goes without name and picture

const DISMISSED = "tandem-dismissed";
const dismissed = new Set(JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]"));
const inChannel = (message) => !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
const isDismissed = (message) => message.ephemeral && dismissed.has(`${store.user}/${message.ts}`);

export const topLevel = (messages) => messages.filter((message) => inChannel(message) && !isDismissed(message) && !(message.deleted && !repliesTo(messages, message).length));
export const repliesTo = (messages, parent) => messages.filter((message) => message.thread_ts === parent.ts && message.ts !== parent.ts && !message.deleted && !isDismissed(message));

/** Blocks that an app laid out; a person's text, which Slack keeps as rich_text beside it, is drawn from the text. */
const isCard = (message) => Boolean(message.blocks?.some((block) => block.type !== "rich_text" || message.bot_id || !message.text));

function authorOf(message) {
  const user = userOf(message.user);
  if (message.bot_id && !(user && user.is_bot)) {
    const bot = people().find((each) => each.is_bot && each.id === message.user);
    return { id: message.bot_id, real_name: message.username ?? bot?.real_name ?? "App", is_bot: true };
  }
  if (user?.is_bot && message.username) return { ...user, real_name: message.username };
  return user ?? { id: message.user ?? "?", real_name: message.username ?? message.user ?? "Unknown" };
}

/** Shows `messages` (all of the channel) in `root`; `view` is `{channel, thread?, newFrom?, openThread(ts)}`. */
export function renderMessages(root, messages, view) {
  const rows = view.thread ? [messages.find((message) => message.ts === view.thread), ...repliesTo(messages, { ts: view.thread })].filter(Boolean) : topLevel(messages);
  const old = new Map([...root.children].map((node) => [node.rowKey, node]));
  const wanted = [];
  const keep = (key, make) => { const node = old.get(key) ?? make(); node.rowKey = key; old.delete(key); wanted.push(node); return node; };
  let before = null;
  let day = null;
  for (const message of rows) {
    const at = tsToDate(message.ts);
    const today = isoDay(at, zone());
    if (today !== day && !view.thread) {
      const label = dayLabel(at, zone(), now());
      keep(`day ${today} ${label}`, () => h("div", { class: "day", role: "separator", "aria-label": label }, h("span", {}, label)));
      before = null;
    }
    if (message.ts === view.newFrom) {
      keep("new", () => h("div", { class: "day new", role: "separator", "aria-label": "New messages" }, h("span", {}, "New")));
      before = null;
    }
    day = today;
    const compact = Boolean(before && !before.deleted && !message.deleted && !message.ephemeral === !before.ephemeral
      && !isCard(message) && !isCard(before) && authorOf(before).id === authorOf(message).id && message.ts - before.ts < CLOSE_BY);
    const row = keep(`message ${message.ts}${message.ephemeral ? " e" : ""}`, () => h("article", { class: "message", data: { ts: message.ts } }));
    fill(row, message, messages, view, compact);
    before = message;
    if (view.thread && message.ts === view.thread) {
      const count = rows.length - 1;
      if (count) keep(`count ${count}`, () => h("div", { class: "reply-line" }, `${count} ${count === 1 ? "reply" : "replies"}`));
      before = null;
    }
  }
  keepingFocus(root, () => {
    for (const node of old.values()) node.remove();
    wanted.forEach((node, index) => { if (root.children[index] !== node) root.insertBefore(node, root.children[index] ?? null); });
  });
}

function fill(row, message, messages, view, compact) {
  const replies = view.thread ? [] : repliesTo(messages, message);
  const count = view.thread ? 0 : Math.max(replies.length, message.reply_count ?? 0);
  const signature = JSON.stringify([message, compact, count, replies.at(-1)?.ts, store.user, people().length, apps(), count ? isoDay(now(), zone()) : 0]);
  if (row.signature === signature || row.editing) return;
  row.signature = signature;
  const author = authorOf(message);
  const at = tsToDate(message.ts);
  row.className = `message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`;
  row.setAttribute("aria-label", `${author.real_name}, ${clockTime(at, zone())}`);
  row.dataset.user = message.user ?? message.bot_id ?? "";
  const time = h("time", { class: "stamp", datetime: at.toISOString(), title: fullTime(at, zone()) }, clockTime(at, zone()));
  const stranger = author.is_stranger || (author.team_id && author.team_id !== me().team_id && !author.is_bot);
  if (message.deleted) {
    row.replaceChildren(h("div", { class: "gutter" }), h("div", { class: "content" }, h("p", { class: "gone" }, "This message was deleted."), threadLink(count, replies, message, view)));
    return;
  }
  const card = isCard(message);
  const bodies = row.bodies ?? (row.bodies = h("div", { class: "blocks" }));
  const surface = Surface.of(`message:${view.channel}/${message.ts}`, { type: "message", channel: view.channel, ts: message.ts, ephemeral: Boolean(message.ephemeral) }, message.blocks);
  keepingFocus(row, () => {
    const text = h("div", { class: "text mrkdwn" });
    if (card) patchBlocks(bodies, message.blocks, surface);
    else { bodies.replaceChildren(); append(text, mrkdwn(message.text ?? "")); }
    const edited = message.edited && h("span", { class: "edited" }, "(edited)");
    if (edited && !card) (text.lastElementChild?.matches(".run") ? text.lastElementChild : text).append(" ", edited);
    // `bodies` stays where it is, so that a focused field in it keeps its caret.
    const content = row.content ?? (row.content = h("div", { class: "content" }, h("div", { class: "above" }), bodies, h("div", { class: "below" })));
    content.children[0].replaceChildren(...[
      message.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you · ", h("button", { type: "button", class: "text-button", data: { test: "dismiss-ephemeral" }, on: { click: () => dismiss(message) } }, "Dismiss")),
      !compact && h("div", { class: "byline" }, h("strong", { class: "author" }, author.real_name || author.name), author.is_bot && h("span", { class: "badge" }, "APP"),
        stranger && h("span", { class: "company" }, author.team_name), time),
      !card && message.text && text,
    ].filter(Boolean));
    content.children[2].replaceChildren(...[
      edited && card ? edited : null,
      ...(message.attachments ?? []).map((attachment, index) => attached(attachment, surface, index)),
      ...(message.files ?? []).map(fileCard),
      reactions(message, view), threadLink(count, replies, message, view),
    ].filter(Boolean));
    const gutter = h("div", { class: "gutter" }, compact ? time : avatar(author));
    if (!row.content.isConnected || row.children[1] !== row.content) row.replaceChildren(gutter, row.content, toolbar(row, message, view));
    else { row.children[0].replaceWith(gutter); row.children[2].replaceWith(toolbar(row, message, view)); }
  });
}

function dismiss(message) {
  dismissed.add(`${store.user}/${message.ts}`);
  sessionStorage.setItem(DISMISSED, JSON.stringify([...dismissed].slice(-500)));
  store.onChange();
}

function attached(attachment, surface, index) {
  const color = { good: "#2e7d4f", warning: "#b7791f", danger: "#b3261e" }[attachment.color] ?? (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "") ? `#${attachment.color.replace("#", "")}` : "");
  const inner = h("div", { class: "attachment-body" });
  if (attachment.blocks?.length) {
    const blocks = h("div", { class: "blocks" });
    patchBlocks(blocks, attachment.blocks, Surface.of(`${surface.key}/attachment-${index}`, surface.container, attachment.blocks));
    inner.append(blocks);
  } else {
    append(inner, [
      attachment.author_name && h("p", { class: "attachment-author" }, attachment.author_link ? link(attachment.author_link, attachment.author_name) : attachment.author_name),
      attachment.title && h("p", { class: "attachment-title" }, attachment.title_link ? link(attachment.title_link, plainString(attachment.title)) : plainString(attachment.title)),
      attachment.text && h("div", { class: "mrkdwn" }, mrkdwn(attachment.text)),
      attachment.fields && h("div", { class: "fields" }, attachment.fields.map((field) => h("div", { class: `field-cell${field.short ? "" : " wide"}` }, h("strong", {}, plainString(field.title)), h("div", { class: "mrkdwn" }, mrkdwn(String(field.value ?? "")))))),
      !attachment.text && !attachment.title && attachment.fallback && h("div", { class: "mrkdwn" }, mrkdwn(attachment.fallback)),
      attachment.footer && h("p", { class: "attachment-footer" }, plainString(attachment.footer)),
    ]);
  }
  const node = h("div", { class: "attachment" }, inner);
  if (color) node.style.borderLeftColor = color;
  return append(h("div", {}), [attachment.pretext && h("div", { class: "mrkdwn" }, mrkdwn(attachment.pretext)), node]);
}

export function bytes(size) {
  if (!Number.isFinite(size)) return "";
  if (size < 1000) return `${size} B`;
  if (size < 1e6) return `${Math.round(size / 1e3)} kB`;
  return `${(size / 1e6).toFixed(1)} MB`;
}

const fileCard = (file) => h("a", { class: "file", href: `/_sandbox/files/${encodeURIComponent(file.id)}`, download: file.name || "", data: { fileId: file.id }, "aria-label": `Download ${file.name}` },
  h("span", { class: "file-icon" }, icon("file")), h("span", { class: "file-words" }, h("strong", {}, file.name || file.title || "file"),
    h("small", {}, [file.pretty_type || (file.filetype ?? "").toUpperCase(), bytes(file.size)].filter(Boolean).join(" · "))), icon("download"));

function reactions(message, view) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((reaction) => {
    const mine = reaction.users?.includes(store.user);
    const names = (reaction.users ?? []).map(nameOf).join(", ");
    return h("button", { type: "button", class: `reaction${mine ? " mine" : ""}`, "aria-pressed": String(Boolean(mine)), title: `${names} reacted with :${reaction.name}:`, data: { reaction: reaction.name, test: `reaction-${reaction.name}` },
      on: { click: () => act({ type: "react", channel: view.channel, ts: message.ts, name: reaction.name }) } },
    emoji(reaction.name) ?? `:${reaction.name}:`, h("span", { class: "count" }, reaction.users?.length ?? reaction.count ?? 1));
  }));
}

function threadLink(count, replies, message, view) {
  if (!count) return null;
  const people = [...new Map(replies.map((reply) => [authorOf(reply).id, authorOf(reply)])).values()].slice(0, 4);
  const last = replies.at(-1);
  return h("button", { type: "button", class: "thread-link", data: { test: "thread-link" }, on: { click: () => view.openThread(message.ts) } },
    h("span", { class: "faces" }, people.map((person) => avatar(person, "small"))), h("strong", {}, `${count} ${count === 1 ? "reply" : "replies"}`),
    last && h("span", { class: "muted" }, `Last reply ${ago(tsToDate(last.ts), now())}`));
}

function toolbar(row, message, view) {
  if (message.ephemeral) return h("span", { hidden: true });
  const more = iconButton("more", "More actions", () => openMenu(more, moreItems(row, message, view), { label: "More actions", find: () => document.querySelector(`[data-ts="${message.ts}"] [data-test="message-more"]`) }), { "aria-haspopup": "menu", data: { test: "message-more" } });
  const pick = (anchor) => openMenu(anchor, QUICK.map((name) => ({
    label: `${emoji(name)}  :${name}:`, value: name, run: () => act({ type: "react", channel: view.channel, ts: message.ts, name }),
  })), { label: "Reactions" });
  const react = iconButton("smile", "Add a reaction", () => pick(react), { "aria-haspopup": "menu", data: { test: "message-react" } });
  more.pickReaction = () => pick(more);
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" }, react,
    !view.thread && iconButton("reply", "Reply in thread", () => view.openThread(message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : message.ts), { data: { test: "message-reply" } }), more);
}

function moreItems(row, message, view) {
  const shortcuts = apps().flatMap((app) => (app.message_shortcuts ?? []).map((shortcut) => ({
    label: shortcut.name, note: app.name, value: shortcut.callback_id, test: `shortcut-${shortcut.callback_id}`, lead: avatar({ is_bot: true }, "small"),
    run: () => act({ type: "message_shortcut", callback_id: shortcut.callback_id, channel: view.channel, ts: message.ts }),
  })));
  const own = message.user === store.user && !message.bot_id;
  // Without a pointer that hovers, the toolbar is this one button.
  const touch = matchMedia("(hover: none)").matches;
  const items = [
    ...shortcuts, shortcuts.length && (own || touch) ? "line" : null,
    touch && !view.thread && { label: "Reply in thread", test: "message-reply-menu", lead: icon("reply"), run: () => view.openThread(message.thread_ts ?? message.ts) },
    touch && { label: "Add a reaction", lead: icon("smile"), run: () => row.querySelector("[data-test=message-more]")?.pickReaction() },
    own && { label: "Edit message", test: "message-edit", run: () => edit(row, message, view) },
    own && { label: "Delete message", danger: true, test: "message-delete", run: () => remove(message, view) },
  ].filter(Boolean);
  return items.length ? items : [{ label: "Reply in thread", run: () => view.openThread(message.thread_ts ?? message.ts) }];
}

async function remove(message, view) {
  const sure = await confirmDialog({ title: "Delete message", text: { type: "plain_text", text: "Delete this message? It cannot be brought back." }, confirm: "Delete", deny: "Keep it", style: "danger" });
  if (sure) act({ type: "delete", channel: view.channel, ts: message.ts });
}

function edit(row, message, view) {
  const names = new Map();
  const field = h("textarea", { class: "field", "aria-label": "Edit message", rows: 3, value: fromWire(message.text ?? "", names), data: { test: "edit-field" } });
  const done = () => { row.editing = false; row.signature = null; form.remove(); row.classList.remove("is-editing"); store.onChange(); };
  const save = async () => {
    const text = toWire(field.value.trim(), names);
    if (text && text !== message.text) await act({ type: "edit", channel: view.channel, ts: message.ts, text });
    done();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); done(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
  });
  const form = h("div", { class: "edit-form" }, field, h("div", { class: "actions" },
    h("button", { type: "button", class: "button", on: { click: done } }, "Cancel"), h("button", { type: "button", class: "button primary", data: { test: "edit-save" }, on: { click: save } }, "Save")));
  row.editing = true;
  row.classList.add("is-editing");
  row.content.append(form);
  field.focus();
}
