// The managers' page: what was chosen goes to the address, the figures come back, and are drawn as SVG one can point at.
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const TILES = ["requests", "closed", "rated", "coverage", "satisfaction", "good_rate", "mean", "poor", "rectified",
  "acknowledged", "contacted", "resolved", "resolve_median", "resolve_p90", "transfers_each", "idle_hours", "second_asks", "staff_taken"];
const COLUMNS = ["requests", "closed", "rated", "coverage", "satisfaction", "mean", "poor", "acknowledged", "resolved", "transfers_each"];
const MOST_BARS = 30;
let known, names, formulas, which = "all", offset = 0;

function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "rect", "text", "line", "path", "circle", "g"].includes(tag);
  const made = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

async function ask(path) {
  const answer = await fetch(path);
  if (answer.ok) return answer.json();
  if (answer.status === 401) throw new Error(known ? known.words.signedOut
    : "请在聊天里点「网页看报表」打开。 Open this page from the chat.");
  throw new Error(known ? known.words.failed : String(answer.status));
}

function asked() {
  return new URLSearchParams([...new FormData($("filters"))].filter(([, value]) => value));
}

function choose(name, label, options, none) {
  const select = make("select", { name });
  if (none) select.append(make("option", { value: "" }, none));
  for (const [value, text] of options) select.append(make("option", { value }, text));
  return make("label", {}, label, select);
}

function filters() {
  const w = known.words, form = $("filters"), at = new URLSearchParams(location.search);
  const months = [];
  for (let back = 0, day = new Date(); back < 24; back += 1) {
    const month = new Date(day.getFullYear(), day.getMonth() - back, 1);
    months.push(`${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, "0")}`);
  }
  form.append(
    choose("period", w.now, [...known.periods, ...months.map((m) => [m, m])]),
    choose("area", w.area, known.areas, w.all),
    choose("domain", w.domain, known.domains, w.all),
    choose("service", w.service, known.services, w.all),
    choose("by", w.by, known.by),
  );
  form.elements.period.value = "month";
  for (const [name, value] of at) if (form.elements[name]) form.elements[name].value = value;
  if (!form.elements.period.value) form.elements.period.value = "month";
  const print = make("button", { type: "button" }, w.print);
  print.addEventListener("click", () => window.print());
  const bulletin = make("a", { class: "button", id: "bulletin", href: "bulletin" }, w.bulletin);
  form.append(print, bulletin);
  form.addEventListener("change", (event) => {
    if (event.target.name === "domain") services();
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  services();
}

function services() {
  const { domain, service } = $("filters").elements, chosen = service.value;
  const fitting = known.services.filter(([, , of]) => !domain.value || of === domain.value);
  const options = [["", known.words.all], ...fitting].map(([value, text]) => make("option", { value }, text));
  service.replaceChildren(...options); // phones show options that are only hidden
  service.value = fitting.some(([id]) => id === chosen) ? chosen : "";
}

function point(target, text) {
  const tip = $("tip");
  const place = (x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(4, y - tip.offsetHeight - 12)}px`;
  };
  target.setAttribute("tabindex", "0");
  target.setAttribute("role", "img");
  target.setAttribute("aria-label", text);
  target.addEventListener("pointermove", (event) => place(event.clientX, event.clientY));
  target.addEventListener("pointerleave", () => { tip.hidden = true; });
  target.addEventListener("focus", () => { const box = target.getBoundingClientRect(); place(box.left, box.top); });
  target.addEventListener("blur", () => { tip.hidden = true; });
  return target;
}

function about(entry, keys) {
  return [entry.name, ...keys.map((key) => `${names[key]} ${entry.shown[key] ?? "—"}`)].filter(Boolean).join("\n");
}

function tiles(report) {
  $("tiles").replaceChildren(...TILES.map((key) => make("div", { class: "tile", title: formulas[key] },
    make("span", {}, names[key]), make("b", {}, report.total.shown[key]),
    make("small", {}, report.before.shown[key] === "—" ? "" : `${known.words.last} ${report.before.shown[key]}`))));
}

function ratings(report) {
  const counts = known.levels.map(([key]) => report.total.values[key]);
  const whole = counts.reduce((a, b) => a + b, 0);
  if (!whole) return $("ratings").replaceChildren(known.words.none);
  const svg = make("svg", { viewBox: "0 0 1000 60" });
  let x = 0;
  counts.forEach((count, n) => {
    const width = 1000 * count / whole;
    if (count) svg.append(point(make("rect", { x, y: 4, width: Math.max(width - 2, 1), height: 52, class: `l${n}` }),
      `${known.levels[n][1]} ${count}（${(100 * count / whole).toFixed(1)}%）`));
    x += width;
  });
  const legend = make("ul", { class: "legend" }, ...known.levels.map(([, name], n) => make("li", {},
    make("svg", { viewBox: "0 0 14 14" }, make("rect", { width: 14, height: 14, class: `l${n}` })), `${name} ${counts[n]}`)));
  return $("ratings").replaceChildren(svg, legend);
}

function trend(report) {
  const narrow = innerWidth < 600, width = narrow ? 360 : 800, height = 200, left = 40, top = 16, base = 160;
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}` });
  for (const [share, label] of [[0, "0%"], [0.5, "50%"], [1, "100%"]]) {
    const y = base - share * (base - top);
    svg.append(make("line", { x1: left, x2: width, y1: y, y2: y, class: "grid" }), make("text", { x: 0, y: y + 4, class: "soft" }, label));
  }
  const step = (width - left) / report.trend.length, dots = [];
  report.trend.forEach((entry, n) => {
    const x = left + step * (n + 0.5), value = entry.values.satisfaction;
    const name = entry.name.length > 7 ? entry.name.slice(5, 10) : entry.name.slice(narrow ? 5 : 0);
    svg.append(make("text", { x, y: 182, "text-anchor": "middle" }, name));
    if (value !== null && value !== undefined) {
      const y = base - value * (base - top);
      dots.push([x, y]);
      svg.append(make("circle", { cx: x, cy: y, r: 5, class: "dot" }));
    }
    svg.append(point(make("rect", { x: x - step / 2, y: top - 8, width: step, height: base, class: "hit" }),
      about(entry, ["satisfaction", "rated", "closed", "requests", "resolved"])));
  });
  if (dots.length > 1) svg.prepend(make("path", { d: `M${dots.map((d) => d.join(" ")).join("L")}`, class: "path" }));
  $("trend").replaceChildren(svg);
}

