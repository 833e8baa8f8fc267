// Sorting and saving of the other tables, which stand in the page as they are.
import { save } from "./csv.js";

const text = (cell) => (cell?.textContent ?? "").replace(/\s+/g, " ").trim();

function value(cell) {
  const found = /^[−-]?[\d\u202f]+(\.\d+)?/.exec(text(cell));
  return found ? Number(found[0].replaceAll("\u202f", "").replace("−", "-")) : null;
}

function compare(a, b, index) {
  const [x, y] = [value(a.cells[index]), value(b.cells[index])];
  if (x !== null && y !== null) return x - y;
  return text(a.cells[index]).localeCompare(text(b.cells[index]), "en");
}

function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const first = [...table.tBodies[0].rows];
  heads.forEach((head, index) => {
    const name = head.textContent;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      let rows = first;
      if (was !== "descending") {
        head.setAttribute("aria-sort", was ? "descending" : "ascending");
        rows = [...first].sort((a, b) => (was ? -1 : 1) * compare(a, b, index));
      }
      table.tBodies[0].append(...rows);
    });
  });
}

/** Rows of a table as they read, spanned cells in their first column. */
export function readRows(table) {
  return [...table.rows].map((row) => [...row.cells].flatMap((cell) => [text(cell), ...Array(cell.colSpan - 1).fill("")]));
}

export function startTables(root = document) {
  for (const table of root.querySelectorAll("table.sortable")) {
    if (table.tHead.rows.length === 1) makeSortable(table);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "tool", textContent: "Save as CSV" });
    button.addEventListener("click", () => save(`${table.dataset.name}.csv`, readRows(table)));
    const tools = document.createElement("div");
    tools.className = "table-tools";
    tools.append(button);
    (table.closest(".scroll") ?? table).after(tools);
  }
}
