// The sandbox's chat client: the shell around messages, threads, modals and the Home tab.
//
// Files: page.html, page.css, and the modules page, store, messages, composer, blocks, elements, richtext, mrkdwn,
// modal, confirm, popover, toast, time, emoji and dom, all served from /assets/. The page needs no more than
//   default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'
// Messages are drawn with DOM nodes only; no text of a message is ever read as HTML.
//
// The address keeps the place: #U0MAYA/C0OVERLAPS, #U0MAYA/C0OVERLAPS/1773043200.000100 (thread), #U0MAYA/home.
//
// Hooks for browser tests
//   [data-channel="C…"]      a channel or direct message in the sidebar; also on main while it shows; [data-unread] = count
//   [data-test="home"]       the app's Home tab in the sidebar; [data-test="home-tab"], [data-test="messages-tab"] in the pane
//   [data-ts="…"]            a message row (article), with data-user; in main and in #thread
//   [data-block-id] [data-action-id]   a block, and an element in it; a select holds data-value
//   [role=option][data-value], [role=menuitem][data-value]   options of an open select or overflow menu
//   [data-test=picker-search], [data-date="2026-03-16"], [data-test=calendar-typed]   in an open list or calendar
//   [data-test=composer|thread-composer], send|thread-send, attach, file|thread-file, completion, shortcuts
//   [data-test=thread-link], message-reply, message-react, message-more, message-edit, message-delete, shortcut-<callback_id>
//   [data-test=modal] (data-view-id, data-callback-id), modal-submit, modal-close; .block-error under an input block
//   [data-test=confirm], confirm-yes, confirm-no; [data-test=toast] (data-notice); [data-test=dismiss-ephemeral]
//   [data-test=acting], then [role=menuitemradio][data-user="U…"]; [data-test=clock] (data-now),
//   clock-hour, clock-day, clock-monday, clock-set, clock-input; [data-test=hints], hints-dismiss, hints-show
//   body[data-rev] is the revision that is drawn; body[data-ready] is set after the first one

import { append, avatar, h, icon, iconButton } from "./dom.js";
import { patchBlocks } from "./blocks.js";
import { composerFor, forgetComposers, title } from "./composer.js";
import { renderMessages, topLevel } from "./messages.js";
import { forgetModals, renderModals } from "./modal.js";
import { mrkdwn, resolve } from "./mrkdwn.js";
import { closePopover, openMenu } from "./popover.js";
import { Surface, act, apps, channelOf, forgetSurfaces, homeTeam, listen, me, messagesOf, nameOf, now, people, refresh, store, userOf } from "./store.js";
import { isoLocal, fromLocal } from "./time.js";
import { keepNotices, notify } from "./toast.js";

const $ = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 760px)");
const HINTS = "tandem-hints-hidden";

// ---- Where the reader is

function readHash() {
  const [user, place, thread] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { user: user || null, place: place || null, thread: thread || null };
}

function go(place, thread = null, user = store.user) {
  const hash = `#${[user, place, thread].filter(Boolean).join("/")}`;
  if (location.hash !== hash) location.hash = hash; else arrive();
}

let newFrom = null;
/** Brings the page to what the address says. */
async function arrive() {
  const want = readHash();
  const otherUser = want.user && want.user !== store.user;
  if (otherUser) {
    store.user = want.user;
    forgetSurfaces();
    forgetComposers();
    forgetModals();
    closePopover();
    await refresh();
  }
  if (!store.state) return;
  const known = (place) => place === "home" ? apps().length > 0 && !me().is_stranger : channelOf(place);
  const place = known(want.place) ? want.place : firstPlace();
  const moved = otherUser || place !== store.place;
  store.thread = place === want.place ? want.thread : null;
  store.place = place;
  history.replaceState(null, "", `#${[store.user, place, store.thread].filter(Boolean).join("/")}`);
  if (moved) {
    closePopover();
    closeDrawer();
    newFrom = firstUnread(place);
    shownFor = null;
  }
  render();
  if (moved && place === "home") act({ type: "open_home" });
  if (moved && !narrow.matches && !document.body.classList.contains("has-modal")) document.querySelector("[data-test=composer]")?.focus({ preventScroll: true });
}

