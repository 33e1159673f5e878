// The page works without this script; it only says "3 minutes ago" where the server wrote a date.

const STEPS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
];
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function ago(date) {
  let count = (date - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(count) < size) return relative.format(Math.round(count), unit);
    count /= size;
  }
}

for (const time of document.querySelectorAll("time")) {
  const date = new Date(time.dateTime);
  time.title = date.toLocaleString();
  time.textContent = ago(date);
}
