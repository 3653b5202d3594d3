// Instants in a person's zone. The workspace has its own clock, so nothing here asks for the real time.

const cache = new Map();
function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!cache.has(key)) {
    let made;
    try { made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }); }
    catch { made = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }); }
    cache.set(key, made);
  }
  return cache.get(key);
}

export const tsToDate = (ts) => new Date(Number.parseFloat(ts) * 1000);
export const clockTime = (date, zone) => format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
export const fullTime = (date, zone) => format(zone, { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" }).format(date);
/** `2026-03-09` as the date stands on the wall in the zone. */
export function isoDay(date, zone) {
  const at = parts(date, zone);
  return `${at.year}-${at.month}-${at.day}`;
}
/** `2026-03-09T09:00`, for an `<input type="datetime-local">`. */
export function isoLocal(date, zone) {
  const at = parts(date, zone);
  return `${at.year}-${at.month}-${at.day}T${at.hour}:${at.minute}`;
}
function parts(date, zone) {
  const list = format(zone, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).formatToParts(date);
  return Object.fromEntries(list.map((part) => [part.type, part.value]));
}

/** The instant of a wall-clock time (`2026-03-09T09:00`) in a zone. */
export function fromLocal(local, zone) {
  const wanted = Date.parse(`${local.slice(0, 16)}:00Z`);
  let guess = wanted;
  for (let i = 0; i < 2; i += 1) {
    const at = parts(new Date(guess), zone);
    guess += wanted - Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  }
  return new Date(guess);
}

export function dayLabel(date, zone, now) {
  const day = isoDay(date, zone);
  if (day === isoDay(now, zone)) return "Today";
  if (day === isoDay(new Date(now - 864e5), zone)) return "Yesterday";
  return format(zone, { weekday: "long", day: "numeric", month: "long" }).format(date);
}

/** `Mon 16 Mar 2026` for a civil date such as `2026-03-16`. */
export const civilLabel = (iso) => format("UTC", { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(new Date(`${iso}T00:00:00Z`)).replace(",", "");
export const monthLabel = (year, month) => format("UTC", { month: "long", year: "numeric" }).format(new Date(Date.UTC(year, month, 1)));

/** Slack's date tokens: `{date_short} at {time}`. */
export function dateTokens(pattern, seconds, zone, now) {
  const date = new Date(seconds * 1000);
  const pretty = (style) => {
    const label = dayLabel(date, zone, now);
    if (label === "Today" || label === "Yesterday") return label.toLowerCase();
    if (isoDay(date, zone) === isoDay(new Date(now.getTime() + 864e5), zone)) return "tomorrow";
    return format(zone, style).format(date);
  };
  const plain = { day: "numeric", month: "long", year: "numeric" };
  const short = { day: "numeric", month: "short", year: "numeric" };
  const long = { weekday: "long", ...plain };
  const known = {
    date: () => format(zone, plain).format(date),
    date_num: () => isoDay(date, zone),
    date_slash: () => isoDay(date, zone).replaceAll("-", "/"),
    date_short: () => format(zone, short).format(date),
    date_long: () => format(zone, long).format(date),
    date_long_full: () => format(zone, long).format(date),
    day_divider_pretty: () => pretty(long),
    date_pretty: () => pretty(plain),
    date_short_pretty: () => pretty(short),
    date_long_pretty: () => pretty(long),
    time: () => clockTime(date, zone),
    time_secs: () => format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(date),
    ago: () => ago(date, now),
  };
  return pattern.replace(/\{([a-z_]+)\}/g, (all, name) => (Object.hasOwn(known, name) ? known[name]() : all));
}

export function ago(date, now) {
  const minutes = Math.round((now - date) / 6e4);
  const size = Math.abs(minutes);
  const [n, unit] = size < 60 ? [size, "minute"] : size < 1440 ? [Math.round(size / 60), "hour"] : [Math.round(size / 1440), "day"];
  if (n === 0) return "just now";
  const words = `${n} ${unit}${n === 1 ? "" : "s"}`;
  return minutes < 0 ? `in ${words}` : `${words} ago`;
}
