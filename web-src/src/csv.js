// CSV for spreadsheets: BOM, CRLF, and no cell that a spreadsheet would take for a formula.

/** A cell; text that begins like a formula gets an apostrophe, a number stays a number, negative ones too. */
export function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  let text = String(value).replace(/\s+/g, " ").trim();
  const number = /^[−-]?[\d\u202f]+([.,]\d+)?$/.test(text);
  if (number) text = text.replace("−", "-").replaceAll("\u202f", "");
  else if (/^[=+@\t\r−-]/.test(text)) text = `'${text}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function write(rows) {
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function save(name, rows) {
  const url = URL.createObjectURL(new Blob([write(rows)], { type: "text/csv;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