/** Where a newcomer lands: the channel that the first hint names, else the first one. */
function firstPlace() {
  const channels = store.state.channels.filter((channel) => channel.kind !== "im");
  const hint = store.state.hints?.[0] ?? "";
  return (channels.find((channel) => hint.includes(`#${channel.name}`) || hint.includes(`<#${channel.id}`)) ?? channels[0])?.id ?? "home";
}

function firstUnread(place) {
  const unread = channelOf(place)?.unread ?? 0;
  return unread ? topLevel(messagesOf(place)).filter((message) => message.user !== store.user).slice(-unread)[0]?.ts ?? null : null;
}

// ---- Drawing

/** Draws a part again only when what it shows has changed. */
const drawn = new Map();
function once(key, parts, draw) {
  const signature = JSON.stringify(parts);
  if (drawn.get(key) === signature) return;
  drawn.set(key, signature);
  draw();
}

function render() {
  const { state } = store;
  if (!state || !store.place) return;
  if (store.place !== "home" && !channelOf(store.place)) { arrive(); return; }
  once("topbar", [state.clock, state.users, state.workspace, store.user], drawTopbar);
  once("sidebar", [state.channels, state.users, state.workspace, store.user, store.place, state.apps], drawSidebar);
  once("hints", [state.hints, localStorage.getItem(HINTS), narrow.matches, store.user], drawHints);
  drawMain();
  drawThread();
  renderModals();
  for (const notice of state.notices ?? []) notify(notice.text, { kind: "error", id: String(notice.id), onDismiss: () => act({ type: "dismiss_notice", id: notice.id }) });
  keepNotices((state.notices ?? []).map((notice) => String(notice.id)));
  const unread = state.channels.reduce((sum, channel) => sum + (channel.unread ?? 0), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${store.place === "home" ? "Home" : title(store.place)} · ${state.workspace.name} sandbox`;
  document.body.dataset.rev = state.rev;
  document.body.dataset.ready = "1";
  markRead();
}

let reading = false;
async function markRead() {
  const channel = channelOf(store.place);
  if (!channel?.unread || reading || document.hidden) return;
  reading = true;
  await act({ type: "read", channel: channel.id }, { quiet: true });
  setTimeout(() => { reading = false; }, 300);
}

const companyOf = (user) => user.team_name ?? (user.is_stranger ? "another company" : store.state.workspace.name);

function drawTopbar() {
  const you = me();
  const bar = $("topbar");
  const clockOpen = bar.querySelector(".clock-panel")?.classList.contains("open");
  const button = h("button", { type: "button", class: `acting${you.is_stranger ? " stranger" : ""}`, "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": `Acting as ${you.real_name}, ${you.title}, ${companyOf(you)}. Change person`, data: { test: "acting", user: you.id } },
    avatar(you, "medium"), h("span", { class: "acting-words" }, h("strong", {}, you.real_name), h("small", {}, you.title)),
    h("span", { class: you.is_stranger ? "company" : "company own" }, companyOf(you)), icon("down"));
  button.addEventListener("click", () => openMenu(button, people().filter((user) => !user.is_bot).map((user) => ({
    label: user.real_name, note: user.title, user: user.id, checked: user.id === store.user, lead: avatar(user, "medium"),
    tail: h("span", { class: foreign(user) ? "company" : "company own" }, user.team_name), run: () => go(store.place, null, user.id),
  })), { label: "Act as" }));
  const clock = store.state.clock;
  const panel = h("div", { class: `clock-panel${clockOpen ? " open" : ""}`, id: "clock-panel" },
    h("button", { type: "button", class: "chip-button", data: { test: "clock-hour" }, on: { click: () => move({ to: new Date(now().getTime() + 36e5).toISOString().replace(".000Z", "Z") }) } }, "+1 hour"),
    h("button", { type: "button", class: "chip-button", data: { test: "clock-day" }, on: { click: () => move({ days: 1 }) } }, "+1 day"),
    h("button", { type: "button", class: "chip-button", data: { test: "clock-monday" }, on: { click: () => move({ to: "next monday 09:00" }) } }, "Next Monday 09:00"),
    clockForm(clock));
  const label = h("button", { type: "button", class: "clock-label", "aria-label": `The workspace's clock: ${clock.label}`, "aria-controls": "clock-panel", "aria-expanded": String(Boolean(clockOpen)), title: `${clock.zone}. The sandbox has its own clock: move it to see what happens later.`, data: { test: "clock", now: clock.now },
    on: { click: () => label.setAttribute("aria-expanded", String(panel.classList.toggle("open"))) } }, icon("clock"), h("span", {}, clock.label));
  const held = document.activeElement?.dataset?.test;
  bar.replaceChildren(
    iconButton("menu", "Channels", () => toggleDrawer(), { class: "icon-button drawer-button", data: { test: "drawer" } }),
    h("div", { class: "clock", role: "group", "aria-label": "Clock" }, label, panel),
    h("span", { class: "offline-note", role: "status" }, "Reconnecting…"), button);
  bar.classList.toggle("as-stranger", Boolean(you.is_stranger));
  if (held && document.activeElement === document.body) bar.querySelector(`[data-test="${held}"]`)?.focus();
}

