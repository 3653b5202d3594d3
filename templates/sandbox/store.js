// What the page knows: the last snapshot, where the reader is, and what they have chosen but not sent.
import { notify } from "./toast.js";

export const store = {
  state: null,
  user: null,
  place: null, // a channel id, or "home"
  thread: null, // the ts of the open thread's first message
  onChange: () => {},
};

const EMPTY = { id: "", name: "unknown", real_name: "Unknown person" };
export const people = () => store.state?.users ?? [];
export const userOf = (id) => people().find((user) => user.id === id);
export const me = () => userOf(store.user) ?? EMPTY;
export const nameOf = (id) => { const user = userOf(id); return user ? user.real_name || user.name : id; };
export const channelOf = (id) => store.state?.channels.find((channel) => channel.id === id);
export const messagesOf = (id) => store.state?.messages?.[id] ?? [];
export const apps = () => store.state?.apps ?? [];
export const zone = () => me().tz || store.state?.clock?.zone || "UTC";
export const now = () => new Date(store.state?.clock?.now ?? 0);
export const homeTeam = () => store.state?.workspace?.team_id;

let running = null;
let queued = null;
/** Fetches the snapshot; the promise settles after a fetch that began later than this call. */
export function refresh() {
  if (running) {
    queued ??= running.then(() => { queued = null; return refresh(); });
    return queued;
  }
  running = load().finally(() => { running = null; });
  return running;
}

async function load() {
  const user = store.user;
  const query = user ? `?user=${encodeURIComponent(user)}` : "";
  try {
    const answer = await fetch(`/_sandbox/state${query}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const state = await answer.json();
    if (store.user !== user) return;
    store.state = state;
    store.user ??= state.you;
    store.onChange();
  } catch (error) {
    if (store.state) setOnline(false);
    else throw error;
  }
}

export function listen() {
  const source = new EventSource("/_sandbox/changes");
  source.onmessage = () => { setOnline(true); refresh(); };
  source.onopen = () => { setOnline(true); refresh(); };
  source.onerror = () => setOnline(false);
}

function setOnline(online) {
  document.body.classList.toggle("offline", !online);
}

const REASONS = {
  not_found: "That is no longer here.",
  expired: "That took too long. Try again.",
  channel_not_found: "That channel is not here for this person.",
};

/** Does one thing as the acting person. Never throws: `{ok: false, error}` is shown as a toast, unless `quiet`. */
export async function act(what, { quiet = false } = {}) {
  let reply;
  try {
    const answer = await fetch("/_sandbox/do", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: store.user, act: what }),
    });
    reply = await answer.json().catch(() => ({ ok: false, error: `The sandbox answered with status ${answer.status}.` }));
  } catch {
    reply = { ok: false, error: "The sandbox does not answer. Is it still running?" };
  }
  if (!reply.ok && !quiet) notify(REASONS[reply.error] ?? reply.error ?? "That did not work.", { kind: "error" });
  if (what.type !== "options") await refresh().catch(() => {});
  return reply;
}

/** Sends one file; `progress` gets 0 to 1. */
export function upload(file, channel, thread, progress) {
  const query = new URLSearchParams({ user: store.user, channel });
  if (thread) query.set("thread_ts", thread);
  const form = new FormData();
  form.append("file", file, file.name);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/_sandbox/upload?${query}`);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      let reply = { ok: request.status < 300 };
      try { reply = { ...reply, ...JSON.parse(request.responseText) }; } catch { /* an empty answer says enough by its status */ }
      done(reply);
    };
    request.onerror = () => done({ ok: false });
    request.send(form);
  }).then((reply) => {
    if (!reply.ok) notify(reply.error ?? `${file.name} could not be uploaded.`, { kind: "error" });
    return refresh().catch(() => {}).then(() => reply);
  });
}

const surfaces = new Map();
export const forgetSurfaces = () => surfaces.clear();

/**
 * A message, modal or Home tab: where a click came from, and the values that the reader has set on it.
 * Values are kept by block_id and action_id, so they outlive a re-render, as in Slack.
 */
export class Surface {
  static of(key, container, blocks) {
    if (!surfaces.has(key)) surfaces.set(key, new Surface());
    const surface = surfaces.get(key);
    surface.key = key;
    surface.container = container;
    surface.blocks = blocks ?? [];
    return surface;
  }

  set = new Map();

  put(blockId, element, state) {
    this.set.set(`${blockId}\n${element.action_id}`, { type: element.type, ...state });
  }

  get(blockId, element) {
    const kept = this.set.get(`${blockId}\n${element.action_id}`);
    return kept?.type === element.type ? kept : initial(element);
  }

  /** Slack's `state.values`. */
  values() {
    const all = {};
    this.blocks.forEach((block, index) => {
      const id = blockIdOf(block, index);
      const elements = [block.element, block.accessory, ...(block.elements ?? [])];
      for (const element of elements) {
        const value = element?.action_id && this.get(id, element);
        if (value) (all[id] ??= {})[element.action_id] = value;
      }
    });
    return all;
  }
}

export const blockIdOf = (block, index) => block.block_id || `block-${index}`;

function initial(element) {
  const { type } = element;
  const of = (fields) => ({ type, ...fields });
  switch (type) {
    case "plain_text_input": case "email_text_input": case "url_text_input": case "number_input":
      return of({ value: element.initial_value === undefined ? null : String(element.initial_value) });
    case "static_select": case "external_select": case "radio_buttons":
      return of({ selected_option: element.initial_option ?? null });
    case "multi_static_select": case "multi_external_select": case "checkboxes":
      return of({ selected_options: element.initial_options ?? [] });
    case "users_select": return of({ selected_user: element.initial_user ?? null });
    case "multi_users_select": return of({ selected_users: element.initial_users ?? [] });
    case "channels_select": return of({ selected_channel: element.initial_channel ?? null });
    case "multi_channels_select": return of({ selected_channels: element.initial_channels ?? [] });
    case "conversations_select":
      return of({ selected_conversation: element.initial_conversation ?? (element.default_to_current_conversation && store.place !== "home" ? store.place : null) });
    case "multi_conversations_select": return of({ selected_conversations: element.initial_conversations ?? [] });
    case "datepicker": return of({ selected_date: element.initial_date ?? null });
    case "timepicker": return of({ selected_time: element.initial_time ?? null });
    case "datetimepicker": return of({ selected_date_time: element.initial_date_time ?? null });
    default: return null;
  }
}
