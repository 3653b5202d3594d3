// Slack's mrkdwn, Slack's plain_text, and the Markdown of `markdown` blocks, all as DOM nodes.
import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelOf, nameOf, now, people, store, userOf, zone } from "./store.js";
import { dateTokens } from "./time.js";

const decode = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A text object (`mrkdwn` or `plain_text`) or a plain string of mrkdwn. */
export function textObject(text) {
  if (text === undefined || text === null) return [];
  if (typeof text === "string") return mrkdwn(text);
  return text.type === "mrkdwn" ? mrkdwn(text.text ?? "", text.verbatim) : plain(text.text ?? "");
}

export const plainString = (text) => withEmoji(decode(typeof text === "string" ? text : text?.text ?? ""));
export const plain = (text) => [withEmoji(decode(text))];
const withEmoji = (text) => text.replace(/:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/g, (all, name) => emoji(name) ?? all);

export function mrkdwn(text, verbatim = false) {
  const nodes = [];
  text.split(/```\n?([\s\S]+?)```\n?/).forEach((part, index) => {
    if (index % 2) nodes.push(h("pre", {}, h("code", {}, inlineText(part))));
    else if (part) nodes.push(...lines(part, (line) => inline(line, verbatim)));
  });
  return nodes;
}

const QUOTE = /^(?:>|&gt;) ?/;
const BULLET = /^(\s*)(?:[•◦▪‣]|[-–](?= )|\*(?= )) +/;
const NUMBER = /^(\s*)(\d{1,3})[.)] +/;

/** Groups lines into quotes, lists and running text. */
function lines(text, render) {
  const nodes = [];
  const rows = text.split("\n");
  for (let at = 0; at < rows.length;) {
    const take = (pattern) => { const from = at; while (at < rows.length && pattern.test(rows[at])) at += 1; return rows.slice(from, at); };
    if (QUOTE.test(rows[at])) {
      const inner = take(QUOTE).map((row) => row.replace(QUOTE, "")).join("\n");
      nodes.push(h("blockquote", {}, lines(inner, render)));
    } else if (BULLET.test(rows[at])) {
      nodes.push(h("ul", {}, take(BULLET).map((row) => h("li", { class: row.match(BULLET)[1].length > 1 ? "deeper" : null }, render(row.replace(BULLET, ""))))));
    } else if (NUMBER.test(rows[at])) {
      const first = rows[at].match(NUMBER)[2];
      nodes.push(h("ol", { start: first }, take(NUMBER).map((row) => h("li", {}, render(row.replace(NUMBER, ""))))));
    } else {
      const from = at;
      while (at < rows.length && ![QUOTE, BULLET, NUMBER].some((pattern) => pattern.test(rows[at]))) at += 1;
      const run = rows.slice(from, at).join("\n");
      if (run !== "" || rows.length === 1) nodes.push(h("span", { class: "run" }, render(run)));
    }
  }
  return nodes;
}

const TOKEN = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):|(https?:\/\/[^\s<>|`]*[^\s<>|*_~`.,;:!?)\]'"])|(&(?:amp|lt|gt);)/g;
const STYLE = { "*": "strong", _: "em", "~": "s" };
const STYLED = /(^|[^\p{L}\p{N}*_~])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])/u;

function inline(text, verbatim) {
  const styled = text.match(STYLED);
  const opaque = [...text.matchAll(TOKEN)];
  // A style mark inside a link, code or address is not a style mark.
  if (styled) {
    const open = styled.index + styled[1].length;
    const close = styled.index + styled[0].length - 1;
    const hit = opaque.find((token) => [open, close].some((at) => at >= token.index && at < token.index + token[0].length));
    if (!hit) {
      return [...inline(text.slice(0, open), verbatim), h(STYLE[styled[2]], {}, inline(styled[3], verbatim)), ...inline(text.slice(close + 1), verbatim)];
    }
    const end = hit.index + hit[0].length;
    return [...tokens(text.slice(0, end), verbatim), ...inline(text.slice(end), verbatim)];
  }
  return tokens(text, verbatim);
}

function tokens(text, verbatim) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    const [all, angle, code, short, address] = found;
    let node;
    if (angle !== undefined) node = reference(angle);
    else if (code !== undefined) node = h("code", {}, inlineText(code));
    else if (short !== undefined) node = emoji(short) ?? all;
    else if (address !== undefined) node = verbatim ? all : link(decode(address), decode(address));
    else node = decode(all);
    if (found.index > from) nodes.push(text.slice(from, found.index));
    nodes.push(node);
    from = found.index + all.length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

/** Text inside code: links show as their address, nothing else is read. */
const inlineText = (text) => decode(text.replace(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g, (_, id) => `@${nameOf(id)}`).replace(/<(?:(?:https?|mailto):[^|<>]*\|)?([^<>]*)>/g, "$1"));

/** What stands between `<` and `>`. */
function reference(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? null : plainString(inner.slice(bar + 1));
  if (/^@[UW]/.test(target)) return mention(target.slice(1), label);
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return `<${decode(inner)}>`;
  return link(decode(target), label || decode(target).replace(/^mailto:/, ""));
}

export function mention(id, label) {
  const known = userOf(id);
  const stranger = known?.is_stranger;
  return h("span", { class: `mention${id === store.user ? " mine" : ""}${stranger ? " stranger" : ""}`, data: { user: id }, title: stranger ? `${known.real_name}, ${known.team_name}` : null },
    `@${known ? nameOf(id) : label || id}`);
}

export function channelLink(id, label) {
  const known = channelOf(id);
  if (!known) return h("span", { class: "mention" }, `#${label || id}`);
  return h("a", { class: "mention", href: `#${store.user}/${id}`, data: { channelLink: id } }, `#${known.name}`);
}