const foreign = (user) => user.is_stranger || (homeTeam() && user.team_id && user.team_id !== homeTeam());

function clockForm(clock) {
  const field = h("input", { type: "datetime-local", class: "clock-input", "aria-label": `Move the clock to (${clock.zone})`, value: isoLocal(now(), clock.zone), data: { test: "clock-input" } });
  return h("form", { class: "clock-form", on: { submit: (event) => { event.preventDefault(); if (field.value) move({ to: fromLocal(field.value, clock.zone).toISOString().replace(".000Z", "Z") }); } } },
    field, h("button", { type: "submit", class: "chip-button", data: { test: "clock-set" } }, "Set"));
}

async function move(where) {
  const bar = $("topbar").querySelector(".clock");
  if (bar.getAttribute("aria-busy") === "true") return;
  bar.setAttribute("aria-busy", "true");
  await act({ type: "move_clock", ...where });
  $("topbar").querySelector(".clock").removeAttribute("aria-busy");
}

function drawSidebar() {
  const { state } = store;
  const bar = $("sidebar");
  const top = bar.querySelector(".side-scroll")?.scrollTop ?? 0;
  const held = bar.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const row = (place, lead, label, extra = {}) => {
    const unread = extra.unread ?? 0;
    const spoken = [label, extra.shared && `shared with ${extra.shared}`, unread && `${unread} unread`].filter(Boolean).join(", ");
    return h("li", {}, h("a", { class: `side-row${unread ? " unread" : ""}`, href: `#${store.user}/${place}`, "aria-current": store.place === place ? "page" : null, "aria-label": spoken,
      data: { channel: place === "home" ? null : place, test: place === "home" ? "home" : null, unread: String(unread) } },
    lead, h("span", { class: "side-name" }, label), extra.shared && h("span", { class: "side-shared" }, icon("shared"), h("span", {}, extra.shared)), unread > 0 && h("span", { class: "unread-count" }, unread)));
  };
  const channels = state.channels.filter((channel) => channel.kind !== "im");
  const ims = state.channels.filter((channel) => channel.kind === "im");
  const group = (name, rows) => rows.length > 0 && [h("h2", {}, name), h("ul", {}, rows)];
  const lead = (channel) => icon(channel.kind === "private" ? "lock" : "hash");
  bar.replaceChildren(
    h("div", { class: "workspace" }, h("span", { class: "workspace-mark", "aria-hidden": "true" }, workspaceName()[0]), h("span", { class: "workspace-words" }, h("strong", {}, workspaceName()), h("small", {}, "Sandbox workspace"))),
    append(h("div", { class: "side-scroll" }), [
      group("Apps", me().is_stranger ? [] : apps().map((app) => row("home", avatar({ is_bot: true }, "tiny"), `${app.name} Home`))),
      group("Channels", channels.map((channel) => row(channel.id, lead(channel), channel.name, { unread: channel.unread, shared: sharedWith(channel) }))),
      group("Direct messages", ims.map((channel) => row(channel.id, avatar(userOf(channel.with), "tiny"), nameOf(channel.with), { unread: channel.unread }))),
    ]),
    h("div", { class: "side-hints" }));
  bar.querySelector(".side-scroll").scrollTop = top;
  if (held) bar.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  drawn.delete("hints");
}
/** The other side of a shared channel, seen from the acting person's company. */
const sharedWith = (channel) => (channel.shared_with?.length ? (me().is_stranger ? store.state.workspace.name : channel.shared_with.join(", ")) : null);
const workspaceName = () => (me().is_stranger ? companyOf(me()) : store.state.workspace.name);

