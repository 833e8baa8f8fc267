// Writes numbers as the page's own text has them: thin spaces, no more digits than the range bears.

const THIN = "\u202f";

function group(value, digits) {
  const [whole, rest] = Math.abs(value).toFixed(digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, THIN) + (rest ? `.${rest}` : "");
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

export function amount(value) {
  return value === null ? "—" : group(value, Math.abs(value) < 99.95 ? 1 : 0);
}

export function range(low, high) {
  if (low === null || high === null) return "";
  const digits = Math.abs(high) < 99.95 ? 1 : 0;
  return `${group(low, digits)}–${group(high, digits)}`;
}

export const over = (value, size) => (value === null ? null : value / size);
