// The itemised table of the chosen route: folded or whole, sorted, with the terms of each row.
import { save } from "./csv.js";
import { amount, over, range } from "./numbers.js";
import { page } from "./pieces.js";

const table = document.getElementById("item-table");
const fold = document.getElementById("fold");
const WHAT = 1, COUNTRIES = 3, QUALITY = 4;
const order = { column: 0, down: false };
let shown = null; // { route, unit, size, terms }

function element(tag, kind, ...children) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
}

function cells(row) {
  const [km, cost, time, co2e, far, sumCost, costLow, costHigh, sumTime, timeLow, timeHigh] = row.slice(5, 16);
  const { size } = shown;
  const quality = element("span", `quality ${row[QUALITY]}`, row[QUALITY]);
  return [
    element("td", "", row[COUNTRIES]),
    element("td", "n", km ? amount(km) : ""),
    element("td", "n", amount(cost)),
    element("td", "n", amount(time)),
    element("td", "n", amount(co2e)),
    element("td", "n group", amount(far)),
    element("td", "n", amount(sumCost)),
    element("td", "r", range(costLow, costHigh)),
    element("td", "n", amount(over(sumTime, size))),
    element("td", "r", range(over(timeLow, size), over(timeHigh, size))),
    element("td", "", quality),
  ];
}

function termTable(title, numbers) {
  const head = element("tr", "", ...["Term", "Value", "Formula", "Inputs", "Source", "Quality"].map((name) => element("th", "", name)));
  const body = numbers.map((number) => {
    const [term, value, unit, formula, inputs, source, quality] = shown.terms[number];
    const text = `${value !== null && value !== 0 && Math.abs(value) < 0.995 ? value.toPrecision(2) : amount(value)}\u202f${unit}`;
    return element("tr", "", element("td", "", term.replaceAll("_", " ")), element("td", "", text), element("td", "", formula),
      element("td", "", element("code", "", inputs)), element("td", "", source), element("td", "", element("span", `quality ${quality}`, quality)));
  });
  return element("table", "terms", element("caption", "", title), element("thead", "", head), element("tbody", "", ...body));
}

function open(button, tr, [first, last]) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  if (isOpen) {
    tr.nextElementSibling.remove();
    return;
  }
  const inner = element("td", "");
  inner.colSpan = 12;
  for (let index = first; index <= last; index++) {
    inner.append(termTable(shown.route.items[index][WHAT], shown.route.terms[index]));
  }
  tr.after(element("tr", "detail", inner));
}

function rowOf(row, span) {
  const button = element("button", "open-row", element("span", `dot ${row[0]}`), row[WHAT]);
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const head = element("th", "", button);
  head.scope = "row";
  const tr = element("tr", "", head, ...cells(row));
  button.addEventListener("click", () => open(button, tr, span));
  return tr;
}

function listRows() {
  const { items, folds } = shown.route;
  const rows = fold.checked
    ? folds.map(([first, last, sum]) => [sum ?? items[first], [first, last]])
    : items.map((item, index) => [item, [index, index]]);
  if (!order.column) return rows;
  const sign = order.down ? -1 : 1;
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""), "en"));
  return rows.sort((a, b) => sign * compare(a[0][order.column], b[0][order.column]));
}

function draw() {
  if (!shown?.route) {
    table.tBodies[0].replaceChildren();
    table.tFoot.replaceChildren();
    return;
  }
  table.tBodies[0].replaceChildren(...listRows().map(([row, span]) => rowOf(row, span)));
  const [cost, costLow, costHigh, time, timeLow, timeHigh, km, co2e] = shown.route.total;
  const total = ["", "Door to door", "", "", "", km, cost, time, co2e, null, cost, costLow, costHigh, time, timeLow, timeHigh];
  const made = element("tr", "", element("th", "", "Door to door"), ...cells(total));
  made.children[6].textContent = "";
  table.tFoot.replaceChildren(made);
  document.getElementById("time-unit").textContent = shown.unit;
}

export function showItems(route, { unit, size, terms }) {
  shown = { route, unit, size, terms };
  draw();
}

function saveItems() {
  const { route } = shown;
  const width = page.columns.length;
  save(`${route.id}.csv`, [["route", "seq", ...page.columns.slice(1)], ...route.items.map((item, index) => [route.id, index + 1, ...item.slice(1, width)])]);
}

export function startItems() {
  fold.addEventListener("change", draw);
  document.getElementById("save-items").addEventListener("click", () => shown?.route && saveItems());
  for (const head of table.querySelectorAll("th[data-sort]")) {
    const button = element("button", "", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const column = Number(head.dataset.sort);
      if (order.column === column && order.down) order.column = 0;
      else order.down = order.column === column;
      if (order.column !== column && !(order.column === 0 && head.ariaSort === "descending")) order.column = column;
      for (const other of table.querySelectorAll("th[data-sort]")) other.removeAttribute("aria-sort");
      if (order.column) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      draw();
    });
  }
}