function groups(report, by) {
  const rows = report.groups, narrow = innerWidth < 600, width = narrow ? 360 : 800, left = narrow ? 110 : 220;
  const shown = [...rows].sort((a, b) => b.values.requests - a.values.requests).slice(0, MOST_BARS);
  const most = Math.max(1, ...shown.map((row) => row.values.requests));
  const svg = make("svg", { viewBox: `0 0 ${width} ${Math.max(shown.length, 1) * 30 + 4}` });
  shown.forEach((row, n) => {
    const y = n * 30, whole = width - left - 90, letters = narrow ? 7 : 15;
    const name = row.name.length > letters ? `${row.name.slice(0, letters - 1)}…` : row.name;
    const hit = point(make("rect", { x: 0, y: y + 2, width, height: 28, class: "hit" }), about(row, COLUMNS));
    if (["area", "domain", "service"].includes(by)) {
      const go = () => { $("filters").elements[by].value = row.key; if (by === "domain") services(); show(); };
      hit.addEventListener("click", go);
      hit.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
    }
    svg.append(make("text", { x: 0, y: y + 20 }, name),
      make("rect", { x: left, y: y + 6, width: whole, height: 18, class: "ground" }),
      make("rect", { x: left, y: y + 6, width: whole * row.values.requests / most, height: 18, class: "bar" }),
      make("text", { x: left + whole + 8, y: y + 20 }, `${row.values.requests} · ${row.values.satisfaction === null ? "—" : row.shown.satisfaction}`),
      hit);
  });
  $("groups").replaceChildren(svg);
  const by_name = known.by.find(([value]) => value === by)?.[1] ?? "";
  const head = make("tr", {}, make("th", { scope: "col" }, by_name), ...COLUMNS.map((key) => make("th", { scope: "col", title: formulas[key] }, names[key])));
  const body = rows.map((row) => make("tr", {}, make("td", {}, row.name), ...COLUMNS.map((key) => make("td", {}, row.shown[key]))));
  $("table").replaceChildren(make("thead", {}, head), make("tbody", {}, ...body));
  $("h-groups").textContent = `${known.words.by}：${by_name}`;
}

async function requests(more) {
  offset = more ? offset + 50 : 0;
  const query = asked();
  query.set("which", which);
  query.set("offset", offset);
  const found = await ask(`requests?${query}`);
  const rows = found.rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  if (!more) {
    const head = make("tr", {}, ...found.heads.map((name) => make("th", { scope: "col" }, name)));
    $("requests").replaceChildren(make("thead", {}, head), make("tbody"));
  }
  $("requests").tBodies[0].append(...rows);
  $("more").hidden = !found.more;
  $("which").replaceChildren(...known.which.map(([value, name]) => {
    const button = make("button", { type: "button", "aria-pressed": String(value === which) }, name);
    button.addEventListener("click", () => { which = value; careful(() => requests(false)); });
    return button;
  }));
}

async function careful(work) {
  try {
    $("said").textContent = "";
    await work();
  } catch (error) {
    $("said").textContent = error.message;
  }
}

function show() {
  const query = asked();
  history.replaceState(null, "", `?${query}`);
  $("bulletin").href = `bulletin?${query}`;
  return careful(async () => {
    const report = await ask(`figures?${query}`);
    $("days").textContent = report.days;
    tiles(report);
    ratings(report);
    trend(report);
    groups(report, query.get("by") ?? "area");
    $("main").hidden = false;
    await requests(false);
    document.body.dataset.ready = report.period;
  });
}

await careful(async () => {
  known = await ask("choices");
  names = Object.fromEntries(known.measures.map(([key, name]) => [key, name]));
  formulas = Object.fromEntries(known.measures.map(([key, , formula]) => [key, formula]));
  const w = known.words;
  document.title = $("title").textContent = w.title;
  for (const [id, text] of [["h-ratings", w.ratings], ["h-trend", `${w.trend}：${names.satisfaction}`], ["h-requests", w.requests], ["more", w.more]]) $(id).textContent = text;
  $("more").addEventListener("click", () => careful(() => requests(true)));
  filters();
  await show();
});