/** What to click first: in the sidebar when there is room, else above the messages. */
function drawHints() {
  document.querySelector("[data-test=hints]")?.remove();
  document.querySelector("[data-test=hints-show]")?.remove();
  const hints = store.state.hints ?? [];
  if (!hints.length) return;
  const set = (value) => { if (value) localStorage.setItem(HINTS, value); else localStorage.removeItem(HINTS); render(); };
  const hidden = localStorage.getItem(HINTS) === JSON.stringify(hints);
  if (hidden) {
    $("sidebar").querySelector(".side-hints").append(h("button", { type: "button", class: "hints-show", data: { test: "hints-show" }, on: { click: () => set(null) } }, icon("help"), "What to try first"));
    return;
  }
  const card = h("section", { class: "hints", "aria-label": "What to try first", data: { test: "hints" } },
    h("details", { open: !narrow.matches }, h("summary", {}, "What to try first"), h("ol", {}, hints.map((hint) => h("li", {}, mrkdwn(resolve(hint)))))),
    iconButton("close", "Dismiss", () => set(JSON.stringify(hints)), { data: { test: "hints-dismiss" } }));
  if (narrow.matches) $("topbar").after(card); else $("sidebar").querySelector(".side-hints").append(card);
}

let shownFor = null;
let pane = null;
function drawMain() {
  const key = `${store.user}/${store.place}`;
  const main = $("main");
  const fresh = shownFor !== key;
  const home = store.place === "home";
  if (fresh) {
    shownFor = key;
    pane = home ? homePane() : channelPane(store.place);
    main.replaceChildren(...pane.nodes);
    main.dataset.channel = home ? "" : store.place;
    drawn.delete("head");
  }
  once("head", [key, channelOf(store.place), people().length, store.state.apps], () => pane.head.replaceChildren(...headOf()));
  pane.update(fresh);
}