function special(target, label) {
  const date = target.match(/^date\^(-?\d+)\^([^^]*)(?:\^(.*))?$/);
  if (date) {
    const words = dateTokens(date[2], Number(date[1]), zone(), now());
    const shown = h("time", { datetime: new Date(Number(date[1]) * 1000).toISOString(), title: label }, words);
    return date[3] ? link(decode(date[3]), shown) : shown;
  }
  const name = target.startsWith("subteam^") ? label || "@group" : `@${(label || target).replace(/^@/, "")}`;
  return h("span", { class: "mention broadcast" }, name);
}

/** The Markdown of `markdown` blocks: headings, lists, quotes, fences, links and the usual marks. */
export function markdown(text) {
  const nodes = [];
  text.split(/^```[^\n]*\n([\s\S]*?)^```\s*$/m).forEach((part, index) => {
    if (index % 2) return nodes.push(h("pre", {}, h("code", {}, part.replace(/\n$/, ""))));
    for (const chunk of part.split(/\n{2,}/)) {
      const heading = chunk.match(/^(#{1,6}) +([^\n]*)\n?/);
      const rest = heading ? chunk.slice(heading[0].length) : chunk;
      if (heading) nodes.push(h("p", { class: "md-heading", role: "heading", "aria-level": Math.min(heading[1].length + 2, 6) }, marks(heading[2])));
      if (/^ {0,3}([-*_])( *\1){2,} *$/.test(rest)) nodes.push(h("hr"));
      else if (rest.trim()) nodes.push(h("div", { class: "md-chunk" }, lines(rest.replace(/^\n+|\n+$/g, ""), marks)));
    }
  });
  return nodes;
}

const MARK = /\[([^\]\n]+)\]\(([^()\s]+)\)|`([^`\n]+)`|(\*\*|__)(?=\S)([^\n]*?\S)\4|~~(?=\S)([^\n]*?\S)~~|([*_])(?=\S)([^\n]*?\S)\7(?![\p{L}\p{N}])|\\([\\`*_{}[\]()#+.!~-])/u;
function marks(text) {
  const found = text.match(MARK);
  if (!found) return text ? [withEmoji(text)] : [];
  const [all, label, address, code, , bold, struck, , slanted, escaped] = found;
  let node = escaped;
  if (address) node = link(address, marks(label));
  else if (code) node = h("code", {}, code);
  else if (bold) node = h("strong", {}, marks(bold));
  else if (struck) node = h("s", {}, marks(struck));
  else if (slanted) node = h("em", {}, marks(slanted));
  return [...marks(text.slice(0, found.index)), node, ...marks(text.slice(found.index + all.length))];
}

/** What was typed, as Slack would put it on the wire: escaped, with links, mentions and channels in angle brackets. */
export function toWire(text, names = new Map()) {
  const keep = [];
  const hold = (token) => `\u0000${keep.push(token) - 1}\u0000`;
  let out = text.replaceAll("\u0000", "")
    .replace(/<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|(?:https?:\/\/|mailto:)[^<>\s|]+)(?:\|[^<>\n]*)?>/g, hold)
    .replace(/```[\s\S]*?```|`[^`\n]+`/g, (code) => hold(escape(code)));
  for (const [shown, token] of [...names].sort((a, b) => b[0].length - a[0].length)) out = out.split(shown).join(hold(token));
  out = resolve(out, hold);
  out = out
    .replace(/\bhttps?:\/\/[^\s<>\u0000]*[^\s<>\u0000.,;:!?)\]'"]/g, (url) => hold(`<${escape(url)}>`))
    .replace(/\b[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+\b/gi, (mail) => hold(`<mailto:${mail}|${mail}>`))
    .replace(/(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|io|co|eu|se|de|fr|nl|dev|app|ai|uk|example)(?:\/[^\s<>\u0000]*[^\s<>\u0000.,;:!?)\]'"])?(?![\w@-]|\.\w)/gi, (host) => hold(`<http://${escape(host)}|${escape(host)}>`));
  out = escape(out);
  for (let i = 0; i < 3 && out.includes("\u0000"); i += 1) out = out.replace(/\u0000(\d+)\u0000/g, (_, n) => keep[Number(n)]);
  return out;
}

/** Names that were typed in full, `@omar` and `#partner-ops`, as Slack's references. */
export function resolve(text, wrap = (token) => token, person = (user) => `<@${user.id}>`) {
  return text.replace(/(?<![\w@#./&<])([@#])([a-z0-9][\w-]*)(?![\w@-])/gi, (all, sign, name) => {
    const known = sign === "@" ? people().find((user) => user.name === name.toLowerCase()) : store.state.channels.find((channel) => channel.name && channel.name === name.toLowerCase());
    if (!known) return all;
    return wrap(sign === "@" ? person(known) : `<#${known.id}|${known.name}>`);
  });
}
const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The reverse, for editing one's own message; fills `names` so that the way back is known. */
export function fromWire(text, names) {
  return decode(text.replace(/<([^<>\n]+)>/g, (all, inner) => {
    const [target, label] = inner.split("|");
    let shown = null;
    if (target.startsWith("@")) shown = `@${nameOf(target.slice(1))}`;
    else if (target.startsWith("#")) shown = `#${channelOf(target.slice(1))?.name ?? label ?? target.slice(1)}`;
    if (shown) { names.set(shown, all); return shown; }
    if (!label || target.replace(/^(https?:\/\/|mailto:)/, "") === label) return label ?? target;
    return all;
  }));
}