function headOf() {
  const appIm = store.state.channels.find((channel) => channel.kind === "im" && userOf(channel.with)?.is_bot);
  const tabs = (place) => h("div", { class: "tabs" }, [["home", "Home", "home-tab"], [appIm?.id, "Messages", "messages-tab"]].filter(([id]) => id && (id !== "home" || !me().is_stranger)).map(([id, name, test]) =>
    h("a", { href: `#${store.user}/${id}`, class: "tab", "aria-current": id === place ? "page" : null, data: { test } }, name)));
  if (store.place === "home" || store.place === appIm?.id) {
    const bot = userOf(appIm?.with) ?? { is_bot: true, real_name: apps()[0]?.name };
    return [h("div", { class: "head-row" }, avatar(bot, "medium"), h("h1", {}, bot.real_name || bot.name), h("span", { class: "badge" }, "APP"), tabs(store.place))];
  }
  const channel = channelOf(store.place);
  const shared = sharedWith(channel);
  const others = channel.members?.filter((id) => userOf(id) && foreign(userOf(id))).map(nameOf) ?? [];
  const own = me().is_stranger;
  return [
    h("div", { class: "head-row" }, channel.kind === "im" ? avatar(userOf(channel.with), "medium") : icon(channel.kind === "private" ? "lock" : "hash"), h("h1", {}, channel.kind === "im" ? nameOf(channel.with) : channel.name),
      channel.topic && h("p", { class: "topic", title: channel.topic }, mrkdwn(channel.topic)),
      channel.members && h("span", { class: "head-members", title: channel.members.map(nameOf).join(", ") }, `${channel.members.length} members`)),
    shared && h("div", { class: "shared-banner", role: "note", data: { test: "shared-banner" } }, icon("shared"), h("span", {}, h("strong", {}, `Shared with ${shared}`), own || !others.length ? "" : `. ${others.join(", ")} can read everything here.`)),
  ].filter(Boolean);
}

function homePane() {
  const head = h("header", { class: "head" });
  const blocks = h("div", { class: "blocks home-blocks" });
  const empty = h("p", { class: "empty", hidden: true }, "The app has not put anything here yet.");
  return {
    head, nodes: [head, h("div", { class: "scroll home" }, blocks, empty)],
    update() {
      const view = store.state.home;
      empty.hidden = Boolean(view);
      patchBlocks(blocks, view?.blocks ?? [], Surface.of(`home:${view?.id}`, { type: "view", view_id: view?.id }, view?.blocks));
    },
  };
}

const atEnd = (scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
const toEnd = (scroller) => { scroller.scrollTop = scroller.scrollHeight; };

function channelPane(id) {
  const head = h("header", { class: "head" });
  const list = h("div", { class: "messages", role: "log", "aria-label": `Messages in ${title(id)}`, "aria-live": "polite", "aria-relevant": "additions" });
  const jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => toEnd(scroller) } }, "New messages", icon("down"));
  const scroller = h("div", { class: "scroll", tabindex: "-1" }, h("div", { class: "start" }, h("p", { class: "empty" }, startOf(id))), list);
  const composer = composerFor(id, null, () => toEnd(scroller));
  const archived = h("p", { class: "archived", hidden: true }, "This channel is archived. It can be read, not written to.");
  scroller.addEventListener("scroll", () => { if (atEnd(scroller)) jump.hidden = true; });
  const stick = new ResizeObserver(() => { if (follow) toEnd(scroller); });
  let follow = true;
  let count = 0;
  scroller.addEventListener("scroll", () => { follow = atEnd(scroller); });
  stick.observe(list);
  stick.observe(scroller);
  return {
    head, nodes: [head, dropZone(h("div", { class: "pane" }, scroller, jump, archived, composer.node), composer)],
    update(fresh) {
      follow = fresh || atEnd(scroller);
      const messages = messagesOf(id);
      renderMessages(list, messages, { channel: id, newFrom, openThread: (ts) => go(id, ts) });
      composer.refresh();
      composer.node.hidden = Boolean(channelOf(id).archived);
      archived.hidden = !channelOf(id).archived;
      if (fresh) composer.grow();
      const total = topLevel(messages).length;
      if (follow) toEnd(scroller); else if (total > count) jump.hidden = false;
      count = total;
    },
  };
}

function startOf(id) {
  const channel = channelOf(id);
  return channel.kind === "im" ? `This is the start of your direct messages with ${nameOf(channel.with)}.` : `This is the start of #${channel.name}.`;
}

/** Takes files that are dropped anywhere on a pane. */
function dropZone(node, composer) {
  const veil = h("div", { class: "drop-veil", hidden: true }, h("p", {}, `Drop to upload to ${title(composer.channel)}`));
  let depth = 0;
  const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  node.addEventListener("dragenter", (event) => { if (files(event)) { event.preventDefault(); depth += 1; veil.hidden = false; } });
  node.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
  node.addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) { depth = 0; veil.hidden = true; } });
  node.addEventListener("drop", (event) => {
    depth = 0;
    veil.hidden = true;
    if (!files(event)) return;
    event.preventDefault();
    composer.sendFiles([...event.dataTransfer.files]);
  });
  node.append(veil);
  return node;
}
// A file dropped beside the pane would otherwise replace the page.
for (const type of ["dragover", "drop"]) addEventListener(type, (event) => { if ([...(event.dataTransfer?.types ?? [])].includes("Files")) event.preventDefault(); });

let threadKey = null;
let threadPane = null;
function drawThread() {
  const aside = $("thread");
  const open = Boolean(store.thread) && store.place !== "home" && messagesOf(store.place).some((message) => message.ts === store.thread);
  aside.hidden = !open;
  document.body.classList.toggle("has-thread", open);
  if (!open) { threadKey = null; aside.replaceChildren(); return; }
  const key = `${store.user}/${store.place}/${store.thread}`;
  const fresh = threadKey !== key;
  if (fresh) {
    threadKey = key;
    const [channel, thread] = [store.place, store.thread];
    const list = h("div", { class: "messages", role: "log", "aria-label": "Thread" });
    const scroller = h("div", { class: "scroll", tabindex: "-1" }, list);
    const composer = composerFor(channel, thread, () => toEnd(scroller));
    const close = () => { go(channel); document.querySelector("[data-test=composer]")?.focus(); };
    threadPane = { list, scroller, composer, channel, thread };
    aside.replaceChildren(h("header", { class: "head" }, h("div", { class: "head-row" }, h("h1", {}, "Thread"), h("span", { class: "topic" }, title(channel)), iconButton("close", "Close the thread", close, { data: { test: "thread-close" } }))),
      dropZone(h("div", { class: "pane" }, scroller, composer.node), composer));
    aside.onkeydown = (event) => { if (event.key === "Escape" && !event.defaultPrevented) close(); };
  }
  const { list, scroller, composer, channel, thread } = threadPane;
  const follow = !fresh && atEnd(scroller);
  renderMessages(list, messagesOf(channel), { channel, thread, openThread: () => {} });
  composer.refresh();
  if (fresh) { composer.grow(); composer.field.focus({ preventScroll: true }); }
  if (fresh || follow) toEnd(scroller);
}

// ---- The drawer of narrow windows

function toggleDrawer(open = !document.body.classList.contains("drawer")) {
  document.body.classList.toggle("drawer", open);
  $("scrim").hidden = !open;
  if (open) $("sidebar").querySelector("[aria-current], a")?.focus();
}
function closeDrawer() { if (document.body.classList.contains("drawer")) toggleDrawer(false); }

// ---- Start

$("scrim").addEventListener("click", closeDrawer);
$("sidebar").addEventListener("click", (event) => { if (event.target.closest("a")) closeDrawer(); });
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("drawer")) { closeDrawer(); document.querySelector("[data-test=drawer]")?.focus(); }
});
document.querySelector("[data-skip]").addEventListener("click", (event) => { event.preventDefault(); $("main").focus(); });
addEventListener("hashchange", arrive);
addEventListener("visibilitychange", markRead);
narrow.addEventListener("change", render);
store.onChange = render;

store.user = readHash().user;
try {
  await refresh().catch(() => {});
  if (!store.state || !userOf(store.user)) {
    // An address with somebody who is not here: begin as the first person.
    store.user = store.state?.users.find((user) => !user.is_bot)?.id ?? null;
    if (location.hash) history.replaceState(null, "", location.pathname);
    await refresh();
  }
  await arrive();
  listen();
} catch {
  $("main").replaceChildren(h("p", { class: "loading" }, "The sandbox does not answer. Start it, then load this page again."));
}
